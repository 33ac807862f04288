import fc from 'fast-check';
import { InputError } from '@refrain/engine/internal';
import { nextSchedule } from './exhaustive.js';
import { shrink, type Shrunk } from './shrink.js';
import { maxChoices, type RunResult } from './run-result.js';
import { ScheduleTree } from './schedule-tree.js';
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
  /** There are no other schedules. */
  readonly isComplete: boolean;
  readonly failure?: {
    readonly foundAfter: number;
    readonly shrunkIn: number;
    readonly schedule: readonly number[];
    readonly result: RunResult;
  };
}

/** All schedules are at most this many; more would take longer than anybody waits for a test. */
const maxExhaustiveRuns = 20_000;

/** Samples schedules, each at most once, and shrinks the first one that fails. */
export async function sampleSchedules(run: Runner, { runs, seed }: SearchOptions): Promise<Search> {
  const tree = new ScheduleTree();
  let count = 0;
  let longest = 10;
  let isWhole = true;
  let found: Shrunk | undefined;
  const property = fc.asyncProperty(new ScheduleArbitrary(() => longest), async (schedule) => {
    if (tree.isDone) return true;
    const { chooser } = schedule;
    const result = await run({ ...schedule, chooser: () => tree.avoiding(chooser()) });
    tree.add(result.taken);
    count += 1;
    longest = Math.max(longest, result.taken.length);
    isWhole &&= result.taken.length < maxChoices;
    if (!result.violation) return true;
    found = { schedule: result.taken, result };
    return false;
  });
  await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  if (!found) return { runs: count, schedules: count, isComplete: tree.isDone && isWhole };
  const failure = { foundAfter: count, ...(await shrink(run, found.result, seed)) };
  return { runs: count, schedules: count, isComplete: false, failure };
}

/** Runs every schedule; the first that fails is shrunk as a sampled one is. */
export async function allSchedules(run: Runner, { seed }: SearchOptions): Promise<Search> {
  let count = 0;
  for (let choices: readonly number[] | undefined = []; choices;) {
    const result = await run(recordedSchedule(choices));
    count += 1;
    if (result.violation) {
      const shrunk = await shrink(run, result, seed);
      return { runs: count, schedules: count, isComplete: false, failure: { foundAfter: count, ...shrunk } };
    }
    choices = nextSchedule(result);
    if (result.taken.length >= maxChoices || (count >= maxExhaustiveRuns && choices)) {
      throw new InputError(
        'RFN4010',
        `exhaustive: there are more than ${maxExhaustiveRuns} schedules, or one with more than ${maxChoices} choices. Take fewer signals, faults or activities, ` +
          'or sample with `runs` instead.',
      );
    }
  }
  return { runs: count, schedules: count, isComplete: true };
}

/** Runs one given schedule; nothing is shrunk. */
export async function oneSchedule(run: Runner, choices: readonly number[]): Promise<Search> {
  const result = await run(recordedSchedule(choices));
  const base = { runs: 1, schedules: 1, isComplete: false };
  return result.violation
    ? { ...base, failure: { foundAfter: 1, shrunkIn: 0, schedule: choices, result } }
    : base;
}
