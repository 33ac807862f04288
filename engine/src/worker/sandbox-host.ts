import { InputError } from '../errors.js';
import { bundleWorkflowCode, type WorkflowBundle } from '../sandbox/bundle.js';
import { loadBundle, type HostSinkCall } from '../sandbox/load.js';
import type { Logger, LogLevel } from './logger.js';
import type { WorkerOptions } from './options.js';
import type { InjectedSinks, WorkflowHost } from './workflow-host.js';

/** The sink that workflow code's own log entries go to. */
const loggerSink = '__refrain_logger';
const levels: Readonly<Record<string, LogLevel>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
};

/** Bundles the workflows (unless they are bundled already) and loads them; undefined when there are none. */
export async function sandboxHost(options: WorkerOptions, logger: Logger): Promise<WorkflowHost | undefined> {
  const { workflowHost, workflowsPath, workflowBundle, sinks = {} } = options;
  const given = [workflowHost, workflowsPath, workflowBundle].filter((way) => way !== undefined);
  if (given.length > 1) {
    const message = 'Worker options `workflowsPath`, `workflowBundle` and `workflowHost` exclude each other';
    throw new InputError('RFN2021', message);
  }
  if (workflowHost) return workflowHost;
  const bundle = workflowBundle ?? (workflowsPath ? await bundleOf(workflowsPath, options) : undefined);
  if (!bundle) return undefined;
  const { workflowFailureErrorTypes = [], workflowDeadlineMs } = options;
  const loaded = loadBundle(bundle, {
    workflowFailureErrorTypes,
    ...(workflowDeadlineMs === undefined ? {} : { deadlineMs: workflowDeadlineMs }),
    onSinkCall: (call) => deliver(call, sinks, logger),
  });
  return {
    workflowTypes: loaded.workflowTypes,
    createInstance: () => loaded.createInstance(),
    withDeadline: (fn) => loaded.withDeadline(fn),
  };
}

function bundleOf(workflowsPath: string, options: WorkerOptions): Promise<WorkflowBundle> {
  const { interceptors, dataConverter, bundlerOptions } = options;
  const { payloadConverterPath, failureConverterPath } = dataConverter ?? {};
  return bundleWorkflowCode({
    ...bundlerOptions,
    workflowsPath,
    ...(interceptors?.workflowModules ? { interceptorModules: interceptors.workflowModules } : {}),
    ...(payloadConverterPath ? { payloadConverterPath } : {}),
    ...(failureConverterPath ? { failureConverterPath } : {}),
  });
}

/** What a sink does is no business of the workflow: its errors are logged. */
function deliver(call: HostSinkCall, sinks: InjectedSinks, logger: Logger): void {
  const { ifaceName, fnName, args, workflowInfo } = call;
  const { isReplaying } = workflowInfo.unsafe;
  const sink = sinks[ifaceName]?.[fnName];
  if (!sink) {
    if (ifaceName === loggerSink && !isReplaying) logEntry(call, logger);
    return;
  }
  if (isReplaying && !sink.callDuringReplay) return;
  const failed = (error: unknown): void =>
    logger.error(`The sink ${ifaceName}.${fnName} failed`, { error, workflowId: workflowInfo.workflowId });
  try {
    Promise.resolve(sink.fn(workflowInfo as never, ...(args as never[]))).catch(failed);
  } catch (error) {
    failed(error);
  }
}

function logEntry({ fnName, args, workflowInfo }: HostSinkCall, logger: Logger): void {
  const [message, attributes] = args as [string, Readonly<Record<string, unknown>> | undefined];
  const { workflowId, runId, workflowType, namespace, taskQueue } = workflowInfo;
  logger.log(levels[fnName] ?? 'INFO', message, {
    ...attributes,
    workflowId,
    runId,
    workflowType,
    namespace,
    taskQueue,
    sdkComponent: 'workflow',
  });
}
