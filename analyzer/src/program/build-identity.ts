import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contentHash } from './cache-file.js';

let known: string | undefined;

/**
 * What this analyzer is made of: its own files by size and time, its version (what npm installs has the same
 * time always), its parser and its host. What another build has kept is not taken for its own.
 */
export function buildIdentity(): string {
  return (known ??= contentHash(JSON.stringify(parts())));
}

function parts(): readonly unknown[] {
  const own = dirname(dirname(fileURLToPath(import.meta.url)));
  const files = readdirSync(own, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(own, name));
      return [name, size, mtimeMs];
    });
  const { resolve } = createRequire(import.meta.url);
  const manifests = [join(own, '..', 'package.json'), resolve('typescript/package.json')];
  return [files, manifests.map((path) => readFileSync(path, 'utf8')), process.version];
}
