import { ExplorationError, explore } from '@refrain/test-env';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { corpus, exploreScenario } from '../../bench/explore/corpus.js';

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
      expect(readFileSync(failure.files!.test, 'utf8')).toContain(
        `schedule: [${failure.schedule.join(', ')}]`,
      );
      const again = explore('buggy', { ...racy, eventually, schedule: failure.schedule, output: false });
      await expect(again).rejects.toBeInstanceOf(ExplorationError);
    } finally {
      rmSync(output, { recursive: true });
    }
  });

  it('runs every schedule of a small workflow, and says how many there were', async () => {
    // Two activities complete in either order; the worker runs between them, or after both.
    const report = await explore('correct', { ...racy, args: [['Ada', 'Bob']], exhaustive: true });
    expect(report).toMatchObject({ exhaustive: true, runs: 4, schedules: 4 });
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
