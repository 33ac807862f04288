import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError } from '../errors.js';
import { bundleWorkflowCode } from '../sandbox/bundle.js';
import { bundleTemporalWorkflows } from '../temporal/bundle.js';
import { findTemporalSdk } from '../temporal/sdk.js';
import { nativeTarget } from './native-target.js';
import type { ReplayTarget } from './target.js';
import { temporalTarget } from './temporal-target.js';

/** Where the workflow code is and what it needs. */
export interface WorkflowCodeOptions {
  /** The module (or folder with an index) that exports the workflows. */
  readonly workflowsPath: string;
  /** Modules that export `interceptors`, in order. */
  readonly workflowInterceptorModules?: readonly string[];
  /** Module that exports `payloadConverter`. */
  readonly payloadConverterPath?: string;
  /** Module that exports `failureConverter`. */
  readonly failureConverterPath?: string;
  /** As the Temporal worker's option: names of errors that fail the workflow, not its task. */
  readonly workflowFailureErrorTypes?: readonly string[];
  /** Whose API the code imports; found out from its imports when absent. */
  readonly api?: 'refrain' | 'temporal';
}

/** Bundles and loads workflow code of either kind. Throws `InputError`. */
export async function openTarget(options: WorkflowCodeOptions): Promise<ReplayTarget> {
  const { workflowFailureErrorTypes, api, ...code } = options;
  const more = workflowFailureErrorTypes ? { workflowFailureErrorTypes } : {};
  if ((api ?? (await apiOf(code.workflowsPath))) === 'temporal') {
    return temporalTarget(await bundleTemporalWorkflows(code), more);
  }
  const { workflowInterceptorModules, ...rest } = code;
  const interceptors = workflowInterceptorModules ? { interceptorModules: workflowInterceptorModules } : {};
  return nativeTarget(await bundleWorkflowCode({ ...rest, ...interceptors }), more);
}

const refrain = '@refrain/engine/workflow';
const temporal = '@temporalio/workflow';

/** By the packages that the project's own modules import; packages themselves are not opened for it. */
export async function apiOf(workflowsPath: string): Promise<'refrain' | 'temporal'> {
  const path = resolve(workflowsPath);
  const { build } = await import('esbuild');
  const imported = new Set<string>();
  await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    packages: 'external',
    platform: 'neutral',
    logLevel: 'silent',
    plugins: [
      {
        name: 'refrain-imports',
        setup(plugin) {
          plugin.onResolve({ filter: /^@(refrain|temporalio)\// }, ({ path: name }) => {
            imported.add(name);
            return { path: name, external: true };
          });
        },
      },
    ],
  }).catch(() => undefined);
  if (imported.has(refrain) && imported.has(temporal)) {
    throw new InputError('RFN3004', `${workflowsPath} imports both ${refrain} and ${temporal}`);
  }
  if (imported.has(refrain)) return 'refrain';
  if (imported.has(temporal)) return 'temporal';
  return existsSync(path) && findTemporalSdk(path) ? 'temporal' : 'refrain';
}
