import { bundleWorkflowCode } from '../sandbox/bundle.js';
import { apiOf } from '../temporal/api-of.js';
import { bundleTemporalWorkflows } from '../temporal/bundle.js';
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
