import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  following,
  nextSchedule,
  recorded,
  ScheduleArbitrary,
  ScheduleTree,
  seededRandom,
  shrinkChoices,
  strategy,
  type Action,
  type Schedule,
} from '@refrain/test-env/internal';

function actions(count: number): Action[] {
  return Array.from({ length: count }, (_, activity) => ({
    type: 'complete',
    key: `a${activity}`,
    activity,
  }));
}

/** Runs a process in which `count` things happen, each once, in the order that the chooser gives. */
function order(count: number, chooser: (enabled: readonly Action[]) => number) {
  const taken: number[] = [];
  const widths: number[] = [];
  const done: string[] = [];
  for (let enabled = actions(count); enabled.length > 0;) {
    const chosen = enabled.length === 1 ? 0 : chooser(enabled);
    if (enabled.length > 1) {
      taken.push(chosen);
      widths.push(enabled.length);
    }
    done.push(enabled[chosen]!.key);
    enabled = enabled.filter((_, index) => index !== chosen);
  }
  return { taken, widths, done };
}

describe('nextSchedule', () => {
  it('goes through every order once', () => {
    const seen = new Set<string>();
    let choices: number[] | undefined = [];
    while (choices) {
      const run = order(4, recorded(choices));
      expect(seen.has(run.done.join())).toBe(false);
      seen.add(run.done.join());
      choices = nextSchedule(run);
    }
    expect(seen.size).toBe(24);
  });
});

describe('ScheduleTree', () => {
  it('leads every run to a schedule that has not been run, until there are no more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer(), (count, seed) => {
        const random = seededRandom(seed);
        const tree = new ScheduleTree();
        const seen = new Set<string>();
        while (!tree.isDone) {
          const run = order(count, tree.avoiding(strategy('random', random)));
          tree.add(run.taken);
          expect(seen.has(run.done.join())).toBe(false);
          seen.add(run.done.join());
        }
        expect(seen.size).toBe([1, 2, 6, 24][count - 1]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('following an order', () => {
  it('keeps it, whatever it leaves out is calm', () => {
    expect(order(4, following(['complete a2', 'complete a0'])).done).toEqual(['a2', 'a0', 'a1', 'a3']);
  });

  it('uses each place once, and passes over what cannot happen', () => {
    const chooser = following(['complete a9', 'complete a1', 'complete a1', 'complete a2']);
    expect(order(4, chooser).done).toEqual(['a1', 'a2', 'a0', 'a3']);
  });
});

describe('strategies', () => {
  it.each(['calm', 'random', 'priorities', 'deviations', 'newest', 'starve', 'faulty'] as const)(
    '%s chooses an enabled action, and the same one for the same seed',
    (name) => {
      const run = () => order(6, strategy(name, seededRandom(7))).done;
      expect(run()).toEqual(run());
      expect(run().sort()).toEqual(['a0', 'a1', 'a2', 'a3', 'a4', 'a5']);
    },
  );

  it('find the reversed order of five, one in 120, more often together than a random walk does', () => {
    const hits = (name: 'random' | 'newest' | 'priorities') =>
      Array.from({ length: 300 }, (_, seed) =>
        order(5, strategy(name, seededRandom(seed))).done.join(),
      ).filter((done) => done === 'a4,a3,a2,a1,a0').length;
    expect(hits('newest') + hits('priorities')).toBeGreaterThan(hits('random'));
  });
});

describe('shrinking', () => {
  it('ends at the one deviation that matters', async () => {
    // Fails when a3 comes before a1: from the calm order, one choice is enough.
    const fails = (schedule: Schedule) => {
      const run = order(6, schedule.chooser());
      schedule.taken = run.taken;
      return run.done.indexOf('a3') < run.done.indexOf('a1');
    };
    const details = fc.check(
      fc.property(new ScheduleArbitrary(), (schedule) => !fails(schedule)),
      { seed: 1, numRuns: 200 },
    );
    const found = details.counterexample![0].taken;
    expect(details.failed).toBe(true);
    expect(found.filter((choice) => choice > 0)).toHaveLength(1);
  });

  it('offers only simpler choices', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 4 }), { maxLength: 12 }), (choices) => {
        const weight = (list: readonly number[]) =>
          list.length * 100 + list.reduce((sum, each) => sum + each, 0);
        const last = choices.findLastIndex((choice) => choice > 0);
        for (const simpler of shrinkChoices(choices)) {
          expect(weight(simpler)).toBeLessThan(weight(choices.slice(0, last + 1)));
        }
      }),
    );
  });
});
