// `npm run bench -- <name> […]` builds, then runs test/bench/<name>/bench.mjs with the remaining arguments.
// Benchmarks print their figures; none of them is part of `npm test`.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'test', 'bench');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'bench.mjs')));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- <${names.join('|')}> […]`);
  process.exit(2);
}
for (const args of [
  [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', root],
  [join(root, 'scripts', 'prebuild-runtime.mjs')],
  [join(folder, name, 'bench.mjs'), ...rest],
]) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
