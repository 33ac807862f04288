import type { ScheduleLocalActivity } from '../core/activation.js';
import { resolveLocalActivity } from '../core/execution.js';
import type { ExecutionState } from '../core/state.js';
import type { LocalActivityOutcome, LocalActivityRequest } from '../core/step.js';
import { CancelledFailure } from '../failures/failures.js';
import type { Failure, TimeoutType } from '../history/messages.js';
import type { ActivityCancellationDetails, ActivityInfo } from './activity-context.js';
import { Context } from './activity-context.js';
import { composeLogAttributes } from './activity-interceptors.js';
import { logAttributesOf } from './activity-info.js';
import type { ExecutionIdentity } from './cached-execution.js';
import type { ActivityOutcome } from './execute-activity.js';
import { executeActivity } from './execute-activity.js';
import { retryDelayMs } from './local-retry.js';
import type { Logger } from './logger.js';
import { withAttributes } from './logger.js';
import type { CompiledOptions } from './options.js';
import type { Slots } from './slots.js';

interface Running {
  readonly command: ScheduleLocalActivity;
  readonly beganMs: number;
  attempt: number;
  context: Context | undefined;
  cancelTimer: (() => void) | undefined;
  cancelRequested: boolean;
}

/** Longer backoffs become durable timers, unless the command says otherwise. */
const defaultRetryThresholdMs = 60_000;

/**
 * The local activities of one execution: runs them, retries them, and hands their ends to the core.
 *
 * Invariants:
 * 1. Each request gets one outcome, unless the execution is evicted before: then its replay asks again.
 * 2. Outcomes are put into the state whenever they come; the core tells the code at the right time.
 */
export class LocalActivities {
  readonly #options: CompiledOptions;
  readonly #state: ExecutionState;
  readonly #identity: ExecutionIdentity;
  readonly #slots: Slots;
  readonly #running = new Map<number, Running>();
  #abandoned = false;
  #wake: (() => void) | undefined;

  constructor(options: CompiledOptions, state: ExecutionState, identity: ExecutionIdentity, slots: Slots) {
    this.#options = options;
    this.#state = state;
    this.#identity = identity;
    this.#slots = slots;
  }

  take(requests: readonly LocalActivityRequest[]): void {
    for (const request of requests) {
      if (request.type === 'run') void this.#run(request);
      else this.#cancel(request.seq);
    }
  }

