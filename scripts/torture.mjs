// `npm run torture [-- --kills N] [--seed S] [--workflows W] [--kills-per-file K]`: kills processes of a mixed load
// with SIGKILL, at any time and in the middle of commits, tears
// files in the middle of commits, and has an independent checker judge what each has left.
// Exits with 1 when something is wrong, and keeps the file then. The same seed draws the same loads and deaths.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'test', 'torture');
// Within node_modules, so that the packages are found from there.
const codeFolder = join(root, 'node_modules', '.cache', 'refrain-torture', String(process.pid));

function option(name, fallback) {
  const index = process.argv.indexOf(`--${name}`);
  const value = index < 0 ? fallback : Number(process.argv[index + 1]);
  if (Number.isSafeInteger(value)) return value;
  console.error(`torture: --${name} takes a whole number`);
  process.exit(2);
}

const options = {
  kills: option('kills', 300),
  torn: option('torn', 300),
  seed: option('seed', Date.now() % 1_000_000),
  workflows: option('workflows', 27),
  killsPerFile: option('kills-per-file', 12),
};
mkdirSync(codeFolder, { recursive: true });
await build({
  entryPoints: ['torture', 'child-main', 'deadly-connection'].map((name) => join(source, `${name}.ts`)),
  outdir: codeFolder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const { torture } = await import(pathToFileURL(join(codeFolder, 'torture.mjs')).href);
const began = performance.now();
const figures = await torture({
  ...options,
  codeFolder,
  workflowsPath: join(source, 'workflows.ts'),
  log: (line) => console.error(line),
});
const { wrong, ...rest } = figures;
console.log(
  JSON.stringify({
    seed: options.seed,
    ...rest,
    seconds: Math.round((performance.now() - began) / 100) / 10,
  }),
);
for (const line of wrong.slice(0, 20)) console.error(`torture: ${line}`);
rmSync(codeFolder, { recursive: true });
process.exitCode = wrong.length > 0 ? 1 : 0;
