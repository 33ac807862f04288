import { fromRecorded, toRecorded } from '../converter/payload-converter.js';
import { CancelledFailure } from '../failures/failures.js';
import type { Payload } from '../history/payload.js';
import type { PollActivityTaskQueueResponse } from '../service/api/tasks.js';
import { hasStatus } from './service-status.js';
import type { ActivityCancellationDetails, ActivityInfo } from './activity-context.js';
import { Context } from './activity-context.js';
import { composeLogAttributes, type ActivityInterceptors } from './activity-interceptors.js';
import type { ActivityOutcome } from './execute-activity.js';
import { executeActivity } from './execute-activity.js';
import { Heartbeats } from './heartbeats.js';
import { withAttributes } from './logger.js';
import type { CompiledOptions } from './options.js';
import { decodePayloads, encodePayloads } from '../converter/payload-codec.js';
import { pollUntil } from './poll-loop.js';
import { RateLimit, Slots } from './slots.js';

interface Running {
  readonly task: PollActivityTaskQueueResponse;
  readonly context: Context;
  heartbeats: Heartbeats | undefined;
  cancelTimer: (() => void) | undefined;
  /** The service no longer wants an answer: the attempt has ended for it. */
  forgotten: boolean;
}

/**
 * Polls for activity tasks and runs them.
 *
 * Owns: the activities that run in this worker, their heartbeats and local timeouts. Does not own: retries and
 * timeouts as such (the service's), local activities.
 *
 * Invariants:
 * 1. At most `maxConcurrentActivityTaskExecutions` run at once; a poll is sent only for a free slot (E10).
 * 2. Each task is answered once, or not at all when it is completed asynchronously or has ended for the service.
 */
export class ActivityRunner {
  readonly #options: CompiledOptions;
  readonly #slots: Slots;
  readonly #running = new Map<string, Running>();
  readonly #rate: RateLimit | undefined;

