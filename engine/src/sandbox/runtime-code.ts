import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, version as esbuildVersion, type BuildOptions } from 'esbuild';
import { loweredSyntax, replaceHelpers } from './lowering.js';

/** The code of the realm and of the runtime, which every bundle of workflow code runs in. */
export interface RuntimeCode {
  /** Makes a context a realm: see realm/install.ts. */
  readonly realm: string;
  /** The runtime and the author API: see workflow/realm-entry.ts. */
  readonly runtime: string;
  /** What `@refrain/engine/workflow` exports at run time. */
  readonly apiNames: readonly string[];
}

/** Runtime code that was bundled before, and the files it came from. */
export interface PrebuiltRuntime extends RuntimeCode {
  /** Paths relative to this module's folder. */
  readonly inputs: readonly string[];
  /** Of the inputs' contents and the bundler's version: whoever changes one of them gets a new bundle. */
  readonly digest: string;
}

/** Written by scripts/prebuild-runtime.mjs, beside this module: it saves a new process some 60 ms. */
export const prebuiltRuntimeFile = new URL('runtime-code.json', import.meta.url);

const shared: BuildOptions = {
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'neutral',
  target: 'node20',
  charset: 'utf8',
  legalComments: 'none',
};

let cached: Promise<RuntimeCode> | undefined;

export function runtimeCode(): Promise<RuntimeCode> {
  cached ??= Promise.resolve(readPrebuilt() ?? buildRuntime());
  return cached;
}

function digestOf(inputs: readonly string[]): string {
  const hash = createHash('sha256').update(esbuildVersion);
  for (const path of inputs) {
    const content = readFileSync(new URL(path, import.meta.url));
    hash.update(`\0${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** @returns undefined where there is none, or where its inputs have changed since. */
export function readPrebuilt(file: URL = prebuiltRuntimeFile): PrebuiltRuntime | undefined {
  try {
    const prebuilt = JSON.parse(readFileSync(file, 'utf8')) as PrebuiltRuntime;
    return prebuilt.digest === digestOf(prebuilt.inputs) ? prebuilt : undefined;
  } catch {
    return undefined;
  }
}

async function bundleFile(
  path: string,
  options: BuildOptions,
): Promise<{ readonly code: string; readonly files: readonly string[] }> {
  const entry = fileURLToPath(new URL(path, import.meta.url));
  const result = await build({ ...shared, ...options, entryPoints: [entry], write: false, metafile: true });
  return { code: result.outputFiles[0]!.text, files: Object.keys(result.metafile.inputs) };
}

export async function buildRuntime(): Promise<PrebuiltRuntime> {
  const here = import.meta.dirname;
  const [realm, runtime, api] = await Promise.all([
    bundleFile('./realm/install.js', { absWorkingDir: here, globalName: '__refrain_install__' }),
    bundleFile('../workflow/realm-entry.js', {
      absWorkingDir: here,
      globalName: '__refrain_runtime__',
      supported: { ...loweredSyntax },
    }),
    import(new URL('../workflow/index.js', import.meta.url).href) as Promise<object>,
  ]);
  const own = ['runtime-code.js', 'lowering.js', '../workflow/index.js'];
  const inputs = [...new Set([...realm.files, ...runtime.files, ...own])].sort();
  return {
    realm: realm.code,
    runtime: replaceHelpers(runtime.code),
    apiNames: Object.keys(api),
    inputs,
    digest: digestOf(inputs),
  };
}
