import { fileURLToPath } from 'node:url';
import { build, type BuildOptions } from 'esbuild';
import { loweredSyntax, replaceHelpers } from './lowering.js';

/** The code of the realm and of the runtime, bundled once per process. */
export interface RuntimeCode {
  /** Makes a context a realm: see realm/install.ts. */
  readonly realm: string;
  /** The runtime and the author API: see workflow/realm-entry.ts. */
  readonly runtime: string;
}

const shared: BuildOptions = {
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'neutral',
  target: 'node20',
  charset: 'utf8',
  legalComments: 'none',
};

async function bundleFile(path: string, options: BuildOptions): Promise<string> {
  const entry = fileURLToPath(new URL(path, import.meta.url));
  const result = await build({ ...shared, ...options, entryPoints: [entry], write: false });
  return result.outputFiles[0]!.text;
}

let cached: Promise<RuntimeCode> | undefined;

export function runtimeCode(): Promise<RuntimeCode> {
  cached ??= makeRuntimeCode();
  return cached;
}

async function makeRuntimeCode(): Promise<RuntimeCode> {
  const [realm, runtime] = await Promise.all([
    bundleFile('./realm/install.js', { globalName: '__refrain_install__' }),
    bundleFile('../workflow/realm-entry.js', {
      globalName: '__refrain_runtime__',
      supported: { ...loweredSyntax },
    }),
  ]);
  return { realm, runtime: replaceHelpers(runtime) };
}

let names: Promise<readonly string[]> | undefined;

/** What `@refrain/engine/workflow` exports at run time. */
export function apiNames(): Promise<readonly string[]> {
  names ??= import(new URL('../workflow/index.js', import.meta.url).href).then((api: object) =>
    Object.keys(api),
  );
  return names;
}
