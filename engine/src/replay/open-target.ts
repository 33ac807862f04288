import { bundleTemporalWorkflows } from '../temporal/bundle.js';
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
}

/** Bundles and loads workflow code. Throws `InputError`. */
export async function openTarget(options: WorkflowCodeOptions): Promise<ReplayTarget> {
  const { workflowFailureErrorTypes, ...bundle } = options;
  return temporalTarget(
    await bundleTemporalWorkflows(bundle),
    workflowFailureErrorTypes ? { workflowFailureErrorTypes } : {},
  );
}
