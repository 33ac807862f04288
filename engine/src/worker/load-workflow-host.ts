import { InputError } from '../errors.js';
import { bundleWorkflowCode, type WorkflowBundle } from '../sandbox/bundle.js';
import { loadBundle, type HostSinkCall } from '../sandbox/load.js';
import { apiOf } from '../temporal/api-of.js';
import { bundleTemporalWorkflows } from '../temporal/bundle.js';
import { TemporalWorkerHost } from '../temporal/worker-host.js';
import type { Logger } from './logger.js';
import type { WorkerOptions } from './options.js';
import { deliverSinkCall } from './sinks.js';
import type { WorkflowHost } from './workflow-host.js';

/**
 * Bundles the workflows (unless they are bundled already) and loads them: code that imports `@temporalio/workflow` by
 * its own copy of that package, all other code in our sandbox. Undefined when there are none.
 */
export async function loadWorkflowHost(
  options: WorkerOptions,
  logger: Logger,
): Promise<WorkflowHost | undefined> {
  const { workflowHost, workflowsPath, workflowBundle, sinks = {} } = options;
  const given = [workflowHost, workflowsPath, workflowBundle].filter((way) => way !== undefined);
  if (given.length > 1) {
    const message = 'Worker options `workflowsPath`, `workflowBundle` and `workflowHost` exclude each other';
    throw new InputError('RFN2021', message);
  }
  if (workflowHost) return workflowHost;
  const onSinkCall = (call: HostSinkCall) => deliverSinkCall(call, sinks, logger);
  if (workflowBundle) return nativeHost(workflowBundle, options, onSinkCall);
  if (!workflowsPath) return undefined;
  const isTemporal = !aliasesTemporal(options) && (await apiOf(workflowsPath)) === 'temporal';
  if (isTemporal) return temporalHost(workflowsPath, options, onSinkCall);
  return nativeHost(await bundleOf(workflowsPath, options), options, onSinkCall);
}

type OnSinkCall = (call: HostSinkCall) => void;

/** The code is to run on Refrain's API though it imports Temporal's. */
function aliasesTemporal({ bundlerOptions }: WorkerOptions): boolean {
  return bundlerOptions?.alias?.['@temporalio/workflow'] !== undefined;
}

function nativeHost(bundle: WorkflowBundle, options: WorkerOptions, onSinkCall: OnSinkCall): WorkflowHost {
  const { workflowFailureErrorTypes = [], workflowDeadlineMs } = options;
  const loaded = loadBundle(bundle, {
    workflowFailureErrorTypes,
    ...(workflowDeadlineMs === undefined ? {} : { deadlineMs: workflowDeadlineMs }),
    onSinkCall,
  });
  return {
    workflowTypes: loaded.workflowTypes,
    createInstance: (instanceOptions) => loaded.createInstance(instanceOptions),
    withDeadline: (fn) => loaded.withDeadline(fn),
  };
}

/** As for Refrain's own sandbox. */
const defaultDeadlineMs = 2000;

async function temporalHost(
  workflowsPath: string,
  options: WorkerOptions,
  onSinkCall: OnSinkCall,
): Promise<WorkflowHost> {
  const { workflowFailureErrorTypes = [], workflowDeadlineMs = defaultDeadlineMs } = options;
  const { workflowModules } = options.interceptors ?? {};
  const bundle = await bundleTemporalWorkflows({
    workflowsPath,
    ...(workflowModules ? { workflowInterceptorModules: workflowModules } : {}),
    ...converterPaths(options),
  });
  return new TemporalWorkerHost(bundle, {
    workflowFailureErrorTypes,
    deadlineMs: workflowDeadlineMs,
    onSinkCall,
  });
}

function bundleOf(workflowsPath: string, options: WorkerOptions): Promise<WorkflowBundle> {
  const { interceptors, bundlerOptions } = options;
  return bundleWorkflowCode({
    ...bundlerOptions,
    workflowsPath,
    ...(interceptors?.workflowModules ? { interceptorModules: interceptors.workflowModules } : {}),
    ...converterPaths(options),
  });
}

function converterPaths({ dataConverter }: WorkerOptions) {
  const { payloadConverterPath, failureConverterPath } = dataConverter ?? {};
  return {
    ...(payloadConverterPath ? { payloadConverterPath } : {}),
    ...(failureConverterPath ? { failureConverterPath } : {}),
  };
}
