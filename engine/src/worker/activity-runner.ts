import { toRecorded } from '../converter/payload-converter.js';
import { CancelledFailure } from '../failures/failures.js';
import type { Payload } from '../history/payload.js';
import type { PollActivityTaskQueueRequest, PollActivityTaskQueueResponse } from '../service/api/tasks.js';
import { hasStatus } from './service-status.js';
import type { ActivityCancellationDetails } from './activity-context.js';
import { infoOf, logAttributesOf } from './activity-info.js';
import { Context } from './activity-context.js';
import { composeLogAttributes, type ActivityInterceptors } from './activity-interceptors.js';
import type { ServedQueue } from '../service/task-queues.js';
import type { Direct } from './direct.js';
import { whenAborted, whenStored } from './direct.js';
import type { ActivityOutcome } from './execute-activity.js';
import { executeActivity, executeNow } from './execute-activity.js';
import { Heartbeats } from './heartbeats.js';
import { withAttributes } from './logger.js';
import type { CompiledOptions } from './options.js';
import { decodePayloads, encodePayloads } from '../converter/payload-codec.js';
import { pollUntil } from './poll-loop.js';
import { RateLimit, Slots } from './slots.js';
import type { Turns } from './turns.js';

/** In one turn of the event loop: between two lots the transaction of the first one begins. */
const activitiesPerTurn = 16;

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
  readonly #direct: Direct | undefined;
  #begunInTurn = 0;
  #served: ServedQueue | undefined;
  /** Takes tasks: from the first poll to the shutdown. */
  #serves = false;

  constructor(options: CompiledOptions, direct: Direct | undefined) {
    this.#options = options;
    this.#direct = direct;
    this.#slots = new Slots(options.maxConcurrentActivityTaskExecutions);
    const { maxActivitiesPerSecond, clock } = options;
    if (maxActivitiesPerSecond) this.#rate = new RateLimit(maxActivitiesPerSecond, () => clock.nowMs());
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** Polls until the signal aborts; resolves when all polls have ended. */
  async poll(stop: AbortSignal): Promise<void> {
    this.#serves = !stop.aborted;
    stop.addEventListener('abort', () => (this.#serves = false), { once: true });
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
    if (this.#direct && !this.#rate) return this.#serve(this.#direct, request, stop);
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

  async #serve(
    { tasks, turns }: Direct,
    request: PollActivityTaskQueueRequest,
    stop: AbortSignal,
  ): Promise<void> {
    const goOn = () => {
      this.#begunInTurn = 0;
      served.resume();
    };
    const served = tasks.serveActivityTasks(request, {
      hasRoom: (waiting = 0) => this.#slots.available > waiting && this.#begunInTurn < activitiesPerTurn,
      serve: (task) => {
        this.#slots.tryTake();
        if (this.#begunInTurn++ === 0) turns.add('begin', goOn);
        this.#start(task, turns);
      },
    });
    this.#served = served;
    await whenAborted(stop);
    served.stop();
    // An attempt that waits until it is durable that it begins still comes.
    await whenStored(tasks);
  }

  /** Keeps a slot for a task that is asked for with the answer to a workflow task; false when none may begin now. */
  reserve(): boolean {
    return this.#serves && !this.#rate && this.#slots.tryTake();
  }

  /** Gives back a slot for which no task came. */
  unreserve(): void {
    this.#freeSlot();
  }

  /** Runs a task for which a slot is reserved. */
  runReserved(task: PollActivityTaskQueueResponse): void {
    void this.#run(task);
  }

  async whenIdle(): Promise<void> {
    await this.#slots.whenIdle();
    if (this.#direct) await whenStored(this.#direct.tasks);
  }

  /** Asks all running activities to stop. */
  cancelAll(): void {
    for (const running of this.#running.values()) this.#cancel(running, 'WORKER_SHUTDOWN');
  }

  /** Runs a task; where nothing has to be awaited but the function itself, without promises of its own. */
  #start(task: PollActivityTaskQueueResponse, turns: Turns): void {
    const { codecs, activityInterceptors } = this.#options;
    if (codecs.length > 0 || activityInterceptors.length > 0 || task.heartbeatDetails) {
      return void this.#run(task);
    }
    this.#countStart(task);
    const running = this.#begin(task, undefined);
    const call = { type: task.activityType.name, context: running.context, input: task.input ?? [] };
    executeNow(this.#options, call, (outcome) => {
      if (outcome.status === 'completed') turns.add('record', () => this.#record(running, outcome.result));
      else void this.#answerAndEnd(running, outcome);
    });
  }

  /** Records a result in this turn; it counts when it is durable. */
  #record(running: Running, result: Payload): void {
    const { identity, namespace } = this.#options;
    const { taskToken } = running.task;
    this.#countEnd(running, 'completed');
    try {
      this.#direct!.tasks.completeActivityTask({ namespace, taskToken, identity, result: [result] });
    } catch (error) {
      this.#refused(running, error);
    }
    this.#end(running);
    this.#freeSlot();
  }

  async #answerAndEnd(running: Running, outcome: ActivityOutcome): Promise<void> {
    this.#countEnd(running, outcome.status);
    await this.#answer(running, outcome);
    this.#end(running);
    this.#freeSlot();
  }

  #freeSlot(): void {
    this.#slots.free();
    this.#served?.resume();
  }

  #countStart({ activityType, startedTimeMs, currentAttemptScheduledTimeMs }: PollActivityTaskQueueResponse) {
    this.#options.metrics.activityStarted(activityType.name, startedTimeMs - currentAttemptScheduledTimeMs);
  }

  #countEnd({ task }: Running, status: ActivityOutcome['status']): void {
    const { metrics, clock } = this.#options;
    metrics.activityEnded(task.activityType.name, status, task.attempt, clock.nowMs() - task.startedTimeMs);
  }

  async #run(task: PollActivityTaskQueueResponse): Promise<void> {
    const { codecs } = this.#options;
    this.#countStart(task);
    let running: Running | undefined;
    try {
      const told = task.heartbeatDetails?.[0];
      const begun = this.#begin(task, told && codecs.length > 0 ? await decodePayloads(codecs, told) : told);
      running = begun;
      const { context, interceptors } = begun;
      const headers = task.header?.fields ?? {};
      const call = { context, headers, input: task.input ?? [], interceptors };
      const outcome = await executeActivity(this.#options, call);
      this.#countEnd(begun, outcome.status);
      await this.#answer(begun, outcome);
    } catch (error) {
      this.#options.logger.error('An activity could not be answered', { error, activityId: task.activityId });
    } finally {
      if (running) this.#end(running);
      this.#freeSlot();
    }
  }

  #begin(task: PollActivityTaskQueueResponse, heartbeatDetails: Payload | undefined): Running {
    const { logger, activityInterceptors } = this.#options;
    const newLog = () =>
      withAttributes(logger, () => composeLogAttributes(running.interceptors, logAttributesOf(context.info)));
    const context: Context = new Context(
      () => infoOf(this.#options, task, heartbeatDetails),
      newLog,
      (details) => this.#heartbeat(running, details),
    );
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
          return await service.releaseActivityTask?.(taskToken);
      }
    } catch (error) {
      this.#refused(running, error);
    }
  }

  /** The attempt timed out, or its run ended: the service refuses the outcome (E3), and that is all. */
  #refused({ context }: Running, error: unknown): void {
    const { logger } = this.#options;
    const attributes = logAttributesOf(context.info);
    if (hasStatus(error, 'NOT_FOUND')) {
      logger.debug('An activity ended after its attempt was over', attributes);
    } else logger.error('An activity could not be answered', { error, ...attributes });
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
