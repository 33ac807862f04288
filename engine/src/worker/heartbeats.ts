import type { Payload } from '../history/payload.js';
import type { Clock } from '../service/clock.js';

/**
 * Throttles the heartbeats of one activity: the first goes out at once; of those that come within the interval
 * after it only the last, when the interval is over.
 */
export class Heartbeats {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #send: (details: readonly Payload[] | undefined) => void;
  #cancelTimer: (() => void) | undefined;
  #waiting: { readonly details: readonly Payload[] | undefined } | undefined;

  constructor(intervalMs: number, clock: Clock, send: (details: readonly Payload[] | undefined) => void) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#send = send;
  }

  record(details: readonly Payload[] | undefined): void {
    if (this.#cancelTimer) {
      this.#waiting = { details };
      return;
    }
    this.#sendNow(details);
  }

  /** Ends the throttling; returns details that were not sent. */
  close(): readonly Payload[] | undefined {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const unsent = this.#waiting?.details;
    this.#waiting = undefined;
    return unsent;
  }

  #sendNow(details: readonly Payload[] | undefined): void {
    this.#cancelTimer = this.#clock.setTimer(this.#clock.nowMs() + this.#intervalMs, () => {
      this.#cancelTimer = undefined;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting) this.#sendNow(waiting.details);
    });
    this.#send(details);
  }
}
