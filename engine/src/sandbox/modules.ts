import { builtinModules } from 'node:module';
import { isAbsolute, join, relative } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';

/** Which modules workflow code may import: its own and npm's; of Node's only small deterministic stand-ins. */

const apiSpecifier = '@refrain/engine/workflow';

/** Packages that are for workers and clients. */
const hostPackages = [
  '@refrain/engine',
  '@refrain/engine/temporal',
  '@refrain/engine/internal',
  '@refrain/test-env',
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/testing',
  '@temporalio/core-bridge',
];

/** Node's modules that the sandbox has something for. */
const standIns: Readonly<Record<string, string>> = {
  url: 'export const URL = globalThis.URL, URLSearchParams = globalThis.URLSearchParams; export default { URL, URLSearchParams };',
  util: 'export const TextEncoder = globalThis.TextEncoder, TextDecoder = globalThis.TextDecoder; export default { TextEncoder, TextDecoder };',
  async_hooks:
    'import { AsyncLocalStorage } from "@refrain/engine/workflow"; export { AsyncLocalStorage }; export default { AsyncLocalStorage };',
  assert: `
    class AssertionError extends Error {
      constructor(o) { super(o.message); this.name = 'AssertionError'; this.code = 'ERR_ASSERTION'; this.actual = o.actual; this.expected = o.expected; }
    }
    const fail = (message, actual, expected) => { throw message instanceof Error ? message : new AssertionError({ message, actual, expected }); };
    export function ok(value, message = 'The expression evaluated to a falsy value') { if (!value) fail(message, value, true); }
    export function strictEqual(a, b, message = 'Expected values to be strictly equal') { if (!Object.is(a, b)) fail(message, a, b); }
    export function notStrictEqual(a, b, message = 'Expected values not to be strictly equal') { if (Object.is(a, b)) fail(message, a, b); }
    export function equal(a, b, message = 'Expected values to be loosely equal') { if (!(a == b || (a !== a && b !== b))) fail(message, a, b); }
    const assert = Object.assign(function assert(value, message) { ok(value, message); }, { ok, equal, strictEqual, notStrictEqual, AssertionError, fail: (m = 'Failed') => fail(m) });
    assert.strict = assert;
    export { AssertionError, assert as strict };
    export default assert;`,
};

const builtins = new Set(builtinModules.map((name) => name.replace(/^node:/, '')));

/** Namespaces of modules that have no file. */
export const forbiddenNamespace = 'refrain-forbidden';

export interface ModuleOptions {
  /** Names that `@refrain/engine/workflow` exports. */
  readonly apiNames: readonly string[];
  /** Imported instead of another module, by the name that code imports. */
  readonly alias: Readonly<Record<string, string>>;
  /** Modules that may be imported though they cannot run: an empty module takes their place. */
  readonly ignoreModules: readonly string[];
}

function matches(list: readonly string[], specifier: string): boolean {
  return list.some((name) => specifier === name || specifier.startsWith(`${name}/`));
}

export function workflowModules({ apiNames, alias, ignoreModules }: ModuleOptions): Plugin {
  const apiAliases = Object.keys(alias).filter((name) => alias[name] === apiSpecifier);
  const apiSource = apiNames.map((name) => `export const ${name} = __refrain_api__.${name};`).join('\n');
  return {
    name: 'refrain-workflow-modules',
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, ({ path }) => {
        if (path === apiSpecifier || apiAliases.includes(path)) {
          return { path: 'api', namespace: 'refrain-api', sideEffects: false };
        }
        const bare = path.replace(/^node:/, '');
        if (matches(ignoreModules, path) || matches(ignoreModules, bare)) {
          return { path, namespace: 'refrain-ignored', sideEffects: false };
        }
        const isBuiltin = path.startsWith('node:') || builtins.has(bare);
        if (isBuiltin && bare.replace(/\/strict$/, '') in standIns) {
          return { path: bare.replace(/\/strict$/, ''), namespace: 'refrain-stand-in', sideEffects: false };
        }
        const isForbidden = isBuiltin || hostPackages.includes(path);
        return isForbidden ? { path, namespace: forbiddenNamespace, sideEffects: false } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'refrain-api' }, () => ({ contents: apiSource, loader: 'js' }));
      build.onLoad({ filter: /.*/, namespace: 'refrain-stand-in' }, ({ path }) => ({
        contents: standIns[path]!,
        loader: 'js',
        resolveDir: import.meta.dirname,
      }));
      build.onLoad({ filter: /.*/, namespace: 'refrain-ignored' }, () => ({
        contents: 'module.exports = {};',
        loader: 'js',
      }));
      build.onLoad({ filter: /.*/, namespace: forbiddenNamespace }, () => ({
        contents: 'module.exports = {};',
        loader: 'js',
      }));
    },
  };
}

export interface ForbiddenImport {
  readonly module: string;
  /** Files from the one that imports the module up to the entry, as they appear in the bundle's metadata. */
  readonly chain: readonly string[];
}

/** The forbidden modules that the bundle really uses: type-only and unused imports have fallen away. */
export function forbiddenImports(metafile: Metafile): ForbiddenImport[] {
  const output = Object.values(metafile.outputs).find(
    (candidate) => Object.keys(candidate.inputs).length > 0,
  );
  const importers = new Map<string, string>();
  for (const [file, input] of Object.entries(metafile.inputs)) {
    for (const { path } of input.imports) if (!importers.has(path)) importers.set(path, file);
  }
  const found: ForbiddenImport[] = [];
  for (const [path, { bytesInOutput }] of Object.entries(output?.inputs ?? {})) {
    if (!path.startsWith(`${forbiddenNamespace}:`) || bytesInOutput === 0) continue;
    const chain: string[] = [];
    for (
      let file = importers.get(path);
      file !== undefined && !chain.includes(file);
      file = importers.get(file)
    ) {
      if (!file.startsWith('<')) chain.push(file);
    }
    found.push({ module: path.slice(forbiddenNamespace.length + 1), chain });
  }
  return found;
}

/** For messages: relative to the working directory when that is shorter. */
export function displayPath(file: string): string {
  const absolute = isAbsolute(file) ? file : join(process.cwd(), file);
  const near = relative(process.cwd(), absolute);
  return near.startsWith('..') ? absolute : near;
}
