import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { InputError } from '../errors.js';

/** The copy of `@temporalio/workflow` that a workflow file would import. */
export interface TemporalSdk {
  /** The package's folder, without symbolic links. */
  readonly root: string;
  readonly version: string;
  readonly workerInterface: string;
  /** A module of its own since 1.10; part of the worker interface before. */
  readonly globalOverrides: string | undefined;
  /** SDK flags, since 1.11. */
  readonly flags: string | undefined;
}

/**
 * Finds the copy of `@temporalio/workflow` that code beside `path` (a workflow file or folder) would load: in a
 * monorepo that is not the copy beside this package. Undefined when there is none.
 */
export function findTemporalSdk(path: string): TemporalSdk | undefined {
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  let main: string;
  try {
    main = createRequire(join(realpathSync(folder), 'resolve.js')).resolve('@temporalio/workflow');
  } catch {
    return undefined;
  }
  const root = packageFolder(main);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const workerInterface = join(root, 'lib', 'worker-interface.js');
  if (!existsSync(workerInterface)) {
    throw new InputError(
      'RFN3001',
      `${root} has no lib/worker-interface.js: @temporalio/workflow is not built`,
    );
  }
  const optional = (name: string) => {
    const path = join(root, 'lib', name);
    return existsSync(path) ? path : undefined;
  };
  return {
    root,
    version: manifest.version,
    workerInterface,
    globalOverrides: optional('global-overrides.js'),
    flags: optional('flags.js'),
  };
}

const packageNames = new Map<string, { folder: string; name: string } | undefined>();

/** The nearest folder above with a named package.json, and that name. */
export function packageOf(path: string): { folder: string; name: string } | undefined {
  const folder = dirname(path);
  if (packageNames.has(folder)) return packageNames.get(folder);
  let found: { folder: string; name: string } | undefined;
  const manifest = join(folder, 'package.json');
  if (existsSync(manifest)) {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown };
    if (typeof name === 'string') found = { folder, name };
  }
  found ??= folder === dirname(folder) ? undefined : packageOf(folder);
  packageNames.set(folder, found);
  return found;
}

function packageFolder(file: string): string {
  const found = packageOf(realpathSync(file));
  if (!found) throw new InputError('RFN3001', `${file} belongs to no package`);
  return found.folder;
}

/** What stands for `@refrain/engine/workflow` where code that imports it is run by Temporal's SDK. */
export const refrainApi = {
  specifier: '@refrain/engine/workflow',
  path: fileURLToPath(new URL('./inside/refrain-api.js', import.meta.url)),
} as const;