  constructor(options: CompiledOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxConcurrentActivityTaskExecutions);
    const { maxActivitiesPerSecond, clock } = options;
    if (maxActivitiesPerSecond) this.#rate = new RateLimit(maxActivitiesPerSecond, () => clock.nowMs());
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Polls until the signal aborts; resolves when all polls have ended. */
  async poll(stop: AbortSignal): Promise<void> {
    const { service, namespace, taskQueue, identity, buildId, useVersioning, clock } = this.#options;
    const { maxTaskQueueActivitiesPerSecond: maxTasksPerSecond } = this.#options;
    const request = {
      namespace,
      taskQueue: { name: taskQueue },
      identity,
      embedded: true,
      ...(buildId ? { workerVersionCapabilities: { buildId, useVersioning } } : {}),
      ...(maxTasksPerSecond ? { taskQueueMetadata: { maxTasksPerSecond } } : {}),
    };
    const loops = Array.from({ length: this.#options.maxConcurrentActivityTaskPolls }, () =>
      pollUntil(stop, {
        slots: this.#slots,
        poll: async () => {
          const waitMs = this.#rate?.reserve() ?? 0;
          if (waitMs > 0) await waitFor(clock, waitMs, stop);
          return stop.aborted ? undefined : service.pollActivityTaskQueue(request, { signal: stop });
        },
        handle: (task) => this.#run(task),
        failed: (error) => this.#options.logger.warn('Polling for activities failed', { error }),
      }),
    );
    await Promise.all(loops);
  }

  /** Runs a task that the service handed out with the answer to a workflow task. */
  async runEagerly(task: PollActivityTaskQueueResponse): Promise<void> {
    await this.#slots.take();
    await this.#run(task);
  }

  whenIdle(): Promise<void> {
    return this.#slots.whenIdle();
  }

  /** Asks all running activities to stop. */
  cancelAll(): void {
    for (const running of this.#running.values()) this.#cancel(running, 'WORKER_SHUTDOWN');
  }

  async #run(task: PollActivityTaskQueueResponse): Promise<void> {
    const { metrics, clock } = this.#options;
    const running = await this.#begin(task);
    metrics.activityStarted(task.activityType.name, task.startedTimeMs - task.currentAttemptScheduledTimeMs);
    try {
      const { context } = running;
      const interceptors = this.#options.activityInterceptors.map((factory) => factory(context));
      const headers = task.header?.fields ?? {};
      const call = { context, headers, input: task.input ?? [], interceptors };
      const outcome = await executeActivity(this.#options, call);
      const duration = clock.nowMs() - task.startedTimeMs;
      metrics.activityEnded(task.activityType.name, outcome.status, task.attempt, duration);
      await this.#answer(running, outcome);
    } catch (error) {
      this.#options.logger.error('An activity could not be answered', { error, activity: task.activityId });
    } finally {
      this.#end(running);
      this.#slots.free();
    }
  }

  async #begin(task: PollActivityTaskQueueResponse): Promise<Running> {
    const { logger, activityInterceptors } = this.#options;
    const info = await this.#infoOf(task);
    let interceptors: readonly ActivityInterceptors[] | undefined;
    const log = withAttributes(logger, () => {
      interceptors ??= activityInterceptors.map((factory) => factory(running.context));
      return composeLogAttributes(interceptors, logAttributesOf(info));
    });
    const running: Running = {
      task,
      context: new Context(info, log, (details) => this.#heartbeat(running, details)),
      heartbeats: undefined,
      cancelTimer: undefined,
      forgotten: false,
    };
    this.#running.set(task.taskToken, running);
    this.#watchTimeout(running);
    return running;
  }

  async #infoOf(task: PollActivityTaskQueueResponse): Promise<ActivityInfo> {
    const { namespace, taskQueue, codecs, payloadConverter } = this.#options;
    const recorded = task.heartbeatDetails?.[0];
    const details = recorded && codecs.length > 0 ? await decodePayloads(codecs, recorded) : recorded;
    const taskToken = new TextEncoder().encode(task.taskToken);
    return {
      taskToken,
      base64TaskToken: Buffer.from(taskToken).toString('base64'),
      activityId: task.activityId,
      activityType: task.activityType.name,
      activityNamespace: namespace,
      namespace,
      attempt: task.attempt,
      isLocal: false,
      inWorkflow: true,
      workflowExecution: task.workflowExecution,
      workflowNamespace: task.workflowNamespace,
      workflowType: task.workflowType.name,
      scheduledTimestampMs: task.scheduledTimeMs,
      currentAttemptScheduledTimestampMs: task.currentAttemptScheduledTimeMs,
      scheduleToCloseTimeoutMs: task.scheduleToCloseTimeoutMs ?? 0,
      startToCloseTimeoutMs: task.startToCloseTimeoutMs ?? 0,
      ...(task.heartbeatTimeoutMs ? { heartbeatTimeoutMs: task.heartbeatTimeoutMs } : {}),
      heartbeatDetails: details ? fromRecorded(payloadConverter, details) : undefined,
      taskQueue,
      ...(task.priority ? { priority: task.priority } : {}),
      ...(task.retryPolicy ? { retryPolicy: task.retryPolicy } : {}),
    };
  }

  /** The service decides about the timeout; here the code is only asked to stop. */
  #watchTimeout(running: Running): void {
    const { task } = running;
    const { clock } = this.#options;
    const ends = [
      task.startToCloseTimeoutMs && task.startedTimeMs + task.startToCloseTimeoutMs,
      task.scheduleToCloseTimeoutMs && task.scheduledTimeMs + task.scheduleToCloseTimeoutMs,
    ].filter((end): end is number => typeof end === 'number' && end > 0);
    if (ends.length === 0) return;
    running.cancelTimer = clock.setTimer(Math.min(...ends), () => this.#cancel(running, 'TIMED_OUT'));
  }

  #heartbeat(running: Running, details: unknown): void {
    const { task } = running;
    if (running.forgotten || !this.#running.has(task.taskToken)) return;
    running.heartbeats ??= new Heartbeats(this.#throttleMs(task), this.#options.clock, (payloads) => {
      void this.#sendHeartbeat(running, payloads);
    });
    let payload: Payload | undefined;
    try {
      payload = details === undefined ? undefined : toRecorded(this.#options.payloadConverter, details);
    } catch (error) {
      this.#options.logger.warn('Heartbeat details could not be converted', {
        error,
        ...logAttributesOf(running.context.info),
      });
      return;
    }
    running.heartbeats.record(payload && [payload]);
  }

  #throttleMs(task: PollActivityTaskQueueResponse): number {
    const { maxHeartbeatThrottleMs, defaultHeartbeatThrottleMs } = this.#options;
    const wantedMs = task.heartbeatTimeoutMs ? task.heartbeatTimeoutMs * 0.8 : defaultHeartbeatThrottleMs;
    return Math.min(wantedMs, maxHeartbeatThrottleMs);
  }

  async #sendHeartbeat(running: Running, details: readonly Payload[] | undefined): Promise<void> {
    const { service, identity, namespace, codecs } = this.#options;
    const { taskToken } = running.task;
    try {
      const encoded = details && codecs.length > 0 ? await encodePayloads(codecs, details) : details;
      const request = { namespace, taskToken, identity, ...(encoded ? { details: encoded } : {}) };
      const { cancelRequested } = await service.recordActivityTaskHeartbeat(request);
      if (cancelRequested) this.#cancel(running, 'CANCELLED');
    } catch (error) {
      if (hasStatus(error, 'NOT_FOUND')) this.#cancel(running, 'NOT_FOUND');
      else this.#options.logger.warn('A heartbeat failed', { error });
    }
  }

  #cancel(running: Running, reason: 'CANCELLED' | 'TIMED_OUT' | 'NOT_FOUND' | 'WORKER_SHUTDOWN'): void {
    if (reason === 'TIMED_OUT' || reason === 'NOT_FOUND') running.forgotten = true;
    const details: ActivityCancellationDetails = {
      notFound: reason === 'NOT_FOUND',
      cancelRequested: reason === 'CANCELLED',
      timedOut: reason === 'TIMED_OUT',
      workerShutdown: reason === 'WORKER_SHUTDOWN',
    };
    running.context.cancel(new CancelledFailure(reason), details);
  }

  async #answer(running: Running, outcome: ActivityOutcome): Promise<void> {
    const { service, identity, namespace } = this.#options;
    const { taskToken } = running.task;
    const unsent = running.heartbeats?.close();
    running.heartbeats = undefined;
    const request = { namespace, taskToken, identity };
    try {
      switch (outcome.status) {
        case 'completed':
          return await service.respondActivityTaskCompleted({ ...request, result: [outcome.result] });
        case 'cancelled': {
          const details = outcome.failure.canceledFailureInfo?.details;
          return await service.respondActivityTaskCanceled({ ...request, ...(details ? { details } : {}) });
        }
        case 'failed':
          if (running.forgotten) return;
          return await service.respondActivityTaskFailed({
            ...request,
            failure: outcome.failure,
            ...(unsent ? { lastHeartbeatDetails: unsent } : {}),
          });
        case 'async':
          if (unsent) await this.#sendHeartbeat(running, unsent);
          service.releaseActivityTask?.(taskToken);
          return;
      }
    } catch (error) {
      // The attempt timed out, or its run ended: the service refuses the outcome (E3), and that is all.
      if (!hasStatus(error, 'NOT_FOUND')) throw error;
      this.#options.logger.debug(
        'An activity ended after its attempt was over',
        logAttributesOf(running.context.info),
      );
    }
  }

  #end(running: Running): void {
    running.cancelTimer?.();
    running.heartbeats?.close();
    this.#running.delete(running.task.taskToken);
  }
}

export function logAttributesOf(info: ActivityInfo): Readonly<Record<string, unknown>> {
  return {
    activityId: info.activityId,
    activityType: info.activityType,
    attempt: info.attempt,
    isLocal: info.isLocal,
    workflowId: info.workflowExecution.workflowId,
    workflowRunId: info.workflowExecution.runId,
    workflowType: info.workflowType,
    taskQueue: info.taskQueue,
  };
}

function waitFor(clock: CompiledOptions['clock'], ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(clock.nowMs() + ms, () => {
      stop.removeEventListener('abort', end);
      resolve();
    });
    const end = () => {
      cancel();
      resolve();
    };
    stop.addEventListener('abort', end, { once: true });
  });
}
