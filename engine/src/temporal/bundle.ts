import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';
import { InputError } from '../errors.js';
import { refrainApiModules, sandboxedModules, SHARED_PREFIX, sharedModules } from './bundle-plugin.js';
import type { TemporalSdk } from './sdk.js';
import { findTemporalSdk } from './sdk.js';

export interface TemporalBundleOptions {
  /** The module (or folder with an index) that exports the workflows. */
  readonly workflowsPath: string;
  /** Modules that export `interceptors`, in order. */
  readonly workflowInterceptorModules?: readonly string[];
  /** Module that exports `payloadConverter`. */
  readonly payloadConverterPath?: string;
  /** Module that exports `failureConverter`. */
  readonly failureConverterPath?: string;
  /** The code imports `@refrain/engine/workflow`, and runs on a Temporal cluster. */
  readonly importsRefrainApi?: boolean;
}

/** Workflow code and the SDK that it imports, as two scripts. */
export interface TemporalBundle {
  readonly sdk: TemporalSdk;
  /** A function body of `(require, module, exports)`: the user's modules, evaluated for each execution. */
  readonly userCode: string;
  /** Source map of `userCode`, whose `sources` are absolute paths. */
  readonly userSourceMap: string;
  /** A function body of `(require, module, exports)`: the SDK and the driver, evaluated once for each context. */
  readonly sdkCode: string;
  /** Name of the script of `userCode` in stacks. */
  readonly filename: string;
  /** Modules that workflow code imports and that do not exist there. */
  readonly ignoredModules: readonly string[];
}

const common: BuildOptions = {
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'browser',
  target: 'es2022',
  conditions: ['webpack', 'development', 'module'],
  // `startChild(fn)` and activity types go by function names.
  keepNames: true,
  logLevel: 'silent',
  legalComments: 'none',
  external: ['__temporal_custom_payload_converter', '__temporal_custom_failure_converter', '__refrain_host'],
};

/** Bundles workflow code together with its own copy of `@temporalio/workflow`. Throws `InputError`. */
export async function bundleTemporalWorkflows(options: TemporalBundleOptions): Promise<TemporalBundle> {
  const workflowsPath = existingPath(options.workflowsPath);
  const sdk = findTemporalSdk(workflowsPath);
  if (!sdk) {
    throw new InputError(
      'RFN3001',
      `@temporalio/workflow is not installed where ${workflowsPath} could import it`,
    );
  }
  const { code, map, needed, ignored } = await bundleUserCode(workflowsPath, sdk, options);
  const sdkCode = await bundleSdk(sdk, [...needed].sort());
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 12);
  return {
    sdk,
    userCode: code,
    userSourceMap: map,
    sdkCode,
    filename: `workflow-bundle-${hash}.js`,
    ignoredModules: [...ignored].sort(),
  };
}

