// Reads a guide with a parser from npm: `node guide.mjs PACKAGE FILE`. Prints what it took, the file's reading included.
import { readFileSync } from "node:fs";

const [, , name, file] = process.argv;
const parser = await import(name);
const begun = performance.now();
const text = readFileSync(file, "utf8");
const parse = parser.parseXmltv ?? parser.parse ?? parser.default?.parse;
const guide = await parse(text);
const seconds = (performance.now() - begun) / 1000;
const programmes = guide.programmes?.length ?? guide.programs?.length ?? 0;
const peak = process.resourceUsage().maxRSS / 1e3;
console.log(`${name}: ${programmes} programmes, ${seconds.toFixed(2)} s, peak ${peak.toFixed(0)} MB`);
if (!programmes) process.exit(1);
