import { resolve } from 'node:path';
import { bundleWorkflowCode } from '../sandbox/bundle.js';
import { apiOf } from '../temporal/api-of.js';
import { bundleTemporalWorkflows } from '../temporal/bundle.js';
import { findTemporalSdk } from '../temporal/sdk.js';
import { nativeTarget } from './native-target.js';
import { sdkNameOf } from './sdk-name.js';
import type { ReplayTarget, ReplayTargets } from './target.js';
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
export async function openTargets(options: WorkflowCodeOptions): Promise<ReplayTargets> {
  const { workflowFailureErrorTypes, api, ...code } = options;
  const more = workflowFailureErrorTypes ? { workflowFailureErrorTypes } : {};
  if ((api ?? (await apiOf(code.workflowsPath))) === 'temporal') {
    const target = Promise.resolve(temporalTarget(await bundleTemporalWorkflows(code), more));
    return { targetFor: () => target };
  }
  const { workflowInterceptorModules, ...rest } = code;
  const interceptors = workflowInterceptorModules ? { interceptorModules: workflowInterceptorModules } : {};
  const native = Promise.resolve(nativeTarget(await bundleWorkflowCode({ ...rest, ...interceptors }), more));
  const hasSdk = findTemporalSdk(resolve(code.workflowsPath)) !== undefined;
  let onCluster: Promise<ReplayTarget> | undefined;
  return {
    targetFor(events) {
      if (!hasSdk || sdkNameOf(events) !== TEMPORAL_SDK) return native;
      onCluster ??= bundleTemporalWorkflows({ ...code, importsRefrainApi: true }).then((bundle) =>
        temporalTarget(bundle, more),
      );
      return onCluster;
    },
  };
}

/** As `@temporalio/worker` names itself in the histories that it makes. */
const TEMPORAL_SDK = 'temporal-typescript';
