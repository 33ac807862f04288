// The module's own: a test may fake the global ones.
import { setImmediate } from 'node:timers';
import type { Actors } from '../time/actors.js';
import type { Traffic } from '../time/traffic.js';
import type { VirtualClock } from '../time/virtual-clock.js';

/**
 * Callbacks of the test at virtual times. Each runs as an actor: time stands still until it has ended or waits
 * itself.
 */
export class Callbacks {
  readonly #clock: VirtualClock;
  readonly #actors: Actors;
  readonly #traffic: Traffic;
  readonly #onError: (error: unknown) => void;

  constructor(clock: VirtualClock, actors: Actors, traffic: Traffic, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#actors = actors;
    this.#traffic = traffic;
    this.#onError = onError;
  }

  /** Returns a function that takes the callback back. */
  at(atMs: number, callback: () => unknown): () => void {
    return this.#clock.setTimer(atMs, () => {
      // Workflow timers of the same moment go first: what the callback sends meets their consequences.
      void this.#traffic.during(() => nextTurn()).then(() => this.#run(callback));
    });
  }

  async #run(callback: () => unknown): Promise<void> {
    try {
      await this.#actors.run(async () => callback(), { name: () => 'a callback of env.at()' });
    } catch (error) {
      this.#onError(error);
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
