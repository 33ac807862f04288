import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageNames } from '../packages/pack.js';
import { root } from './repository.js';

interface LockedPackage {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Readonly<Record<string, LockedPackage>>;

/** What may come along when our packages are installed: licences that ask for no more than their own text. */
const allowed = new Set([
  'MIT',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'Python-2.0',
]);

it('everything that is installed with our packages has a licence on the list', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Packages;
  };
  const installed = installedWith(packageNames, packages);
  expect(installed.size).toBeGreaterThan(20);
  const refused = [...installed].filter(
    (path) => !(packages[path]!.license ?? 'none stated').split(' AND ').every((name) => allowed.has(name)),
  );
  expect(refused.map((path) => `${path}: ${packages[path]!.license ?? 'none stated'}`)).toEqual([]);
});

/** Paths in the lock file of all that `folders` depend on, found as Node finds it: from the nearest folder upwards. */
function installedWith(folders: readonly string[], packages: Packages): Set<string> {
  const found = new Set<string>();
  const open = [...folders];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const { dependencies = {}, optionalDependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (name.startsWith('@refrain/')) continue;
      const dependency = locate(name, path, packages);
      if (dependency === undefined || found.has(dependency)) continue;
      found.add(dependency);
      open.push(dependency);
    }
  }
  return found;
}

function locate(name: string, from: string, packages: Packages): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}
