import { EventEmitter } from 'node:events';
import { activityApi, CancelledFailure, createLogger } from '@refrain/engine/internal';
import type { AnyFunction, ArgumentsOf, ResultOf } from './mocks/activity-types.js';

/** Info of an activity that runs in a `MockActivityEnvironment`, unless the test says otherwise. */
export const defaultActivityInfo: activityApi.ActivityInfo = {
  taskToken: new TextEncoder().encode('test'),
  base64TaskToken: Buffer.from('test').toString('base64'),
  activityId: 'test',
  activityType: 'unknown',
  activityNamespace: 'default',
  namespace: 'default',
  attempt: 1,
  isLocal: false,
  inWorkflow: true,
  workflowExecution: { workflowId: 'test', runId: '00000000-0000-0000-0000-000000000000' },
  workflowNamespace: 'default',
  workflowType: 'test',
  scheduledTimestampMs: 1,
  currentAttemptScheduledTimestampMs: 1,
  scheduleToCloseTimeoutMs: 1000,
  startToCloseTimeoutMs: 1000,
  heartbeatDetails: undefined,
  taskQueue: 'test',
};

export type CancelReason = 'CANCELLED' | 'TIMED_OUT' | 'NOT_FOUND' | 'WORKER_SHUTDOWN';

/**
 * Runs activities alone, with a context: `activityInfo()`, `heartbeat()`, cancellation. Emits `heartbeat` with the
 * details. As in `@temporalio/testing`, all activities that run in one environment share its context.
 */
export class MockActivityEnvironment extends EventEmitter<{ heartbeat: [details: unknown] }> {
  readonly context: activityApi.Context;

  constructor(info: Partial<activityApi.ActivityInfo> = {}) {
    super();
    const quiet = createLogger(() => undefined);
    this.context = new activityApi.Context(
      { ...defaultActivityInfo, ...info },
      () => quiet,
      (details) => this.emit('heartbeat', details),
    );
  }

  async run<F extends AnyFunction>(activity: F, ...args: ArgumentsOf<F>): Promise<ResultOf<F>> {
    const result = activityApi.runInActivityContext(this.context, () => activity(...args));
    return (await result) as ResultOf<F>;
  }

  /** Asks the running activity, and those that run later, to stop. */
  cancel(reason: CancelReason = 'CANCELLED'): void {
    this.context.cancel(new CancelledFailure(reason), {
      notFound: reason === 'NOT_FOUND',
      cancelRequested: reason === 'CANCELLED',
      timedOut: reason === 'TIMED_OUT',
      workerShutdown: reason === 'WORKER_SHUTDOWN',
    });
  }
}
