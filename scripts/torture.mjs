// `npm run torture [-- --kills N] [--torn T] [--seed S] [--workflows W] [--kills-per-file K] [--lanes L]`: kills
// processes of a mixed load with SIGKILL, at any time and in the middle of commits, tears files in the middle of commits,
// and has an independent checker judge what each has left. L files are worked on at a time.
// Exits with 1 when something is wrong, and keeps the file then. The same seed draws the same loads and deaths.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
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
  lanes: option('lanes', 2),
};
mkdirSync(codeFolder, { recursive: true });
const bundled = { outdir: codeFolder, bundle: true, platform: 'node', target: 'node20', logLevel: 'warning' };
const named = (...names) => names.map((name) => join(source, `${name}.ts`));
await build({
  ...bundled,
  entryPoints: named('torture', 'deadly-connection'),
  outExtension: { '.js': '.mjs' },
  format: 'esm',
  packages: 'external',
});
// The load's process, with the engine's own files in it.
await build({
  ...bundled,
  entryPoints: named('child-main', 'child'),
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  external: ['libsql', 'esbuild', '@grpc/grpc-js', 'protobufjs', '@temporalio/*'],
  plugins: [
    { name: 'addresses', setup: (builder) => builder.onLoad({ filter: /engine[\\/]dist/ }, ownAddress) },
  ],
});

/** A file of the engine; it finds other files by the address that it had before it was bundled. */
function ownAddress({ path }) {
  const address = `const ownAddress = ${JSON.stringify({ url: pathToFileURL(path).href, dirname: dirname(path) })};\n`;
  // Code that comes from a cache cannot import.
  const code = readFileSync(path, 'utf8').replace('import(connection)', 'importModule(connection)');
  if (!code.includes('import.meta')) return { contents: code };
  return { contents: address + code.replaceAll('import.meta', 'ownAddress') };
}

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
