// Compresses the built page into router/assets/graphiql, from where the router's binary embeds it.
// Everything is gzip: browsers take brotli over https only, and a laptop serves http.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const source = fileURLToPath(new URL('../dist/', import.meta.url));
const target = fileURLToPath(new URL('../../router/assets/graphiql/', import.meta.url));

await rm(target, { recursive: true, force: true });
let files = 0;
let bytes = 0;
for (const entry of await readdir(source, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const packed = gzipSync(await readFile(path), { level: 9 });
  const to = join(target, `${relative(source, path)}.gz`);
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, packed);
  files += 1;
  bytes += packed.length;
}
console.log(`GraphiQL: ${files} files, ${(bytes / 1024 / 1024).toFixed(1)} MiB compressed`);
