import type { Clock } from './clock.js';
import type { Store } from './store.js';

export interface RetentionOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** How long closed runs are kept now; `Infinity` for ever. It may change while the service is open. */
  retentionMs(): number;
  /** Deletes a run, which is closed. */
  remove(run: number): void;
}

/** Runs looked at in one turn; others get theirs between two of them. */
const runsPerTurn = 500;
const betweenTurnsMs = 100;
/** Between two looks at all runs: a tenth of the retention, within these. */
const shortestPauseMs = 1_000;
const longestPauseMs = 10 * 60_000;

/**
 * Deletes closed runs when they have been closed for long enough; open ones never. Owns its timer and how far it has
 * looked: it goes round the runs in the order of their keys, a bounded number in each turn.
 */
export class Retention {
  readonly #options: RetentionOptions;
  #afterRun = 0;
  #cancel: (() => void) | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Begins again, when the service opens and when the retention has changed. */
  begin(): void {
    this.stop();
    this.#afterRun = 0;
    this.#again(0);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #again(inMs: number): void {
    const { clock, retentionMs } = this.#options;
    if (retentionMs() === Infinity) return;
    this.#cancel = clock.setTimer(clock.nowMs() + inMs, () => this.#turn());
  }

  #turn(): void {
    const { store, clock, retentionMs, remove } = this.#options;
    const keptMs = retentionMs();
    const closedBeforeMs = clock.nowMs() - keptMs;
    let runs: ReturnType<Store['runsAfter']> = [];
    try {
      runs = store.runsAfter(this.#afterRun, runsPerTurn);
      for (const { run, closeTimeMs } of runs) {
        if (closeTimeMs !== undefined && closeTimeMs <= closedBeforeMs) remove(run);
      }
    } catch {
      // The store fails: whoever works with it says so, and the next round comes by here again.
      runs = [];
    }
    this.#afterRun = runs.length < runsPerTurn ? 0 : runs.at(-1)!.run;
    const pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, keptMs / 10));
    this.#again(this.#afterRun === 0 ? pauseMs : betweenTurnsMs);
  }
}
