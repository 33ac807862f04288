import { statSync } from 'node:fs';
import {
  apiOf,
  bundleTemporalWorkflows,
  bundleWorkflowCode,
  createTemporalHost,
  loadBundle,
  nativeTarget,
  temporalTarget,
  type ReplayTarget,
  type WorkflowHost,
} from '@refrain/engine/internal';
import { TestConfigError } from '../errors.js';
import type { WorkflowSource } from './workflow-source.js';

/** Workflow code that is loaded: for workers, and for replays. */
export interface WorkflowCode {
  readonly host: WorkflowHost;
  readonly target: ReplayTarget;
  readonly api: 'refrain' | 'temporal';
}

interface Loaded extends WorkflowCode {
  /** Source map (version 3, JSON), with absolute paths. */
  readonly sourceMap: string;
}

interface Cached {
  readonly code: Promise<WorkflowCode>;
  /** Source file → time of its last change, as it was bundled. */
  readonly sources: Map<string, number>;
}

/** Bundled code by what it is made from, for the life of the process: a thousand environments bundle once. */
const cache = new Map<string, Cached>();

/** Bundles and loads workflow code, unless it was before and no source has changed since. */
export async function loadCode(
  source: WorkflowSource,
  interceptorModules: readonly string[] = [],
): Promise<WorkflowCode> {
  const key = JSON.stringify([source, interceptorModules]);
  const known = cache.get(key);
  if (known && isFresh(known.sources)) return known.code;
  const sources = new Map<string, number>();
  const code = load(source, interceptorModules).then((loaded) => {
    for (const file of sourcesOf(loaded.sourceMap)) sources.set(file, changedMs(file));
    return loaded;
  });
  cache.set(key, { code, sources });
  code.catch(() => cache.delete(key));
  return code;
}

async function load(source: WorkflowSource, interceptorModules: readonly string[]): Promise<Loaded> {
  const files = [...new Set(Object.values(source.exports))];
  const path = source.path ?? (files.length === 1 ? files[0] : undefined);
  const api = await apiOf(path ?? files[0]!);
  if (api === 'refrain') return loadNative(source, interceptorModules);
  if (path !== undefined) return loadTemporal(path, interceptorModules);
  throw new TestConfigError(
    'RFN4001',
    'workflows: the module gathers workflows from several files. For code that imports @temporalio/workflow, pass ' +
      'its path: workflowsPath: new URL("../src/workflows.ts", import.meta.url).',
  );
}

async function loadNative(source: WorkflowSource, interceptorModules: readonly string[]): Promise<Loaded> {
  const lines = Object.entries(source.exports).map(
    ([name, file]) => `export { ${name} } from ${JSON.stringify(file)};`,
  );
  const code =
    source.path === undefined
      ? { sources: { 'index.ts': lines.join('\n') } }
      : { workflowsPath: source.path };
  const bundle = await bundleWorkflowCode({ ...code, interceptorModules });
  const loaded = loadBundle(bundle);
  return {
    api: 'refrain',
    host: loaded,
    // What is replayed has just run, under a deadline.
    target: nativeTarget(bundle, { deadlineMs: 0, loaded }),
    sourceMap: bundle.sourceMap,
  };
}

async function loadTemporal(
  workflowsPath: string,
  workflowInterceptorModules: readonly string[],
): Promise<Loaded> {
  const bundle = await bundleTemporalWorkflows({ workflowsPath, workflowInterceptorModules });
  const loaded = createTemporalHost(bundle);
  return {
    api: 'temporal',
    host: loaded,
    target: temporalTarget(bundle, { loaded }),
    sourceMap: bundle.userSourceMap,
  };
}

function sourcesOf(sourceMap: string): string[] {
  const { sources } = JSON.parse(sourceMap) as { sources: string[] };
  return sources.filter((file) => file.startsWith('/') || /^[a-z]:/i.test(file));
}

function isFresh(sources: ReadonlyMap<string, number>): boolean {
  return [...sources].every(([file, ms]) => changedMs(file) === ms);
}

function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * The same code without the watchdog over endless loops: arming it for each workflow task costs more than the task.
 * For code that has run under it before.
 */
export function withoutWatchdog({ target, api }: WorkflowCode): WorkflowCode {
  const options = { namespace: 'default', taskQueue: 'test', callSites: false };
  return { api, target, host: { createInstance: () => target.createInstance(options) } };
}
