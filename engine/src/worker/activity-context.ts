import { AsyncLocalStorage } from 'node:async_hooks';
import type { Duration } from '../failures/duration.js';
import { durationToMs } from '../failures/duration.js';
import { IllegalStateError } from '../failures/errors.js';
import type { CancelledFailure } from '../failures/failures.js';
import type { Message } from '../history/field-kinds.js';
import type { RetryPolicy } from '../history/messages.js';
import type { Logger } from './logger.js';
import { temporalActivityStorages } from './temporal-activities.js';

/** About the attempt that runs; fields as in `@temporalio/activity`. */
export interface ActivityInfo {
  readonly taskToken: Uint8Array;
  readonly base64TaskToken: string;
  readonly activityId: string;
  readonly activityType: string;
  readonly activityNamespace: string;
  readonly namespace: string;
  /** From 1. */
  readonly attempt: number;
  readonly isLocal: boolean;
  readonly inWorkflow: true;
  readonly workflowExecution: { readonly workflowId: string; readonly runId: string };
  readonly workflowNamespace: string;
  readonly workflowType: string;
  readonly scheduledTimestampMs: number;
  readonly currentAttemptScheduledTimestampMs: number;
  readonly scheduleToCloseTimeoutMs: number;
  readonly startToCloseTimeoutMs: number;
  readonly heartbeatTimeoutMs?: number | undefined;
  /** What the last attempt told with its last heartbeat. */
  readonly heartbeatDetails: unknown;
  readonly taskQueue: string;
  readonly priority?: Message<'Priority'> | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
}

/** Why a running activity was asked to stop. */
export interface ActivityCancellationDetails {
  readonly notFound: boolean;
  readonly cancelRequested: boolean;
  readonly timedOut: boolean;
  readonly workerShutdown: boolean;
}

/**
 * What activity code can ask and tell while it runs. The facts, the promise and the signal are made when they are
 * first asked for: most activities never ask.
 */
export class Context {
  #info: ActivityInfo | (() => ActivityInfo);
  readonly #newLog: () => Logger;
  readonly #heartbeat: (details: unknown) => void;
  #log: Logger | undefined;
  #failure: CancelledFailure | undefined;
  #details: ActivityCancellationDetails | undefined;
  #cancelled: Promise<never> | undefined;
  #reject: ((failure: CancelledFailure) => void) | undefined;
  #controller: AbortController | undefined;

  constructor(
    info: ActivityInfo | (() => ActivityInfo),
    newLog: (context: Context) => Logger,
    heartbeat: (details: unknown) => void,
  ) {
    this.#info = info;
    this.#newLog = () => newLog(this);
    this.#heartbeat = heartbeat;
  }

  /** The context of the activity that runs. Throws outside of one. */
  static current(): Context {
    const context = storage.getStore();
    if (!context) throw new IllegalStateError('Not in an activity: there is no activity context here');
    return context;
  }

  get info(): ActivityInfo {
    if (typeof this.#info === 'function') this.#info = this.#info();
    return this.#info;
  }

  /** Logs with the activity's attributes. */
  get log(): Logger {
    return (this.#log ??= this.#newLog());
  }

  /** Rejects with a `CancelledFailure` when the activity is cancelled. */
  get cancelled(): Promise<never> {
    if (!this.#cancelled) {
      this.#cancelled = new Promise<never>((_resolve, reject) => (this.#reject = reject));
      // Whoever does not wait for it is not told.
      this.#cancelled.catch(() => undefined);
      if (this.#failure) this.#reject?.(this.#failure);
    }
    return this.#cancelled;
  }

  /** Aborts when the activity is cancelled. */
  get cancellationSignal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#failure) this.#controller.abort(this.#failure);
    }
    return this.#controller.signal;
  }

  get cancellationDetails(): ActivityCancellationDetails | undefined {
    return this.#details;
  }

  /** Tells the service that the activity lives; `details` go to the next attempt. Never throws, never waits. */
  readonly heartbeat = (details?: unknown): void => this.#heartbeat(details);

  /** Waits; rejects with `CancelledFailure` when the activity is cancelled meanwhile. */
  readonly sleep = async (duration: Duration): Promise<void> => {
    const ms = durationToMs(duration, 'sleep');
    let handle: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => (handle = setTimeout(resolve, ms)));
    try {
      await Promise.race([waited, this.cancelled]);
    } finally {
      clearTimeout(handle);
    }
  };

  /** For the runner. */
  cancel(failure: CancelledFailure, details: ActivityCancellationDetails): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#details = details;
    this.#reject?.(failure);
    this.#controller?.abort(failure);
  }
}

const storage = new AsyncLocalStorage<Context>();

/** Activity code that imports `@temporalio/activity` finds the context there too: its fields are the same. */
export function runInActivityContext<T>(context: Context, call: () => T): T {
  let run = call;
  for (const other of temporalActivityStorages()) {
    const inner = run;
    run = () => other.run(context, inner);
  }
  return storage.run(context, run);
}

export function activityInfo(): ActivityInfo {
  return Context.current().info;
}

export function heartbeat(details?: unknown): void {
  Context.current().heartbeat(details);
}

export function sleep(duration: Duration): Promise<void> {
  return Context.current().sleep(duration);
}

export function cancelled(): Promise<never> {
  return Context.current().cancelled;
}

export function cancellationSignal(): AbortSignal {
  return Context.current().cancellationSignal;
}

export function cancellationDetails(): ActivityCancellationDetails | undefined {
  return Context.current().cancellationDetails;
}

/** The log of the activity that runs, with the activity's attributes. */
export const log: Logger = {
  log: (level, message, attributes) => Context.current().log.log(level, message, attributes),
  trace: (message, attributes) => Context.current().log.trace(message, attributes),
  debug: (message, attributes) => Context.current().log.debug(message, attributes),
  info: (message, attributes) => Context.current().log.info(message, attributes),
  warn: (message, attributes) => Context.current().log.warn(message, attributes),
  error: (message, attributes) => Context.current().log.error(message, attributes),
};
