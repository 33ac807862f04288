import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { print, row } from '../harness.mjs';

// The scenarios are TypeScript, which not every supported Node runs; below node_modules their imports resolve.
const folder = dirname(fileURLToPath(import.meta.url));
const outfile = join(folder, '..', '..', '..', 'node_modules', '.cache', 'refrain', 'explore.mjs');
process.env.CORPUS = join(folder, '..', '..', 'fixtures', 'test-env', 'bugs');
await build({
  entryPoints: [join(folder, 'run.ts')],
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  outfile,
});
try {
  const { summaries } = await import(pathToFileURL(outfile).href);
  if (process.argv.includes('--json')) print(summaries.flatMap(rowsOf));
} finally {
  rmSync(outfile, { force: true });
}

function rowsOf({ title, bugs, foundAfter, minimal, falseAlarms, seconds }) {
  const head = { bench: 'explore', system: 'refrain', case: title };
  return [
    row({ ...head, metric: 'bugs', unit: 'bugs' }, [bugs]),
    row({ ...head, metric: 'found', unit: 'bugs' }, [foundAfter.length]),
    ...(foundAfter.length > 0 ? [row({ ...head, metric: 'foundAfter', unit: 'runs' }, foundAfter)] : []),
    row({ ...head, metric: 'shrunkToMinimum', unit: 'bugs' }, [minimal]),
    row({ ...head, metric: 'falseAlarms', unit: 'twins' }, [falseAlarms]),
    row({ ...head, metric: 'time', unit: 's' }, [seconds]),
  ];
}
