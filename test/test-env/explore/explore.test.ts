import { ExplorationError, explore } from '@refrain/test-env';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpus, exploreScenario, secondHeldOut } from '../../bench/explore/corpus.js';

const fixtures = join(import.meta.dirname, '..', '..', 'fixtures', 'test-env', 'bugs');
const racy = {
  workflowsPath: join(fixtures, 'map-filled-by-completions.ts'),
  args: [['Ada', 'Bob', 'Cid']],
  activities: { grade: (student: string) => student.length },
  faults: { evictions: 0 },
};

async function failureOf(exploration: Promise<unknown>): Promise<ExplorationError> {
  return exploration.then(
    () => expect.unreachable('nothing was found'),
    (error: unknown) => error as ExplorationError,
  );
}

/** Runs the one test of a written file, as it would run in a file of its own. */
async function runPasted(text: string): Promise<unknown> {
  const code = text.replace(/^import .*$/gm, '');
  const tests: (() => Promise<unknown>)[] = [];
  const it = (_: string, test: () => Promise<unknown>) => tests.push(test);
  new Function('explore', 'it', code)(explore, it);
  return tests[0]!();
}

describe('explore', () => {
  it('shrinks a failure to the simplest schedule, which can be run again alone', async () => {
    const eventually = ({ result }: { result: unknown }) =>
      (result as [string, number][]).map(([name]) => name).join() === 'Ada,Bob,Cid';
    const output = mkdtempSync(join(tmpdir(), 'refrain-explore-'));
    try {
      const failure = await failureOf(explore('buggy', { ...racy, eventually, seed: 3, runs: 50, output }));
      expect(failure.schedule.filter((choice) => choice > 0)).toHaveLength(1);
      expect(failure.message).toMatch(/1\. the worker runs the workflow\n +2\. grade#2 completes/);
      expect(JSON.parse(readFileSync(failure.files!.history, 'utf8'))).toHaveProperty('events');
      await expect(runPasted(readFileSync(failure.files!.test, 'utf8'))).rejects.toMatchObject({
        violation: failure.violation,
      });
      const again = explore('buggy', { ...racy, eventually, schedule: failure.schedule, output: false });
      await expect(again).rejects.toBeInstanceOf(ExplorationError);
    } finally {
      rmSync(output, { recursive: true });
    }
  });

  it('shrinks what taking choices back one by one does not', async () => {
    const scenario = secondHeldOut.find((each) => each.bug === 'undone-at-the-same-time')!;
    const { found } = await exploreScenario(scenario, fixtures, 50, 1);
    expect(found?.deviations).toBe(2);
  });

  it('lets an attempt that was cancelled do its work when the workflow has ended', async () => {
    const scenario = secondHeldOut.find((each) => each.bug === 'cancelled-while-locking')!;
    const outcome = await exploreScenario(scenario, fixtures, 50, 1);
    expect(outcome).toMatchObject({ found: { deviations: 2 }, falseAlarm: undefined });
  });

  it('runs every schedule of a small workflow, and says how many there were', async () => {
    // Two activities complete in either order; the worker runs between them, or after both.
    const report = await explore('correct', { ...racy, args: [['Ada', 'Bob']], exhaustive: true });
    expect(report).toMatchObject({ exhaustive: true, runs: 4, schedules: 4 });
  });

  it('says where to paste a test whose functions use what is around them', async () => {
    const output = mkdtempSync(join(tmpdir(), 'refrain-explore-'));
    const expected = 'Ada,Bob,Cid';
    try {
      const eventually = ({ result }: { result: unknown }) =>
        (result as [string, number][]).map(([name]) => name).join() === expected;
      const failure = await failureOf(explore('buggy', { ...racy, eventually, seed: 3, runs: 50, output }));
      expect(readFileSync(failure.files!.test, 'utf8')).toMatch(
        /into test\/test-env\/explore\/explore.test.ts:\d+,/,
      );
    } finally {
      rmSync(output, { recursive: true });
    }
  });

  it('ends when every schedule has been run', async () => {
    const report = await explore('correct', { ...racy, args: [['Ada', 'Bob']], runs: 100 });
    expect(report).toMatchObject({ exhaustive: true, runs: 4 });
  });

  it('does not blame a workflow that polls until a signal which the schedule keeps back', async () => {
    const scenario = corpus.find((each) => each.bug === 'stop-seen-too-late')!;
    const { secondVersion: _, bug, activities: __, ...options } = scenario;
    const report = await explore('correct', {
      ...(options as object),
      workflowsPath: join(fixtures, `${bug}.ts`),
      activities: { poll: () => false },
      runs: 20,
    });
    expect(report.runs).toBe(20);
  });

  it('sees what a run left behind that has continued as new', async () => {
    const failure = await failureOf(
      explore('buggy', {
        workflowsPath: join(fixtures, 'update-cut-off-by-continue-as-new.ts'),
        args: [1],
        activities: { store: () => undefined },
        updates: [{ name: 'add', args: ['a'] }],
        seed: 1,
        output: false,
      }),
    );
    expect(failure.message).toContain('continued as new and left behind');
    expect(failure.message).toContain('update add, accepted and not answered');
  });

  it.each(['signal-lost-before-wait', 'charge-with-new-key-per-try', 'unguarded-insertion'])(
    'finds the seeded bug %s and nothing in its twin',
    async (bug) => {
      const scenario = corpus.find((each) => each.bug === bug)!;
      const outcome = await exploreScenario(scenario, fixtures, 40, 1);
      expect(outcome.found).toBeDefined();
      expect(outcome.falseAlarm).toBeUndefined();
    },
  );
});
