import fc from 'fast-check';
import type { ActionId } from './action.js';
import type { RunResult } from './run-result.js';
import { orderedSchedule, recordedSchedule, ScheduleArbitrary, type Schedule } from './schedule-arbitrary.js';

/** A schedule that fails, as simple as could be found. */
export interface Shrunk {
  readonly schedule: readonly number[];
  readonly result: RunResult;
}

/** Shrinking ends after this many runs, wherever it is: the schedule is simple enough, or never will be. */
const maxRuns = 400;

/** The simplest schedule that fails as `found` does: with the fewest deviations from the calm one. */
export async function shrink(
  run: (schedule: Schedule) => Promise<RunResult>,
  found: RunResult,
  seed: number,
): Promise<Shrunk & { readonly shrunkIn: number }> {
  const shrinking = new Shrinking(run, found);
  const property = fc.asyncProperty(
    new ScheduleArbitrary(),
    async (schedule) => !(await shrinking.fails(schedule)),
  );
  await fc.check(property, { numRuns: 1, seed, examples: [[recordedSchedule(found.taken)]] });
  await shrinking.towardsCalm();
  await shrinking.tryFew();
  const { simplest, runs } = shrinking;
  return { shrunkIn: runs, schedule: simplest.taken, result: simplest };
}

/** One shrinking. It owns the simplest run found so far, and which choices are known to pass. */
class Shrinking {
  simplest: RunResult;
  runs = 0;
  readonly #run: (schedule: Schedule) => Promise<RunResult>;
  readonly #passed = new Set<string>();

  constructor(run: (schedule: Schedule) => Promise<RunResult>, found: RunResult) {
    this.#run = run;
    this.simplest = found;
  }

  /** Runs it; true when it fails in the same way, and is then the simplest. */
  async fails(schedule: Schedule): Promise<boolean> {
    const key = schedule.taken.join();
    if (this.runs >= maxRuns || this.#passed.has(key)) return false;
    const result = await this.#runOnce(schedule);
    this.#passed.add(key);
    if (!this.#isSame(result)) return false;
    schedule.taken = result.taken;
    this.simplest = result;
    return true;
  }

  /**
   * Lets what a calm world would have done happen where something else did, or leaves that out, and keeps the order of all
   * the rest. Where a choice is taken back by its index alone, later choices mean something else.
   */
  async towardsCalm(): Promise<void> {
    while (this.runs < maxRuns && (await this.#stepTowardsCalm()));
  }

  async #stepTowardsCalm(): Promise<boolean> {
    for (const order of calmerOrders(this.simplest)) {
      if (this.runs >= maxRuns) return false;
      const result = await this.#runOnce(orderedSchedule(order));
      if (!this.#isSame(result) || result.deviations.length >= this.simplest.deviations.length) continue;
      this.simplest = result;
      return true;
    }
    return false;
  }

  /** All schedules with a single deviation, then those with two, as long as that is fewer than there are. */
  async tryFew(): Promise<void> {
    const fewer = () => this.simplest.deviations.length;
    if (fewer() < 2) return;
    const calm = await this.#runOnce(recordedSchedule([]));
    const singles: RunResult[] = [];
    for (const choices of oneDeviationMore(calm)) {
      if (this.runs >= maxRuns) return;
      const result = await this.#runOnce(recordedSchedule(choices));
      if (this.#isSame(result)) {
        this.simplest = result;
        return;
      }
      singles.push(result);
    }
    if (fewer() < 3) return;
    for (const single of singles) {
      for (const choices of oneDeviationMore(single)) {
        if (this.runs >= maxRuns) return;
        if (await this.fails(recordedSchedule(choices))) return;
      }
    }
  }

  #runOnce(schedule: Schedule): Promise<RunResult> {
    this.runs += 1;
    return this.#run(schedule);
  }

  /** It must not slip from the failure that was found to another one. */
  #isSame({ violation }: RunResult): boolean {
    return violation !== undefined && violation.kind === this.simplest.violation?.kind;
  }
}

function* calmerOrders({ order, deviations }: RunResult): Generator<ActionId[]> {
  for (const { at, calm } of [...deviations].reverse()) {
    const rest = order.slice(at);
    const later = rest.indexOf(calm);
    const before = order.slice(0, at);
    yield [...before, calm, ...rest.filter((_, index) => index !== later)];
    yield [...before, ...rest.slice(1)];
  }
}

/** Every schedule with one more choice that is not calm, after the last one that is not. */
function* oneDeviationMore({ taken, widths }: RunResult): Generator<number[]> {
  const from = taken.findLastIndex((choice) => choice > 0) + 1;
  for (let at = from; at < taken.length; at++) {
    for (let choice = 1; choice < widths[at]!; choice++) {
      yield [...taken.slice(0, at), choice];
    }
  }
}
