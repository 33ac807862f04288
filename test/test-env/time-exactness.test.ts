import { TestWorkflowEnvironment } from '@refrain/test-env';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { add, charger, counter, parent } from '../fixtures/test-env/basic/more-workflows.js';
import { sleeper } from '../fixtures/test-env/basic/workflows.js';

const folder = new URL('../fixtures/test-env/basic/', import.meta.url);
const sleepers = new URL('workflows.ts', folder);
const others = new URL('more-workflows.ts', folder);
const startMs = Date.UTC(2030, 0, 1);
const hour = 3_600_000;

const moments = fc.array(fc.integer({ min: 1, max: 5_000_000 }), { minLength: 1, maxLength: 6 });

it('timers and callbacks happen at their own moment, whatever else the test waits for', async () => {
  const property = fc.asyncProperty(
    moments,
    moments,
    fc.integer({ min: 0, max: 6_000_000 }),
    async (sleeps, calls, firstMs) => {
      await using env = await TestWorkflowEnvironment.create({
        workflowsPath: sleepers,
        now: startMs,
        replay: false,
      });
      const elapsed = () => env.currentTimeMs() - startMs;
      const handles = await Promise.all(sleeps.map((ms) => env.start(sleeper, [`${ms} ms`])));
      const called: number[] = [];
      for (const ms of calls) env.at(ms, () => called.push(elapsed() - ms));
      await env.advanceBy(firstMs);
      expect(elapsed()).toBe(firstMs);
      expect(called).toHaveLength(calls.filter((ms) => ms <= firstMs).length);
      await Promise.all(handles.map((handle) => handle.result()));
      expect(elapsed()).toBe(Math.max(firstMs, ...sleeps));
      for (const [index, handle] of handles.entries()) {
        const { events } = await handle.fetchHistory();
        expect(events.at(-1)!.eventTimeMs - startMs).toBe(sleeps[index]);
      }
      expect(called.every((late) => late === 0)).toBe(true);
    },
  );
  await fc.assert(property, { numRuns: 25 });
});

it('an update, a child and a slow call end in any order of their durations', async () => {
  const property = fc.asyncProperty(
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 59 }),
    async (childHours, callSeconds) => {
      await using env = await TestWorkflowEnvironment.create({
        workflowsPath: others,
        now: startMs,
        replay: false,
      });
      const at = async (wait: Promise<unknown>) => wait.then(() => env.currentTimeMs() - startMs);
      env.mockChild('shipping').returns('p').after(`${childHours} hours`);
      env
        .mock('charge')
        .returns('ok')
        .after(callSeconds * 1000)
        .heartbeats('15 seconds', 1, 2, 3, 4);
      const handle = await env.start(counter);
      const ends = await Promise.all([
        at(handle.executeUpdate(add, { args: [3] })),
        at(env.run(parent, ['p'])),
        at(env.run(charger, ['a'])),
      ]);
      // Each is told when it has ended; what ends later has not moved time on by then.
      expect(ends).toEqual([hour, childHours * hour, callSeconds * 1000]);
    },
  );
  await fc.assert(property, { numRuns: 15 });
});

it('does not go to the timeout of what has been answered', async () => {
  await using env = await TestWorkflowEnvironment.create({ workflowsPath: others, now: startMs });
  const handle = await env.start(counter);
  await handle.executeUpdate(add, { args: [1] });
  const afterUpdate = env.currentTimeMs();
  // Nothing is pending now, though the workflow waits: time has nowhere to go.
  const result = handle.result();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(env.currentTimeMs()).toBe(afterUpdate);
  await handle.executeUpdate(add, { args: [2] });
  expect(await result).toBe(3);
});