  /** Resolves with true when an outcome came, with false at `atMs`. */
  nextOutcome(atMs: number): Promise<boolean> {
    const { clock } = this.#options;
    if (this.#state.local.ended.length > 0) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = clock.setTimer(atMs, () => {
        this.#wake = undefined;
        resolve(false);
      });
      this.#wake = () => {
        cancel();
        resolve(true);
      };
    });
  }

  /** The execution is evicted: nobody waits for its local activities any more. */
  abandon(): void {
    this.#abandoned = true;
    for (const [seq] of this.#running) this.#cancel(seq);
  }

  async #run({ command, scheduledTimeMs }: Extract<LocalActivityRequest, { type: 'run' }>): Promise<void> {
    const { clock, metrics } = this.#options;
    const beganMs = clock.nowMs();
    const running: Running = {
      command,
      beganMs,
      attempt: command.attempt,
      context: undefined,
      cancelTimer: undefined,
      cancelRequested: false,
    };
    this.#running.set(command.seq, running);
    for (;;) {
      const outcome = await this.#attemptInSlot(running, scheduledTimeMs);
      metrics.activityEnded(command.activityType, outcome.status, running.attempt, clock.nowMs() - beganMs);
      const delayMs = this.#delayBeforeRetry(running, outcome, scheduledTimeMs);
      if (delayMs === undefined) return this.#ended(running, resultOf(outcome));
      if (delayMs > (command.localRetryThresholdMs ?? defaultRetryThresholdMs)) {
        return this.#ended(running, { status: 'backoff', failure: failureOf(outcome), backoffMs: delayMs });
      }
      await this.#wait(running, delayMs);
      running.attempt += 1;
    }
  }

  async #attemptInSlot(running: Running, scheduledTimeMs: number): Promise<ActivityOutcome> {
    await this.#slots.take();
    try {
      return running.cancelRequested ? cancelledOutcome : await this.#attempt(running, scheduledTimeMs);
    } finally {
      this.#slots.free();
    }
  }

  async #attempt(running: Running, scheduledTimeMs: number): Promise<ActivityOutcome> {
    const { clock, logger, activityInterceptors } = this.#options;
    const { command } = running;
    const info = this.#infoOf(running, scheduledTimeMs);
    const newLog = (): Logger =>
      withAttributes(logger, () => composeLogAttributes(interceptors, logAttributesOf(info)));
    const context: Context = new Context(info, newLog, () => undefined);
    const interceptors = activityInterceptors.map((factory) => factory(context));
    running.context = context;
    const execution = executeActivity(this.#options, {
      context,
      headers: command.headers,
      input: command.arguments,
      interceptors,
    });
    const timeout = timeoutOf(command, scheduledTimeMs, clock.nowMs());
    if (!timeout) return execution;
    const expired = new Promise<ActivityOutcome>((resolve) => {
      running.cancelTimer = clock.setTimer(clock.nowMs() + timeout.afterMs, () => {
        context.cancel(new CancelledFailure('TIMED_OUT'), cancellation('timedOut'));
        resolve(timedOut(timeout.type));
      });
    });
    const outcome = await Promise.race([execution, expired]);
    running.cancelTimer?.();
    running.cancelTimer = undefined;
    return outcome;
  }

  #delayBeforeRetry(running: Running, outcome: ActivityOutcome, scheduledTimeMs: number): number | undefined {
    if (outcome.status !== 'failed' || running.cancelRequested || this.#abandoned) return undefined;
    const { command, attempt } = running;
    const delayMs = retryDelayMs(command.retryPolicy ?? {}, attempt, outcome.failure);
    const { scheduleToCloseTimeoutMs } = command;
    if (delayMs === undefined || !scheduleToCloseTimeoutMs) return delayMs;
    const endMs = scheduledTimeMs + scheduleToCloseTimeoutMs;
    return this.#options.clock.nowMs() + delayMs < endMs ? delayMs : undefined;
  }

  #wait(running: Running, delayMs: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.setTimer(clock.nowMs() + delayMs, () => resolve());
      running.cancelTimer = () => {
        cancel();
        resolve();
      };
    });
  }

  #cancel(seq: number): void {
    const running = this.#running.get(seq);
    if (!running) return;
    running.cancelRequested = true;
    running.context?.cancel(new CancelledFailure('CANCELLED'), cancellation('cancelRequested'));
    running.cancelTimer?.();
  }

  #ended(running: Running, result: LocalActivityOutcome['result']): void {
    const { command, attempt, beganMs } = running;
    this.#running.delete(command.seq);
    if (this.#abandoned) return;
    const runtimeMs = this.#options.clock.nowMs() - beganMs;
    resolveLocalActivity(this.#state, command.seq, { attempt, runtimeMs, result });
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #infoOf({ command, attempt, beganMs }: Running, scheduledTimeMs: number): ActivityInfo {
    const { namespace, taskQueue } = this.#options;
    const { workflowId, runId, workflowType } = this.#identity;
    return {
      taskToken: new Uint8Array(),
      base64TaskToken: '',
      activityId: command.activityId,
      activityType: command.activityType,
      activityNamespace: namespace,
      namespace,
      attempt,
      isLocal: true,
      inWorkflow: true,
      workflowExecution: { workflowId, runId },
      workflowNamespace: namespace,
      workflowType,
      scheduledTimestampMs: scheduledTimeMs,
      currentAttemptScheduledTimestampMs: beganMs,
      scheduleToCloseTimeoutMs: command.scheduleToCloseTimeoutMs ?? 0,
      startToCloseTimeoutMs: command.startToCloseTimeoutMs ?? 0,
      heartbeatDetails: undefined,
      taskQueue,
      ...(command.retryPolicy ? { retryPolicy: command.retryPolicy } : {}),
    };
  }
}

const cancelledFailure: Failure = { message: 'CANCELLED', canceledFailureInfo: {} };
const cancelledOutcome: ActivityOutcome = { status: 'cancelled', failure: cancelledFailure };

function cancellation(reason: keyof ActivityCancellationDetails): ActivityCancellationDetails {
  const none = { notFound: false, cancelRequested: false, timedOut: false, workerShutdown: false };
  return { ...none, [reason]: true };
}

function timeoutOf(
  command: ScheduleLocalActivity,
  scheduledTimeMs: number,
  nowMs: number,
): { readonly type: TimeoutType; readonly afterMs: number } | undefined {
  const { startToCloseTimeoutMs, scheduleToCloseTimeoutMs } = command;
  const untilEndMs = scheduleToCloseTimeoutMs && scheduledTimeMs + scheduleToCloseTimeoutMs - nowMs;
  if (untilEndMs !== undefined && untilEndMs !== 0) {
    if (!startToCloseTimeoutMs || untilEndMs < startToCloseTimeoutMs) {
      return { type: 'SCHEDULE_TO_CLOSE', afterMs: Math.max(0, untilEndMs) };
    }
  }
  return startToCloseTimeoutMs ? { type: 'START_TO_CLOSE', afterMs: startToCloseTimeoutMs } : undefined;
}

function timedOut(timeoutType: TimeoutType): ActivityOutcome {
  return {
    status: 'failed',
    failure: { message: 'Activity timed out', timeoutFailureInfo: { timeoutType } },
  };
}

function failureOf(outcome: ActivityOutcome): Failure {
  return 'failure' in outcome ? outcome.failure : { message: '' };
}

function resultOf(outcome: ActivityOutcome): LocalActivityOutcome['result'] {
  switch (outcome.status) {
    case 'completed':
      return outcome;
    case 'async': {
      const message = 'A local activity cannot be completed asynchronously';
      return {
        status: 'failed',
        failure: { message, applicationFailureInfo: { type: 'IllegalState', nonRetryable: true } },
      };
    }
    default:
      return outcome;
  }
}
