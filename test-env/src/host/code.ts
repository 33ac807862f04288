import { statSync } from 'node:fs';
import {
  bundleWorkflowCode,
  loadBundle,
  type ActivationApi,
  type WorkflowBundle,
} from '@refrain/engine/internal';
import type { WorkflowSource } from './workflow-source.js';

/** Workflow code that is loaded and makes instances. */
export interface WorkflowCode {
  readonly workflowTypes: readonly string[];
  createInstance(options: InstanceOptions): ActivationApi.WorkflowInstance;
}

export interface InstanceOptions {
  readonly namespace: string;
  readonly taskQueue: string;
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
  const code = bundle(source, interceptorModules).then((bundled) => {
    for (const file of sourcesOf(bundled)) sources.set(file, changedMs(file));
    return loadBundle(bundled);
  });
  cache.set(key, { code, sources });
  code.catch(() => cache.delete(key));
  return code;
}

function bundle(source: WorkflowSource, interceptorModules: readonly string[]): Promise<WorkflowBundle> {
  if (source.path !== undefined)
    return bundleWorkflowCode({ workflowsPath: source.path, interceptorModules });
  const lines = Object.entries(source.exports).map(
    ([name, file]) => `export { ${name} } from ${JSON.stringify(file)};`,
  );
  return bundleWorkflowCode({ sources: { 'index.ts': lines.join('\n') }, interceptorModules });
}

function sourcesOf(bundled: WorkflowBundle): string[] {
  const { sources } = JSON.parse(bundled.sourceMap) as { sources: string[] };
  return sources.filter((file) => file.startsWith('/') || /^[a-z]:/i.test(file));
}

function isFresh(sources: ReadonlyMap<string, number>): boolean {
  return [...sources].every(([file, ms]) => changedMs(file) === ms);
}

function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
