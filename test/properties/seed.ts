import fc from 'fast-check';

/**
 * What generated cases are drawn from: the same on every run of `npm test`, so that a failure belongs to the change
 * that it is seen with. `npm run fuzz` draws others. A set-up file of all tests: what gives fast-check no seed of its
 * own has this one.
 */
export const seed = Number(process.env['REFRAIN_SEED'] ?? 1);
fc.configureGlobal({ seed });

/** How many cases are drawn: so many, unless `npm run fuzz -- --runs N` says otherwise. */
export function runsOr(usual: number): number {
  return Number(process.env['REFRAIN_RUNS'] ?? usual);
}
