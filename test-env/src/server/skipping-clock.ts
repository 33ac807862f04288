import { ServiceError, type Clock, type TimeSkipping } from '@refrain/engine/internal';
import { VirtualClock } from '../time/virtual-clock.js';

/** What holds time up: tasks that wait for a worker or are with one, and commits under way. */
export interface Workload {
  readonly tasks: number;
  readonly isStoring: boolean;
}

/** What the clock knows of its service. */
export interface Watched {
  workload(): Workload;
  /** Sets timers right that stand for something which is no longer due then. */
  settleTimers(): void;
}

/**
 * The clock of a server that skips time. Time passes at its real pace, and skips to the next timer whenever it may.
 * Owns: how far it is ahead of the real time, the timers of the service, and the count of locks.
 *
 * K1. Time skips only while locks and tasks are none, to the next timer and no further.
 * K2. A task counts as a lock: an activity that calls `UnlockTimeSkippingWithSleep` lets go of its own.
 * K3. Callers' waits (`setWait`) take real time, whatever is skipped.
 */
export class SkippingClock implements Clock, TimeSkipping {
  readonly #timers = new VirtualClock(Date.now());
  #aheadMs = 0;
  #locks: number;
  #watched: Watched = { workload: () => ({ tasks: 0, isStoring: false }), settleTimers: () => undefined };
  #armed: NodeJS.Timeout | undefined;
  #armedForMs = Infinity;
  #look: NodeJS.Immediate | undefined;

  constructor(options: { readonly locked: boolean }) {
    this.#locks = options.locked ? 1 : 0;
  }

  /** The service that this clock is for; it calls `touch` when its workload may have changed. */
  watch(service: Watched): void {
    this.#watched = service;
  }

  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  setTimer(atMs: number, callback: () => void): () => void {
    const cancel = this.#timers.setTimer(atMs, callback);
    this.#arm();
    this.touch();
    return cancel;
  }

  setWait(waitMs: number, callback: () => void): () => void {
    const handle = setTimeout(callback, Math.min(waitMs, longestTimeoutMs));
    return () => clearTimeout(handle);
  }

  lock(): void {
    this.#locks += 1;
  }

  unlock(): void {
    if (this.#locks + this.#watched.workload().tasks <= 0) {
      throw new ServiceError(
        'RFN4014',
        'FAILED_PRECONDITION',
        'FailedPrecondition',
        'Time skipping is unlocked already: each UnlockTimeSkipping needs a LockTimeSkipping before it.',
      );
    }
    this.#locks -= 1;
    this.touch();
  }

  sleepUntil(timeMs: number, signal: AbortSignal): Promise<void> {
    if (timeMs <= this.nowMs()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const cancel = this.setTimer(timeMs, () => {
        signal.removeEventListener('abort', abort);
        resolve();
      });
      const abort = () => {
        cancel();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Something may have ended that held time up. It is looked at once whatever runs now has run. */
  touch(): void {
    this.#look ??= setImmediate(() => {
      this.#look = undefined;
      this.#skip();
    });
  }

  close(): void {
    clearTimeout(this.#armed);
    clearImmediate(this.#look);
  }

  #skip(): void {
    const { tasks, isStoring } = this.#watched.workload();
    if (this.#locks + tasks > 0) return;
    // What is being stored may bring tasks.
    if (isStoring) return this.touch();
    this.#watched.settleTimers();
    const dueMs = this.#timers.nextDueMs();
    if (dueMs === undefined) return;
    this.#aheadMs += Math.max(0, dueMs - this.nowMs());
    this.#fire();
  }

  #fire(): void {
    this.#timers.moveTo(this.nowMs());
    this.#arm();
    this.touch();
  }

  /** Sets a real timer for what is due next when time is not skipped. */
  #arm(): void {
    const dueMs = this.#timers.nextDueMs() ?? Infinity;
    if (dueMs === this.#armedForMs) return;
    clearTimeout(this.#armed);
    this.#armedForMs = dueMs;
    if (dueMs === Infinity) return;
    this.#armed = setTimeout(
      () => {
        this.#armedForMs = Infinity;
        this.#fire();
      },
      Math.min(Math.max(0, dueMs - this.nowMs()), longestTimeoutMs),
    );
  }
}

/** Node fires a longer timeout at once. */
const longestTimeoutMs = 2 ** 31 - 1;
