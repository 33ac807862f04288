import { existsSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { build, type BuildFailure, type BuildOptions, type Message, type Plugin } from 'esbuild';
import { WorkflowBundleError } from './errors.js';
import { guardCatchBlocks, loweredSyntax, replaceHelpers } from './lowering.js';
import { displayPath, forbiddenImports, workflowModules } from './modules.js';
import { runtimeCode, type RuntimeCode } from './runtime-code.js';

export interface BundleOptions {
  /** A module that exports the workflows, or a folder with an `index` of them. */
  readonly workflowsPath?: string;
  /** In place of `workflowsPath`: source modules by name, of which `index.ts` exports the workflows. */
  readonly sources?: Readonly<Record<string, string>>;
  /** Modules that export `interceptors`, a function that returns workflow interceptors. */
  readonly interceptorModules?: readonly string[];
  /** A module that exports `payloadConverter`. */
  readonly payloadConverterPath?: string;
  /** A module that exports `failureConverter`. */
  readonly failureConverterPath?: string;
  /** Modules that workflow code may import but never uses when it runs, e.g. a database driver behind a shared file. */
  readonly ignoreModules?: readonly string[];
  /** Import one module in place of another, e.g. `{ '@temporalio/workflow': '@refrain/engine/workflow' }`. */
  readonly alias?: Readonly<Record<string, string>>;
  /** More esbuild plugins; they run first. */
  readonly plugins?: readonly Plugin[];
}

/** Workflow code, and the runtime that runs it: plain data, which can be stored and loaded elsewhere. */
export interface WorkflowBundle {
  readonly version: 1;
  readonly code: string;
  /** Source map (version 3, JSON) of `code`, with absolute paths as sources. */
  readonly sourceMap: string;
  readonly runtime: Pick<RuntimeCode, 'realm' | 'runtime'>;
}

/** What every bundle for the sandbox is built with. */
export const sandboxBuildOptions = {
  bundle: true,
  write: false,
  metafile: true,
  format: 'iife',
  platform: 'browser',
  target: 'node20',
  charset: 'utf8',
  logLevel: 'silent',
  sourcemap: 'external',
  outdir: '/refrain',
  // `startChild(fn)`, activity types and failure types go by names, which collisions would change.
  keepNames: true,
  treeShaking: true,
  mainFields: ['browser', 'module', 'main'],
  conditions: ['workflow'],
  define: { global: 'globalThis', 'process.env.NODE_ENV': '"production"' },
} as const satisfies BuildOptions;

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx'];

function resolveModule(option: string, path: string): string {
  const absolute = isAbsolute(path) ? path : resolve(path);
  const candidates = [absolute, ...extensions.map((extension) => absolute + extension)];
  for (const extension of extensions) candidates.push(join(absolute, `index${extension}`));
  const found = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (found !== undefined) return found;
  throw new WorkflowBundleError('RFN1110', `${option}: there is no module ${displayPath(absolute)}`);
}

const sourcesNamespace = 'refrain-source';

/** Serves `sources`; what they import from npm is resolved from the working directory. */
function sourceModules(sources: Readonly<Record<string, string>>): Plugin {
  const find = (name: string): string | undefined =>
    [name, ...extensions.map((extension) => name + extension), name.replace(/\.js$/, '.ts')].find(
      (candidate) => Object.hasOwn(sources, candidate),
    );
  return {
    name: 'refrain-sources',
    setup(plugin) {
      plugin.onResolve({ filter: /^\.\.?\// }, ({ path, importer, namespace }) => {
        if (namespace !== sourcesNamespace) return undefined;
        const name = find(join(importer, '..', path));
        return name === undefined ? undefined : { path: name, namespace: sourcesNamespace };
      });
      plugin.onResolve({ filter: /^refrain-source:/ }, ({ path }) => {
        const name = find(path.slice(sourcesNamespace.length + 1));
        return name === undefined ? undefined : { path: name, namespace: sourcesNamespace };
      });
      plugin.onLoad({ filter: /.*/, namespace: sourcesNamespace }, ({ path }) => ({
        contents: sources[path]!,
        loader: /\.[mc]?js$/.test(path) ? 'js' : 'ts',
        resolveDir: process.cwd(),
      }));
    },
  };
}

/** The module that imports everything, in the order in which it is evaluated. */
function entryModule(options: BundleOptions): string {
  const lines: string[] = [];
  const literal = (option: string, path: string): string => JSON.stringify(resolveModule(option, path));
  if (options.payloadConverterPath) {
    lines.push(
      `export { payloadConverter } from ${literal('payloadConverterPath', options.payloadConverterPath)};`,
    );
  }
  if (options.failureConverterPath) {
    lines.push(
      `export { failureConverter } from ${literal('failureConverterPath', options.failureConverterPath)};`,
    );
  }
  const modules = options.interceptorModules ?? [];
  modules.forEach((path, i) =>
    lines.push(`import * as interceptors${i} from ${literal('interceptorModules', path)};`),
  );
  lines.push(`export const interceptors = [${modules.map((_, i) => `interceptors${i}`).join(', ')}];`);
  if (options.sources) lines.push(`export * as workflows from '${sourcesNamespace}:index';`);
  else if (options.workflowsPath) {
    lines.push(`export * as workflows from ${literal('workflowsPath', options.workflowsPath)};`);
  } else throw new WorkflowBundleError('RFN1110', 'Either workflowsPath or sources is required');
  return lines.join('\n');
}

function describeMessage({ text, location }: Message): string {
  if (!location) return text;
  const where = `${displayPath(location.file)}:${location.line}:${location.column + 1}`;
  return `${where}: ${text}\n    ${location.lineText.trim()}`;
}

function compileError(failure: BuildFailure): WorkflowBundleError {
  const list = failure.errors.map(describeMessage).join('\n');
  return new WorkflowBundleError('RFN1111', `Workflow code does not compile:\n${list}`, { cause: failure });
}

function refuseForbidden(metafile: Parameters<typeof forbiddenImports>[0]): void {
  const found = forbiddenImports(metafile);
  if (found.length === 0) return;
  const list = found.map(
    ({ module, chain }) =>
      `  ${module}\n${chain.map((file) => `    imported by ${displayPath(file)}`).join('\n')}`,
  );
  throw new WorkflowBundleError(
    'RFN1112',
    `Workflow code uses modules that it cannot have, because they do I/O or belong to the host:\n${list.join('\n')}\n` +
      'Move the code that needs them into an activity and import only its types (`import type`). If it is never ' +
      'called by a workflow, name the module in ignoreModules.',
  );
}

/**
 * Bundles workflow code for `loadBundle`.
 *
 * @throws WorkflowBundleError when a module is missing (RFN1110), does not compile (RFN1111) or is forbidden (RFN1112).
 */
export async function bundleWorkflowCode(options: BundleOptions): Promise<WorkflowBundle> {
  const contents = entryModule(options);
  const { realm, runtime, apiNames } = await runtimeCode();
  const { alias = {}, ignoreModules = [], plugins = [], sources } = options;
  const otherAliases = Object.fromEntries(
    Object.entries(alias).filter(([, target]) => target !== '@refrain/engine/workflow'),
  );
  const result = await build({
    ...sandboxBuildOptions,
    stdin: { contents, resolveDir: process.cwd(), sourcefile: '<entry>' },
    globalName: '__refrain_bundle__',
    supported: { ...loweredSyntax },
    alias: otherAliases,
    plugins: [
      ...plugins,
      ...(sources ? [sourceModules(sources)] : []),
      workflowModules({ apiNames, alias, ignoreModules }),
    ],
  }).catch((error: BuildFailure) => {
    throw compileError(error);
  });
  refuseForbidden(result.metafile);
  const file = (suffix: string): string => result.outputFiles.find(({ path }) => path.endsWith(suffix))!.text;
  const sourceMap = file('.js.map');
  const code = guardCatchBlocks(replaceHelpers(file('.js')), sourceMap);
  return { version: 1, code, sourceMap, runtime: { realm, runtime } };
}
