import fc from 'fast-check';
import { InputError } from '@refrain/engine/internal';
import { nextSchedule } from './exhaustive.js';
import type { RunResult } from './run-result.js';
import { recordedSchedule, ScheduleArbitrary, type Schedule } from './schedule-arbitrary.js';

/** Runs one schedule. */
export type Runner = (schedule: Schedule) => Promise<RunResult>;

export interface SearchOptions {
  readonly runs: number;
  readonly seed: number;
}

export interface Search {
  readonly runs: number;
  readonly schedules: number;
  readonly failure?: {
    readonly foundAfter: number;
    readonly shrunkIn: number;
    readonly schedule: readonly number[];
    readonly result: RunResult;
  };
}

/** Shrinking ends after this many runs, wherever it is: the schedule is simple enough, or never will be. */
const maxShrinkRuns = 400;

/** All schedules are at most this many; more would take longer than anybody waits for a test. */
const maxExhaustiveRuns = 20_000;

/** Samples schedules, and shrinks the first one that fails. */
export async function sampleSchedules(run: Runner, { runs, seed }: SearchOptions): Promise<Search> {
  const seen = new Set<string>();
  let count = 0;
  let foundAfter = 0;
  let simplest: { schedule: readonly number[]; result: RunResult } | undefined;
  const property = fc.asyncProperty(new ScheduleArbitrary(), async (schedule) => {
    if (simplest && count - foundAfter >= maxShrinkRuns) return true;
    const result = await run(schedule);
    schedule.taken = result.taken;
    count += 1;
    seen.add(result.taken.join());
    if (!result.violation) return true;
    if (!simplest) foundAfter = count;
    simplest = { schedule: result.taken, result };
    return false;
  });
  await fc.check(property, { numRuns: runs, seed });
  const schedules = seen.size;
  if (!simplest) return { runs: count, schedules };
  return { runs: count, schedules, failure: { foundAfter, shrunkIn: count - foundAfter, ...simplest } };
}

/** Runs every schedule; the first that fails is shrunk as a sampled one is. */
export async function allSchedules(run: Runner, { seed }: SearchOptions): Promise<Search> {
  let count = 0;
  for (let choices: readonly number[] | undefined = []; choices;) {
    const result = await run(recordedSchedule(choices));
    count += 1;
    if (result.violation) {
      const shrunk = await shrink(run, result, seed);
      return { runs: count, schedules: count, failure: { foundAfter: count, ...shrunk } };
    }
    choices = nextSchedule(result);
    if (count >= maxExhaustiveRuns && choices) {
      throw new InputError(
        'RFN4010',
        `exhaustive: there are more than ${maxExhaustiveRuns} schedules. Take fewer signals, faults or activities, ` +
          'or sample with `runs` instead.',
      );
    }
  }
  return { runs: count, schedules: count };
}

/** Runs one given schedule; nothing is shrunk. */
export async function oneSchedule(run: Runner, choices: readonly number[]): Promise<Search> {
  const result = await run(recordedSchedule(choices));
  const base = { runs: 1, schedules: 1 };
  return result.violation
    ? { ...base, failure: { foundAfter: 1, shrunkIn: 0, schedule: choices, result } }
    : base;
}

async function shrink(run: Runner, found: RunResult, seed: number) {
  let simplest = { schedule: found.taken, result: found };
  let count = 0;
  const property = fc.asyncProperty(new ScheduleArbitrary(), async (schedule) => {
    if (count >= maxShrinkRuns) return true;
    count += 1;
    const result = await run(schedule);
    schedule.taken = result.taken;
    if (!result.violation) return true;
    simplest = { schedule: result.taken, result };
    return false;
  });
  await fc.check(property, { numRuns: 1, seed, examples: [[recordedSchedule(found.taken)]] });
  return { shrunkIn: count, ...simplest };
}
