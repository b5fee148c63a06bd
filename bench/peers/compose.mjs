// Composes every SDL file of a folder with Apollo's own composition, so that all gateways are given the same supergraph.
// usage: compose.mjs FOLDER BASE_URL
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const [folder, base] = process.argv.slice(2);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".graphql") && file !== "supergraph.graphql")
  .map((file) => file.replace(/\.graphql$/, ""))
  .sort();
const { supergraphSdl, errors } = composeServices(
  names.map((name) => ({
    name,
    url: `${base}/${name}`,
    typeDefs: parse(readFileSync(`${folder}/${name}.graphql`, "utf8")),
  })),
);
if (errors?.length) throw new Error(errors.map(String).join("\n"));
writeFileSync(`${folder}/supergraph.graphql`, supergraphSdl);
