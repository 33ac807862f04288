// Runs before a package is packed, in its folder: adds the licence; for the CLI the pages that `refrain explain` prints;
// for the engine the runtime's bundle. All are ignored by git.
import { cpSync, copyFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const here = process.cwd();
copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
if (basename(here) === 'cli') {
  for (const kind of ['rules', 'errors']) {
    cpSync(join(root, 'docs', kind), join(here, 'pages', kind), { recursive: true });
  }
}
if (basename(here) === 'engine') await import('./prebuild-runtime.mjs');
