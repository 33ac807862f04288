import type { TimeSkipper } from '../time/time-skipper.js';

/**
 * What went wrong behind the test's back: unexpected calls, callbacks that threw, histories that do not replay.
 * Whoever waits is told at once; if nobody does, the next wait or the close of the environment is.
 */
export class Problems {
  readonly #untold: unknown[] = [];
  readonly #skipper: () => TimeSkipper;

  constructor(skipper: () => TimeSkipper) {
    this.#skipper = skipper;
  }

  report(problem: unknown): void {
    if (!this.#skipper().failWaiters(problem)) this.#untold.push(problem);
  }

  throwUntold(): void {
    if (this.#untold.length > 0) throw this.#untold.shift();
  }
}
