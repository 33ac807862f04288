import { join, relative } from 'node:path';
import { loadCode, withoutWatchdog } from '../host/code.js';
import { sourceOfFunction, workflowSource, type WorkflowSource } from '../host/workflow-source.js';
import { ExploreRun, type Exploration } from './explore-run.js';
import { ExplorationError } from './failure.js';
import { readSource, sourceOfOptions } from './option-source.js';
import type { ExploreOptions, ExploreReport } from './options.js';
import type { WorkflowReference } from '../options.js';
import type { RunResult } from './run-result.js';
import { allSchedules, oneSchedule, sampleSchedules, type Search } from './search.js';
import { recordedSchedule, type Schedule } from './schedule-arbitrary.js';
import { writeFailure, type FailingRun } from './write-failure.js';

const defaultRuns = 200;

type Failure = NonNullable<Search['failure']>;

/**
 * Runs a workflow under many schedules: orders of completions, signals at any moment, failures, lost answers,
 * evictions … Throws an `ExplorationError` with the simplest schedule that breaks an invariant.
 */
export async function explore<World = undefined>(
  workflow: WorkflowReference,
  options: ExploreOptions<World> = {},
): Promise<ExploreReport> {
  const calledAt = callerOf(explore);
  const workflowType = typeof workflow === 'string' ? workflow : workflow.name;
  const source = sourceOf(workflow, options);
  const deploy = options.faults?.deploy;
  const first: Exploration<World> = {
    workflowType,
    code: await loadCode(source),
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
  if (search.failure) {
    const optionsSource =
      options.output === false ? undefined : await provenSource(later, source, search.failure);
    throw failureOf(later, seed, search.failure, { optionsSource, calledAt });
  }
  return {
    runs: search.runs,
    schedules: search.schedules,
    seed,
    exhaustive: search.isComplete,
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
  { workflowType: workflow, options }: Exploration<World>,
  seed: number,
  failure: Failure,
  origin: Pick<FailingRun, 'optionsSource' | 'calledAt'>,
): ExplorationError {
  const { schedule, result } = failure;
  const { output = join('.refrain', 'explore') } = options;
  const files =
    output === false ? undefined : writeFailure(output, { workflow, schedule, result, ...origin });
  return new ExplorationError({ workflow, seed, files, ...failure });
}

/** The options as source, if a run with what that source says fails in the same way. */
async function provenSource<World>(
  exploration: Exploration<World>,
  source: WorkflowSource,
  { schedule, result }: Failure,
): Promise<string | undefined> {
  const path = source.path ?? source.exports[exploration.workflowType];
  if (path === undefined) return undefined;
  try {
    const text = sourceOfOptions(exploration.options, path);
    const options = readSource(text) as ExploreOptions<World>;
    const again = await new ExploreRun({ ...exploration, options }).run(recordedSchedule(schedule));
    return again.violation?.message === result.violation?.message ? text : undefined;
  } catch {
    // Whatever is the matter with it, it is not a test to paste.
    return undefined;
  }
}

function sourceOf<World>(workflow: WorkflowReference, options: ExploreOptions<World>): WorkflowSource {
  if (options.workflowsPath !== undefined || typeof workflow === 'string') return workflowSource(options);
  return sourceOfFunction(workflow);
}

/** Where a function was called from, relative to the working directory. */
function callerOf(called: (...args: never[]) => unknown): string | undefined {
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace, called);
  const place = /\(?((?:file:\/\/)?[^\s()]+):(\d+):\d+\)?$/.exec(trace.stack?.split('\n')[1] ?? '');
  return place ? `${relative(process.cwd(), place[1]!.replace(/^file:\/\//, ''))}:${place[2]}` : undefined;
}
