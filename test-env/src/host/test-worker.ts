import {
  activityApi,
  ApplicationFailure,
  CompleteAsyncError,
  createLogger,
  Worker,
  type Clock,
  type Service,
  type WorkflowHost,
} from '@refrain/engine/internal';
import type { Attempt } from './activity-host.js';
import { cutOffService } from './cut-off.js';

export interface TestWorkerOptions {
  readonly service: Service;
  /** Absent: the worker runs activities only. */
  readonly host: WorkflowHost | undefined;
  /** Takes no activities from the queue; it still runs local ones. */
  readonly workflowsOnly: boolean;
  readonly clock: Clock;
  readonly namespace: string;
  readonly taskQueue: string;
  /** The worker has ended by itself. */
  readonly onFailure: (error: unknown) => void;
  readonly runActivity: (attempt: Attempt, args: readonly unknown[]) => Promise<unknown>;
}

/** A worker of the engine, in virtual time. */
export interface TestWorker {
  /** Gone at once: nothing that it does from now on reaches anybody. */
  abandon(): void;
}

/** More than any test has at once: a mocked call that lasts a year must not keep others from starting. */
const unlimited = 1_000_000;

export function startTestWorker(options: TestWorkerOptions): TestWorker {
  const { service, cut } = cutOffService(
    options.workflowsOnly ? withoutActivityPolls(options.service) : options.service,
  );
  const created = Worker.create({
    connection: { service },
    namespace: options.namespace,
    taskQueue: options.taskQueue,
    ...(options.host ? { workflowHost: options.host } : {}),
    activities: {
      default: (...args: unknown[]) => options.runActivity(attemptOf(activityApi.Context.current()), args),
    },
    clock: options.clock,
    logger: createLogger(() => undefined),
    identity: 'test-worker',
    maxConcurrentActivityTaskExecutions: unlimited,
    maxConcurrentLocalActivityExecutions: unlimited,
    maxConcurrentWorkflowTaskPolls: 1,
    maxConcurrentActivityTaskPolls: 1,
  });
  const running = created.then((worker) => worker.run());
  running.catch(options.onFailure);
  return { abandon: cut };
}

function withoutActivityPolls(service: Service): Service {
  const never = new Promise<never>(() => undefined);
  return Object.assign(Object.create(service) as Service, { pollActivityTaskQueue: () => never });
}

/** The failure of a call that the test did not expect: told to the workflow once, and not retried. */
export function unexpectedCallFailure(message: string): Error {
  return ApplicationFailure.nonRetryable(message, 'UnexpectedCall');
}

export function completeAsyncError(): Error {
  return new CompleteAsyncError();
}

function attemptOf(context: activityApi.Context): Attempt {
  const { info } = context;
  const limits = [
    info.startToCloseTimeoutMs && info.currentAttemptScheduledTimestampMs + info.startToCloseTimeoutMs,
    info.scheduleToCloseTimeoutMs && info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs,
    info.heartbeatTimeoutMs && info.currentAttemptScheduledTimestampMs + info.heartbeatTimeoutMs,
  ].filter((limit): limit is number => typeof limit === 'number' && limit > 0);
  return {
    activityType: info.activityType,
    activityId: info.activityId,
    attempt: info.attempt,
    workflowId: info.workflowExecution.workflowId,
    runId: info.workflowExecution.runId,
    taskToken: info.isLocal ? '' : new TextDecoder().decode(info.taskToken),
    isLocal: info.isLocal,
    maximumAttempts: info.retryPolicy?.maximumAttempts,
    deadlineMs: Math.min(...limits),
    isOver: () => {
      const details = context.cancellationDetails;
      return details?.timedOut === true || details?.notFound === true;
    },
    heartbeat: (details) => context.heartbeat(details),
    cancelled: cancellationOf(context),
  };
}

function cancellationOf(context: activityApi.Context): Promise<never> {
  const asked = new Promise<never>((_, reject) => {
    context.cancelled.catch((error: unknown) => {
      if (context.cancellationDetails?.cancelRequested) reject(error as Error);
    });
  });
  // An attempt that waits for nothing does not look.
  asked.catch(() => undefined);
  return asked;
}
