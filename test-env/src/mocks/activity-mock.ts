import { durationToMs, type Duration } from '@refrain/engine/internal';
import type { AnyFunction, ArgumentsOf, ResultOf } from './activity-types.js';
import { Mock } from './mock.js';

/** A mocked activity, typed by the activity's own signature. */
export class ActivityMock<F extends AnyFunction = AnyFunction> extends Mock<ArgumentsOf<F>, ResultOf<F>> {
  readonly #unanswered: AsyncCompletion<ResultOf<F>>[] = [];

  /**
   * The attempt never answers: it runs into its timeouts, in virtual time. With `SCHEDULE_TO_START` no worker takes
   * it, so that it runs into the timeouts that count from its scheduling.
   */
  timesOut(timeout?: 'SCHEDULE_TO_START'): this {
    return this.addBehaviour({ type: timeout === undefined ? 'timesOut' : 'neverStarts' });
  }

  /** The attempt stays open until the test completes it: see `unanswered`. */
  completesAsync(): this {
    return this.addBehaviour({ type: 'completesAsync' });
  }

  /**
   * Heartbeats at `every` while the call runs: once for each of the details, then no more (`after`, `timesOut`);
   * without details until the call ends (`after`).
   */
  heartbeats(every: Duration, ...details: readonly unknown[]): this {
    const everyMs = durationToMs(every, 'heartbeats');
    this.lastRule('heartbeats').heartbeats = { everyMs, details };
    return this;
  }

  /** Attempts of `completesAsync` that the test has not completed yet, oldest first. */
  get unanswered(): readonly AsyncCompletion<ResultOf<F>>[] {
    return this.#unanswered;
  }

  /** Adds an attempt that waits for the test; taken off the list when it is answered. */
  addUnanswered(completion: AsyncCompletion<ResultOf<F>>): void {
    const remove = () => {
      const at = this.#unanswered.indexOf(tracked);
      if (at >= 0) this.#unanswered.splice(at, 1);
    };
    const tracked: AsyncCompletion<ResultOf<F>> = {
      taskToken: completion.taskToken,
      complete: async (result) => {
        remove();
        await completion.complete(result);
      },
      fail: async (error) => {
        remove();
        await completion.fail(error);
      },
      cancel: async (details) => {
        remove();
        await completion.cancel(details);
      },
      heartbeat: (details) => completion.heartbeat(details),
    };
    this.#unanswered.push(tracked);
  }
}

/** An activity attempt that is completed from outside, by its task token. */
export interface AsyncCompletion<R> {
  readonly taskToken: string;
  complete(result: R): Promise<void>;
  fail(error: unknown): Promise<void>;
  cancel(details?: unknown): Promise<void>;
  heartbeat(details?: unknown): Promise<void>;
}
