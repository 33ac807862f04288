// The module's own: a test may fake the global ones.
import { setImmediate } from 'node:timers';
/**
 * What is under way in an environment: requests of the test, workflow tasks and activities in a worker, callbacks
 * of the test. Time may be skipped only while nothing is. It counts; it decides nothing.
 *
 * T1. Each `begin` is ended once; ending twice does nothing.
 * T2. `version` grows with every begin and end, so that an equal version means that nothing happened in between.
 */
export class Traffic {
  #underWay = 0;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  get isQuiet(): boolean {
    return this.#underWay === 0;
  }

  get version(): number {
    return this.#version;
  }

  /** Something begins; the returned function ends it. */
  begin(): () => void {
    this.#underWay += 1;
    this.#changed();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.#underWay -= 1;
      this.#changed();
    };
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Something happened that may matter to whoever waits: a waiter came or went, a setting changed. */
  touch(): void {
    this.#changed();
  }

  /** Resolves once nothing is under way and a whole turn of the event loop brought nothing new. */
  async settled(): Promise<void> {
    for (;;) {
      const before = this.#version;
      await nextTurn();
      if (this.isQuiet && this.#version === before) return;
      if (!this.isQuiet) await this.#nextChange();
    }
  }

  /** Calls back at every change; returns a function that ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #nextChange(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.onChange(() => {
        stop();
        resolve();
      });
    });
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
