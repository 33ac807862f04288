import type { Attempt } from '../host/activity-host.js';
import type { Actors } from '../time/actors.js';
import type { FaultBudget } from './options.js';

/** What happens to an attempt that has been started. */
export type Fate = 'complete' | 'fail' | 'lose' | 'timeOut';

/** An attempt that waits for its fate. */
export interface WaitingAttempt {
  readonly number: number;
  /** `chargePayment#1`; of a retry, `chargePayment#1 (attempt 2)`. */
  readonly name: string;
  readonly activityType: string;
  /** When the service gives it up; Infinity when never. */
  readonly deadlineMs: number;
  /** It may run past its deadline: its fate is to be late. */
  late: boolean;
  readonly decide: (fate: Fate) => void;
}

/**
 * Holds the attempts of activities until a run decides what becomes of each. It owns the waiting attempts, in the
 * order in which they were started.
 */
export class Attempts {
  readonly #actors: Actors;
  readonly #waiting = new Map<number, WaitingAttempt>();
  readonly #numbers = new Map<string, Map<string, number>>();
  #count = 0;

  constructor(actors: Actors) {
    this.#actors = actors;
  }

  get waiting(): readonly WaitingAttempt[] {
    return [...this.#waiting.values()];
  }

  byNumber(number: number): WaitingAttempt {
    return this.#waiting.get(number)!;
  }

  /** Goes around every attempt: waits for its fate, then lets it happen. */
  async around(attempt: Attempt, perform: () => Promise<unknown>): Promise<unknown> {
    const fate = await this.#actors.run(() => this.#actors.parkedUntil(this.#fateOf(attempt)));
    switch (fate) {
      case 'complete':
        return perform();
      case 'fail':
        throw new Error('an injected failure');
      case 'lose':
        await this.#actors.run(() => perform().catch(() => undefined));
        return this.#never();
      case 'timeOut':
        return this.#never();
    }
  }

  #fateOf(attempt: Attempt): Promise<Fate> {
    return new Promise((resolve) => {
      const number = this.#count++;
      this.#waiting.set(number, {
        number,
        name: this.#nameOf(attempt),
        activityType: attempt.activityType,
        deadlineMs: attempt.deadlineMs,
        late: false,
        decide: (fate) => {
          this.#waiting.delete(number);
          resolve(fate);
        },
      });
    });
  }

  #never(): Promise<never> {
    return this.#actors.run(() => this.#actors.parkedUntil(new Promise<never>(() => undefined)));
  }

  #nameOf(attempt: Attempt): string {
    const ofType = this.#numbers.get(attempt.activityType) ?? new Map<string, number>();
    this.#numbers.set(attempt.activityType, ofType);
    const id = `${attempt.workflowId}:${attempt.activityId}`;
    const number = ofType.get(id) ?? ofType.size + 1;
    ofType.set(id, number);
    const retry = attempt.attempt > 1 ? ` (attempt ${attempt.attempt})` : '';
    return `${attempt.activityType}#${number}${retry}`;
  }
}

/** How often a fault may still happen to an activity. */
export class Budget {
  readonly #left: Map<string, number>;
  readonly #shared: boolean;

  constructor(budget: FaultBudget | undefined) {
    this.#shared = typeof budget !== 'object';
    this.#left = new Map(typeof budget === 'object' ? Object.entries(budget) : [['', budget ?? 0]]);
  }

  allows(activityType: string): boolean {
    return (this.#left.get(this.#shared ? '' : activityType) ?? 0) > 0;
  }

  spend(activityType: string): void {
    const key = this.#shared ? '' : activityType;
    this.#left.set(key, (this.#left.get(key) ?? 0) - 1);
  }
}
