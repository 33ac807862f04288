import type { HostSinkCall } from '../sandbox/load.js';
import type { Logger, LogLevel } from './logger.js';
import type { InjectedSinks } from './workflow-host.js';

/** The sinks that workflow code's own log entries go to: Refrain's API, and the SDKs of Temporal. */
const loggerSinks: ReadonlySet<string> = new Set([
  '__refrain_logger',
  '__temporal_logger',
  'defaultWorkerLogger',
]);

const levels: Readonly<Record<string, LogLevel>> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
};

/** What a sink does is no business of the workflow: its errors are logged. */
export function deliverSinkCall(call: HostSinkCall, sinks: InjectedSinks, logger: Logger): void {
  const { ifaceName, fnName, args, workflowInfo } = call;
  const { isReplaying } = workflowInfo.unsafe;
  const sink = sinks[ifaceName]?.[fnName];
  if (!sink) {
    if (loggerSinks.has(ifaceName) && !isReplaying) logEntry(call, logger);
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
