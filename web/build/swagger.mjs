// Packs Swagger UI (npm swagger-ui-dist) with our page into router/assets/swagger, from where the router's binary
// embeds it. Names carry the version: the router lets browsers keep these files for ever.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const source = require('swagger-ui-dist').absolutePath();
const target = fileURLToPath(new URL('../../router/assets/swagger/', import.meta.url));
const page = fileURLToPath(new URL('../src/swagger/', import.meta.url));

await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const pack = (name, content) => writeFile(join(target, `${name}.gz`), gzipSync(content, { level: 9 }));

const names = {};
for (const [key, path] of [
  ['bundle', join(source, 'swagger-ui-bundle.js')],
  ['style', join(source, 'swagger-ui.css')],
  ['start', join(page, 'start.js')],
]) {
  const content = await readFile(path);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const name = path.split('/').pop();
  const at = name.lastIndexOf('.');
  names[key] = `${name.slice(0, at)}-${hash}${name.slice(at)}`;
  await pack(names[key], content);
}
const html = (await readFile(join(page, 'index.html'), 'utf8')).replace(
  /\{\{(\w+)\}\}/g,
  (_, key) => `/assets/swagger/${names[key]}`,
);
await pack('index.html', html);
console.log('Swagger UI: 4 files');
