import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { FileHost } from './host.js';
import { isRecord } from './json.js';
import { resolveExports } from './packages.js';
import { splitSpecifier } from './resolve.js';

/** The file that a configuration extends: by path, or from a package. */
export function findBase(host: FileHost, directory: string, base: string): string | undefined {
  if (base.startsWith('.') || isAbsolute(base)) return existing(host, resolve(directory, base));
  const { name, subpath } = splitSpecifier(base);
  for (let current = directory; ; current = dirname(current)) {
    const home = join(current, 'node_modules', name);
    const found = existing(host, join(home, subpath)) ?? offered(host, home, subpath);
    if (found !== undefined) return found;
    if (dirname(current) === current) return undefined;
  }
}

function existing(host: FileHost, path: string): string | undefined {
  return [path, `${path}.json`, join(path, 'tsconfig.json')].find((candidate) => host.isFile(candidate));
}

/** What the package's manifest says that it offers. */
function offered(host: FileHost, home: string, subpath: string): string | undefined {
  const text = host.isDirectory(home) ? host.readText(join(home, 'package.json')) : undefined;
  let manifest: unknown;
  try {
    manifest = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (!isRecord(manifest)) return undefined;
  const own = subpath === '.' && typeof manifest['tsconfig'] === 'string' ? manifest['tsconfig'] : undefined;
  const target = own ?? resolveExports(manifest['exports'], subpath, new Set(['node', 'require', 'import']));
  return target === undefined ? undefined : existing(host, join(home, target));
}
