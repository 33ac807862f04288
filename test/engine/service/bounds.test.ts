import { afterEach, expect, it } from 'vitest';
import { DueTimes } from '../../../engine/dist/service/due-times.js';
import { limits } from '../../../engine/dist/service/limits.js';
import { bench, TestClock } from './harness.js';

const bounds = limits as { backlogPerTaskQueue: number };
const { backlogPerTaskQueue } = bounds;
afterEach(() => {
  bounds.backlogPerTaskQueue = backlogPerTaskQueue;
});

it('a queue that holds as many tasks as it may refuses starts, which go on when a worker has taken some', async () => {
  bounds.backlogPerTaskQueue = 50;
  const b = bench();
  const codes: string[] = [];
  const startMany = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await b.start(`w${codes.length}`).then(
        () => codes.push('started'),
        (error: { code: string; status: string }) => codes.push(`${error.code} ${error.status}`),
      );
    }
  };
  // A hundred producers' calls for each task that the worker takes.
  for (let taken = 0; taken < 5; taken++) {
    await startMany(100);
    await b.workflowTask();
  }
  await startMany(1);
  const started = codes.filter((code) => code === 'started');
  expect(started).toHaveLength(50 + 5);
  expect(new Set(codes)).toEqual(new Set(['started', 'RFN2004 RESOURCE_EXHAUSTED']));
  expect(b.service.activity().backlog).toBe(50);
});

it('no more due times are in memory than may be; the later ones come from the store in their order', async () => {
  const clock = new TestClock();
  const count = 90_000;
  const startMs = clock.nowMs();
  // The latest first: those that are added later push out those that are there.
  const stored = Array.from({ length: count }, (_, i) => ({ run: count - i, dueMs: startMs + count - i }));
  const inOrder = [...stored].reverse();
  const dueRuns = (after: { dueMs: number; run: number }, limit: number) => {
    const from = inOrder.findIndex(
      (e) => e.dueMs > after.dueMs || (e.dueMs === after.dueMs && e.run > after.run),
    );
    return from < 0 ? [] : inOrder.slice(from, from + limit);
  };
  const fired: number[] = [];
  const dueTimes = new DueTimes({ dueRuns } as never, clock, (run) => fired.push(run));
  for (const { run, dueMs } of stored) dueTimes.add(dueMs, run);
  expect(dueTimes.overdue(Infinity)).toBeLessThanOrEqual(80_000);
  await clock.jump(count);
  for (let i = 0; fired.length < count && i < count; i++) await clock.advance(1);
  expect(fired).toEqual(inOrder.map(({ run }) => run));
});
