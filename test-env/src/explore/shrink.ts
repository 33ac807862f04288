import fc from 'fast-check';
import type { RunResult } from './run-result.js';
import { recordedSchedule, ScheduleArbitrary, type Schedule } from './schedule-arbitrary.js';

/** A schedule that fails, as simple as could be found. */
export interface Shrunk {
  readonly schedule: readonly number[];
  readonly result: RunResult;
}

/** Shrinking ends after this many runs, wherever it is: the schedule is simple enough, or never will be. */
const maxRuns = 400;

/** The simplest schedule that fails as `found` does. */
export async function shrink(
  run: (schedule: Schedule) => Promise<RunResult>,
  found: RunResult,
  seed: number,
): Promise<Shrunk & { readonly shrunkIn: number }> {
  let simplest: Shrunk = { schedule: found.taken, result: found };
  const passed = new Set<string>();
  let count = 0;
  const fails = async (schedule: Schedule) => {
    const key = schedule.taken.join();
    if (count >= maxRuns || passed.has(key)) return false;
    count += 1;
    const result = await run(schedule);
    passed.add(key);
    // It must not slip from the failure that was found to another one.
    if (result.violation?.kind !== found.violation?.kind) return false;
    schedule.taken = result.taken;
    simplest = { schedule: result.taken, result };
    return true;
  };
  const property = fc.asyncProperty(new ScheduleArbitrary(), async (schedule) => !(await fails(schedule)));
  await fc.check(property, { numRuns: 1, seed, examples: [[recordedSchedule(found.taken)]] });
  if (deviationsOf(simplest.schedule) > 1) {
    const calm = await run(recordedSchedule([]));
    count += 1;
    for (const choices of singleDeviations(calm.widths)) if (await fails(recordedSchedule(choices))) break;
  }
  return { shrunkIn: count, ...simplest };
}

function deviationsOf(choices: readonly number[]): number {
  return choices.filter((choice) => choice > 0).length;
}

/**
 * Every schedule that is calm but for one choice. Taking choices back one by one changes what the later ones mean, so
 * it may end at two where one is enough.
 */
function* singleDeviations(widths: readonly number[]): Generator<number[]> {
  for (const [at, width] of widths.entries()) {
    for (let choice = 1; choice < width; choice++) yield [...Array<number>(at).fill(0), choice];
  }
}