async function bundleUserCode(workflowsPath: string, sdk: TemporalSdk, options: TemporalBundleOptions) {
  const { build } = await import('esbuild');
  const needed = new Set<string>();
  const ignored = new Set<string>();
  const folder = statSync(workflowsPath).isDirectory() ? workflowsPath : dirname(workflowsPath);
  const load = (path: string | undefined) =>
    path === undefined ? '({})' : `require(${JSON.stringify(existingPath(path))})`;
  const interceptors = (options.workflowInterceptorModules ?? []).map(load).join(', ');
  const contents = [
    `exports.workflows = () => ${load(workflowsPath)};`,
    `exports.interceptors = () => [${interceptors}];`,
    `exports.payloadConverter = () => ${load(options.payloadConverterPath)};`,
    `exports.failureConverter = () => ${load(options.failureConverterPath)};`,
  ].join('\n');
  try {
    const result = await build({
      ...common,
      stdin: { contents, resolveDir: folder, sourcefile: 'refrain-entry.js' },
      absWorkingDir: folder,
      outfile: join(folder, 'refrain-workflows.js'),
      sourcemap: 'external',
      plugins: [
        ...(options.importsRefrainApi ? [refrainApiModules(folder, sdk.root)] : []),
        sandboxedModules(ignored),
        sharedModules(needed),
      ],
    });
    const code = result.outputFiles!.find((file) => file.path.endsWith('.js'))!.text;
    const map = result.outputFiles!.find((file) => file.path.endsWith('.map'))!.text;
    return { code: trimHelpers(code), map: absoluteSources(map, folder), needed, ignored };
  } catch (error) {
    throw new InputError('RFN3002', `workflow code could not be bundled: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * What esbuild adds to the modules runs for each execution anew. Its wrapper around the namespace of an outside
 * module changes nothing for the SDK's modules, which are marked as ES modules; nor does a name that a function has
 * already.
 */
function trimHelpers(code: string): string {
  return code
    .replaceAll(/__toESM\((require\("shared:[^"]+"\))(?:, 1)?\)/g, '$1')
    .replace(
      'var __name = (target, value) => __defProp(target,',
      'var __name = (target, value) => target.name === value ? target : __defProp(target,',
    );
}

function absoluteSources(map: string, folder: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  parsed.sources = parsed.sources.map((source) => resolve(folder, source));
  return JSON.stringify(parsed);
}

/** One for each copy of the SDK and set of imported modules: projects with several bundles share it. */
const sdkBundles = new Map<string, Promise<string>>();

function bundleSdk(sdk: TemporalSdk, modules: readonly string[]): Promise<string> {
  const key = [sdk.root, ...modules].join('\n');
  let bundle = sdkBundles.get(key);
  if (!bundle) {
    bundle = buildSdk(sdk, modules);
    bundle.catch(() => sdkBundles.delete(key));
    sdkBundles.set(key, bundle);
  }
  return bundle;
}

async function buildSdk(sdk: TemporalSdk, modules: readonly string[]): Promise<string> {
  const { build } = await import('esbuild');
  const inside = (name: string) => fileURLToPath(new URL(`./inside/${name}`, import.meta.url));
  const quoted = (path: string) => JSON.stringify(path);
  const contents = [
    `require(${quoted(inside('globals.js'))}).installGlobals(require("__refrain_host"));`,
    `exports.driver = require(${quoted(inside('driver.js'))});`,
    `exports.api = require(${quoted(sdk.workerInterface)});`,
    'exports.common = require("@temporalio/common");',
    'exports.time = require("@temporalio/common/lib/time");',
    `exports.searchAttributeConverter = require("@temporalio/common/lib/converter/payload-search-attributes")
      .searchAttributePayloadConverter;`,
    sdk.flags ? `exports.flags = require(${quoted(sdk.flags)});` : '',
    sdk.globalOverrides
      ? `exports.overrideGlobals = require(${quoted(sdk.globalOverrides)}).overrideGlobals;`
      : 'exports.overrideGlobals = exports.api.overrideGlobals;',
    'exports.modules = {',
    ...modules.map((path) => `${quoted(SHARED_PREFIX + path)}: () => require(${quoted(path)}),`),
    '};',
  ].join('\n');
  const result = await build({
    ...common,
    stdin: { contents, resolveDir: sdk.root, sourcefile: 'refrain-sdk.js' },
    absWorkingDir: sdk.root,
    plugins: [sandboxedModules(new Set())],
  });
  return result.outputFiles![0]!.text;
}

function existingPath(path: string): string {
  const absolute = resolve(path);
  const candidates = [
    absolute,
    ...['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs'].map((end) => absolute + end),
  ];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (!found) throw new InputError('RFN3003', `there is no module ${path}`);
  return realpathSync(found);
}

function messageOf(error: unknown): string {
  const errors = (error as { errors?: { text: string; location?: { file: string; line: number } }[] }).errors;
  if (!errors?.length) return error instanceof Error ? error.message : String(error);
  return errors
    .map(({ text, location }) => (location ? `${location.file}:${location.line}: ${text}` : text))
    .join('; ');
}
