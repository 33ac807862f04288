/** What keeps the analysis from seeing the whole project, and is not said by any one call. */

import { dirname, join } from 'node:path';
import type { FileHost } from './host.js';
import { isRecord } from './json.js';
import type { PackageReader } from './packages.js';

export interface ProjectProblem {
  readonly path: string;
  /** Where in the file, as an offset. */
  readonly at: number;
  readonly message: string;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the system does not allow it',
  EMFILE: 'too many files are open',
  EIO: 'the disk does not answer',
  EFBIG: 'too large',
};

/** Files and folders below the root that are there and could not be read. */
export function unreadableBelow(host: FileHost, root: string): ProjectProblem[] {
  return [...host.unreadable()]
    .filter(([path]) => path === root || path.startsWith(`${root}/`))
    .map(([path, code]) => ({
      path,
      at: 0,
      message: `cannot be read: ${reasons[code] ?? 'refused'} (${code})`,
    }));
}

const pnpFiles = ['.pnp.cjs', '.pnp.js', '.pnp.loader.mjs'];

/** Packages that a manifest asks for and nothing holds: their code is not followed. */
export function missingInstallation(host: FileHost, packages: PackageReader, root: string): ProjectProblem[] {
  const manifest = packages.above(join(root, 'package.json'));
  const fields = [manifest?.json['dependencies'], manifest?.json['devDependencies']];
  const names = fields.flatMap((field) => (isRecord(field) ? Object.keys(field) : []));
  if (manifest === undefined || names.length === 0) return [];
  const path = join(manifest.directory, 'package.json');
  const isThere = (name: string): boolean => packages.workspace(name, path) !== undefined;
  for (let current = manifest.directory; ; current = dirname(current)) {
    if (names.some((name) => host.isDirectory(join(current, 'node_modules', name)))) return [];
    const pnp = pnpFiles.map((name) => join(current, name)).find((file) => host.isFile(file));
    if (pnp !== undefined) return [{ path: pnp, at: 0, message: zipped }];
    if (dirname(current) === current) break;
  }
  return names.every(isThere) ? [] : [{ path, at: 0, message: notInstalled }];
}

const zipped =
  "Yarn Plug'n'Play keeps packages in archives, which are not read: what they do is known by their names only. Install with `nodeLinker: node-modules` where the check runs, or `yarn unplug` the packages that workflows import";
const notInstalled =
  'the dependencies are not installed: what they do is known by their names only. Install them before the check';
