import type { Scenario } from './scenario.js';

/** A second version of the code is deployed while a run is under way. */
export const deployScenarios: readonly Scenario[] = [
  'unguarded-insertion',
  'unguarded-removal',
  'unguarded-reorder',
  'unguarded-rename',
  'unguarded-loop-length',
  'version-floor-raised',
  'patch-removed-too-early',
].map((bug) => ({
  bug,
  activities: { reserve: undefined, check: undefined, charge: undefined, ship: undefined },
  secondVersion: true,
}));
