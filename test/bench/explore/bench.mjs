import { build } from 'esbuild';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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
  await import(pathToFileURL(outfile).href);
} finally {
  rmSync(outfile, { force: true });
}
