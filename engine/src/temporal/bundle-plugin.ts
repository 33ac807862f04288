import { builtinModules } from 'node:module';
import { realpathSync } from 'node:fs';
import type { OnResolveResult, Plugin } from 'esbuild';
import { packageOf, refrainApi } from './sdk.js';

/** Modules of Node that workflow code may import: they stand for globals of the sandbox. */
const allowedBuiltins: Readonly<Record<string, string>> = {
  assert: 'module.exports = globalThis.assert;',
  url: 'module.exports = { URL, URLSearchParams };',
  util: 'module.exports = { TextEncoder, TextDecoder };',
};

/** Packages that belong to the worker's side; Temporal's bundler refuses them in workflow code. */
const workerSide = [
  '@temporalio/activity',
  '@temporalio/client',
  '@temporalio/worker',
  '@temporalio/testing',
  '@temporalio/core-bridge',
  '@temporalio/common/lib/internal-non-workflow',
  '@temporalio/interceptors-opentelemetry/lib/client',
  '@temporalio/interceptors-opentelemetry/lib/worker',
];

/** Packages whose modules hold no state of an execution: loaded once and shared by all. */
const sharedPackages = new Set([
  '@temporalio/workflow',
  '@temporalio/common',
  '@temporalio/proto',
  'protobufjs',
  'long',
  'nexus-rpc',
]);

export const SHARED_PREFIX = 'shared:';

/**
 * Code that imports Refrain's API, on Temporal's: the copies of `@temporalio/*` are the project's (`folder`) and those of
 * its SDK, wherever this package is installed.
 */
export function refrainApiModules(folder: string, sdkRoot: string): Plugin {
  return {
    name: 'refrain-api-on-temporal',
    setup(build) {
      build.onResolve({ filter: /^@refrain\/engine\/workflow$/ }, () => ({ path: refrainApi.path }));
      build.onResolve({ filter: /^@temporalio\// }, async (args) => {
        if (args.importer !== refrainApi.path || args.resolveDir === folder || args.resolveDir === sdkRoot) {
          return undefined;
        }
        const resolveDir = args.path.startsWith('@temporalio/workflow') ? folder : sdkRoot;
        const { path, kind, importer } = args;
        return (await build.resolve(path, { resolveDir, kind, importer })) as OnResolveResult;
      });
    },
  };
}

/** Leaves imports of the SDK to the shared modules and notes which ones are needed. */
export function sharedModules(needed: Set<string>): Plugin {
  return {
    name: 'refrain-shared-modules',
    setup(build) {
      build.onResolve({ filter: /^(@temporalio\/|protobufjs|long$|nexus-rpc)/ }, async (args) => {
        if (args.pluginData === 'resolving') return undefined;
        const found = await build.resolve(args.path, {
          resolveDir: args.resolveDir,
          kind: args.kind,
          importer: args.importer,
          pluginData: 'resolving',
        });
        if (found.errors.length > 0 || found.external || found.namespace !== 'file')
          return found as OnResolveResult;
        const path = realpathSync(found.path);
        if (!sharedPackages.has(packageOf(path)?.name ?? '')) return found as OnResolveResult;
        needed.add(path);
        return { path: SHARED_PREFIX + path, external: true };
      });
    },
  };
}

/**
 * Node's modules and the packages of the worker's side become empty modules, as in Temporal's bundles with
 * `ignoreModules`; `ignored` collects their names and importers.
 */
export function sandboxedModules(ignored: Set<string>): Plugin {
  return {
    name: 'refrain-sandboxed-modules',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        if (args.pluginData === 'resolving' || args.kind === 'entry-point') return undefined;
        const name = args.path.startsWith('node:') ? args.path.slice(5) : args.path;
        if (name in allowedBuiltins) return { path: name, namespace: 'refrain-builtin' };
        const forbidden = isBuiltin(name) || workerSide.some((m) => name === m || name.startsWith(`${m}/`));
        if (!forbidden) return undefined;
        if (!/[\\/]node_modules[\\/](protobufjs|@protobufjs|@temporalio)[\\/]/.test(args.importer)) {
          ignored.add(name);
        }
        return { path: name, namespace: 'refrain-empty' };
      });
      build.onLoad({ filter: /.*/, namespace: 'refrain-builtin' }, (args) => ({
        contents: allowedBuiltins[args.path]!,
      }));
      build.onLoad({ filter: /.*/, namespace: 'refrain-empty' }, () => ({
        contents: 'module.exports = {};',
      }));
    },
  };
}

const builtins = new Set(builtinModules);

function isBuiltin(name: string): boolean {
  return builtins.has(name) || builtins.has(name.split('/')[0]!);
}
