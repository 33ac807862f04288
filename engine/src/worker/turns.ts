// The module's own: a test that fakes the global timers must not stop the worker.
import { setImmediate } from 'node:timers';
/** What a turn does, in this order. */
const phases = ['record', 'activate', 'store', 'begin'] as const;
export type Phase = (typeof phases)[number];

/**
 * The turns of a worker that lives in the service's process: what came up since the last turn of the event loop is done
 * together, so that it is in one transaction and under one deadline. First the outcomes of activities are recorded, then
 * the workflow code runs that they (and all else) wake, then the transaction begins, and last activities are begun.
 *
 * Owns the calls that wait for the next turn. An error of one is an uncaught one of the process; the others go on.
 */
export class Turns {
  readonly #calls: Record<Phase, (() => void)[]> = { record: [], activate: [], store: [], begin: [] };
  #isScheduled = false;

  /** Calls in the next turn, or in this one when its phase is still to come. */
  add(phase: Phase, call: () => void): void {
    this.#calls[phase].push(call);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    for (const phase of phases) {
      const calls = this.#calls[phase];
      if (calls.length === 0) continue;
      this.#calls[phase] = [];
      for (const call of calls) attempt(call);
    }
    this.#isScheduled = false;
    if (phases.some((phase) => this.#calls[phase].length > 0)) this.#schedule();
  }
}

function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
