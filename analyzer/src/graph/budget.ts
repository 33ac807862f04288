/**
 * How much work an analysis may do, counted in steps of the solver and never in time: the same program
 * gives the same report on a slow machine and on a fast one. Owns what is left for a run and which packages
 * were found to be too heavy in it.
 *
 * Invariants:
 * - B1 An attempt to solve takes at most `stepsAtOnce` steps, and no more than `baseSteps` and
 *   `stepsPerOp` for each op that it walks: a small program that explodes is given up early.
 * - B2 A run takes at most `stepsOfRun` steps, whatever its input, and some two million more for each
 *   graph (`floorSteps`, and what `settle` allows to end with): 85 million with all profiles.
 */

/** Ordinary code takes 4 to 20 steps for an op. */
const stepsPerOp = 40;
const baseSteps = 3_000_000;
/** Some 15 seconds of a processor. */
const stepsAtOnce = 12_000_000;
const stepsOfRun = 40_000_000;
/** What each graph may take even when the others have used up the run's steps. */
const floorSteps = 1_000_000;
/** Some 500 MB of sets. */
const maxEntries = 8_000_000;

export interface Allowance {
  readonly baseSteps: number;
  readonly stepsPerOp: number;
  readonly maxSteps: number;
  readonly maxEntries: number;
}

export interface Budget {
  /** What the next attempt to solve may do. */
  readonly next: () => Allowance;
  readonly spend: (steps: number) => void;
  /** Is there enough left for another attempt? */
  readonly mayTryAgain: () => boolean;
  /** Directories of packages that took too much work, and are not looked into. */
  readonly closed: Set<string>;
}

export function createBudget(): Budget {
  let left = stepsOfRun;
  return {
    next: () => ({
      baseSteps,
      stepsPerOp,
      maxSteps: Math.max(floorSteps, Math.min(left, stepsAtOnce)),
      maxEntries,
    }),
    spend: (steps) => {
      left -= steps;
    },
    mayTryAgain: () => left > floorSteps,
    closed: new Set(),
  };
}
