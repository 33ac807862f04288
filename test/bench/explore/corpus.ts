import { ExplorationError, explore, type ExploreOptions } from '@refrain/test-env';
import { join } from 'node:path';
import { concurrencyScenarios } from './concurrency-scenarios.js';
import { deployScenarios } from './deploy-scenarios.js';
import { faultScenarios } from './fault-scenarios.js';
import { heldOutScenarios } from './held-out-scenarios.js';
import { Ledger, recording } from './ledger.js';
import type { Scenario } from './scenario.js';
import { secondHeldOutScenarios } from './second-held-out-scenarios.js';
import { signalScenarios } from './signal-scenarios.js';

/** Workflows with a seeded bug, each with a correct twin. */
export const corpus: readonly Scenario[] = [
  ...concurrencyScenarios,
  ...signalScenarios,
  ...faultScenarios,
  ...deployScenarios,
];

/** Bugs that the strategies were not made with. */
export const heldOut: readonly Scenario[] = heldOutScenarios;
export const secondHeldOut: readonly Scenario[] = secondHeldOutScenarios;

export interface Outcome {
  readonly bug: string;
  /** What was reported for the workflow with the bug, and after how many runs; undefined: nothing. */
  readonly found:
    | {
        readonly afterRuns: number;
        readonly message: string;
        /** Of the shrunk schedule from the calm one, and the fewest there can be. */
        readonly deviations: number;
        readonly minimum: number;
      }
    | undefined;
  /** What was reported for the correct twin: a false alarm. */
  readonly falseAlarm: string | undefined;
  /** Time of both explorations. */
  readonly seconds: number;
}

/** Explores the workflow with the bug and its twin, each up to `runs` times. */
export async function exploreScenario(
  scenario: Scenario,
  fixtures: string,
  runs: number,
  seed: number,
): Promise<Outcome> {
  const options = optionsOf(scenario, fixtures);
  const began = performance.now();
  const buggy = await failureOf('buggy', { ...options, runs, seed });
  const correct = await failureOf('correct', { ...options, runs, seed });
  return {
    bug: scenario.bug,
    found: buggy && {
      ...sizeOf(buggy, scenario),
      afterRuns: buggy.foundAfter,
      message: buggy.violation.message,
    },
    falseAlarm: correct?.message,
    seconds: (performance.now() - began) / 1000,
  };
}

function sizeOf({ schedule }: ExplorationError, { minimum }: Scenario) {
  const deviations = schedule.filter((choice) => choice > 0).length;
  return { deviations, minimum: minimum ?? Math.min(deviations, 2) };
}

async function failureOf(
  workflow: string,
  options: ExploreOptions<Ledger>,
): Promise<ExplorationError | undefined> {
  try {
    await explore(workflow, options);
    return undefined;
  } catch (error) {
    if (error instanceof ExplorationError) return error;
    throw error;
  }
}

function optionsOf(scenario: Scenario, fixtures: string): ExploreOptions<Ledger> {
  const { bug, secondVersion, activities, always, eventually, minimum: _, ...rest } = scenario;
  return {
    ...rest,
    workflowsPath: join(fixtures, `${bug}.ts`),
    world: () => new Ledger(),
    activities: (world) =>
      recording(world, typeof activities === 'function' ? activities(world) : activities),
    ...(always ? { always } : {}),
    ...(eventually ? { eventually } : {}),
    faults: {
      ...scenario.faults,
      ...(secondVersion ? { deploy: join(fixtures, `${bug}.v2.ts`) } : {}),
    },
    output: false,
  };
}
