import { join } from 'node:path';
import { loadCode, withoutWatchdog } from '../host/code.js';
import { sourceOfFunction, workflowSource, type WorkflowSource } from '../host/workflow-source.js';
import { ExploreRun, type Exploration } from './explore-run.js';
import { ExplorationError } from './failure.js';
import type { ExploreOptions, ExploreReport } from './options.js';
import type { WorkflowReference } from '../options.js';
import type { RunResult } from './run-result.js';
import { allSchedules, oneSchedule, sampleSchedules, type Search } from './search.js';
import type { Schedule } from './schedule-arbitrary.js';
import { writeFailure } from './write-failure.js';

const defaultRuns = 200;

/**
 * Runs a workflow under many schedules: orders of completions, signals at any moment, failures, lost answers,
 * evictions … Throws an `ExplorationError` with the simplest schedule that breaks an invariant.
 */
export async function explore<World = undefined>(
  workflow: WorkflowReference,
  options: ExploreOptions<World> = {},
): Promise<ExploreReport> {
  const workflowType = typeof workflow === 'string' ? workflow : workflow.name;
  const deploy = options.faults?.deploy;
  const first: Exploration<World> = {
    workflowType,
    code: await loadCode(sourceOf(workflow, options)),
    secondVersion:
      deploy === undefined ? undefined : await loadCode(workflowSource({ workflowsPath: deploy })),
    options,
  };
  const later: Exploration<World> = {
    ...first,
    code: withoutWatchdog(first.code),
    secondVersion: first.secondVersion && withoutWatchdog(first.secondVersion),
  };
  let runs = 0;
  const runner = (schedule: Schedule): Promise<RunResult> =>
    new ExploreRun(runs++ === 0 ? first : later).run(schedule);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const search = await searchOf(runner, options, seed);
  if (search.failure) throw failureOf(workflowType, options, seed, search.failure);
  return {
    runs: search.runs,
    schedules: search.schedules,
    seed,
    exhaustive: options.exhaustive ?? false,
  };
}

function searchOf<World>(
  runner: (schedule: Schedule) => Promise<RunResult>,
  { schedule, exhaustive, runs = defaultRuns }: ExploreOptions<World>,
  seed: number,
): Promise<Search> {
  if (schedule) return oneSchedule(runner, schedule);
  return exhaustive ? allSchedules(runner, { runs, seed }) : sampleSchedules(runner, { runs, seed });
}

function failureOf<World>(
  workflow: string,
  { output = join('.refrain', 'explore') }: ExploreOptions<World>,
  seed: number,
  failure: NonNullable<Search['failure']>,
): ExplorationError {
  const { schedule, result } = failure;
  const files = output === false ? undefined : writeFailure(output, workflow, schedule, result);
  return new ExplorationError({ workflow, seed, files, ...failure });
}

function sourceOf<World>(workflow: WorkflowReference, options: ExploreOptions<World>): WorkflowSource {
  if (options.workflowsPath !== undefined || typeof workflow === 'string') return workflowSource(options);
  return sourceOfFunction(workflow);
}
