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
/** Of that, what another attempt takes. */
const laterShare = 0.5;
/** After so many steps in other attempts no more are made. */
const laterSteps = 6_000_000;
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
  /** What the next attempt to solve may do; less where much is left out that another one followed. */
  readonly next: (isLater: boolean) => Allowance;
  readonly spend: (steps: number) => void;
  /** Is there enough left for another attempt? */
  readonly mayTryAgain: () => boolean;
  /** Directories of packages that took too much work, and are not looked into. */
  readonly closed: Set<string>;
  /** Parameters to which too much came, and that are not followed (`closed-parameters.ts`). */
  readonly closedParameters: Set<string>;
}

export function createBudget(): Budget {
  let left = stepsOfRun;
  let laterLeft = laterSteps;
  let isLaterOne = false;
  return {
    next: (isLater) => {
      isLaterOne = isLater;
      const share = isLater ? laterShare : 1;
      return {
        baseSteps: baseSteps * share,
        stepsPerOp: stepsPerOp * share,
        maxSteps: Math.max(floorSteps, Math.min(left, stepsAtOnce) * share),
        maxEntries,
      };
    },
    spend: (steps) => {
      left -= steps;
      if (isLaterOne) laterLeft -= steps;
    },
    mayTryAgain: () => left > floorSteps && laterLeft > 0,
    closed: new Set(),
    closedParameters: new Set(),
  };
}
