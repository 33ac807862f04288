import { toRecorded } from '../converter/payload-converter.js';
import { CancelledFailure } from '../failures/failures.js';
import type { Payload } from '../history/payload.js';
import type { PollActivityTaskQueueResponse } from '../service/api/tasks.js';
import { hasStatus } from './service-status.js';
import type { ActivityCancellationDetails } from './activity-context.js';
import { infoOf, logAttributesOf } from './activity-info.js';
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
  readonly interceptors: readonly ActivityInterceptors[];
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
    const { metrics, clock, codecs } = this.#options;
    const { name: type } = task.activityType;
    metrics.activityStarted(type, task.startedTimeMs - task.currentAttemptScheduledTimeMs);
    let running: Running | undefined;
    try {
      const told = task.heartbeatDetails?.[0];
      const begun = this.#begin(task, told && codecs.length > 0 ? await decodePayloads(codecs, told) : told);
      running = begun;
      const { context, interceptors } = begun;
      const headers = task.header?.fields ?? {};
      const call = { context, headers, input: task.input ?? [], interceptors };
      const outcome = await executeActivity(this.#options, call);
      metrics.activityEnded(type, outcome.status, task.attempt, clock.nowMs() - task.startedTimeMs);
      await this.#answer(begun, outcome);
    } catch (error) {
      this.#options.logger.error('An activity could not be answered', { error, activityId: task.activityId });
    } finally {
      if (running) this.#end(running);
      this.#slots.free();
    }
  }

  #begin(task: PollActivityTaskQueueResponse, heartbeatDetails: Payload | undefined): Running {
    const { logger, activityInterceptors } = this.#options;
    const info = infoOf(this.#options, task, heartbeatDetails);
    const newLog = () =>
      withAttributes(logger, () => composeLogAttributes(running.interceptors, logAttributesOf(info)));
    const context = new Context(info, newLog, (details) => this.#heartbeat(running, details));
    const running: Running = {
      task,
      context,
      interceptors: activityInterceptors.map((factory) => factory(context)),
      heartbeats: undefined,
      cancelTimer: undefined,
      forgotten: false,
    };
    this.#running.set(task.taskToken, running);
    this.#watchTimeout(running);
    return running;
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
