import { MemoryStore } from '@refrain/engine/internal';
import { describe, expect, it } from 'vitest';
import { activity, bench, settled, taskQueue, timer } from './harness.js';

describe('runs that wait', () => {
  it('leave memory, and wake up when their timers are due', async () => {
    const b = bench({ maxLoadedRuns: 20 });
    const count = 400;
    for (let i = 0; i < count; i++) {
      await b.service.startWorkflowExecution({
        workflowId: `w${i}`,
        workflowType: { name: 'wf' },
        taskQueue,
      });
      const task = (await b.service.pollWorkflowTaskQueue({ taskQueue, embedded: true }))!;
      await b.service.respondWorkflowTaskCompleted({
        taskToken: task.taskToken,
        commands: [timer('t', 86_400_000 + (i % 2) * 1000)],
      });
    }
    await settled();
    expect(b.service.activity().loadedRuns).toBeLessThanOrEqual(25);
    await b.clock.advance(86_400_000 + 999);
    expect(b.service.activity().backlog).toBe(count / 2);
    await b.clock.advance(1000);
    expect(b.service.activity().backlog).toBe(count);
    const task = (await b.service.pollWorkflowTaskQueue({ taskQueue, embedded: true }))!;
    expect(task.history.events.map((e) => e.type).slice(4)).toEqual([
      'TimerStarted',
      'TimerFired',
      'WorkflowTaskScheduled',
      'WorkflowTaskStarted',
    ]);
  });

  it('for an activity are given out again after a restart: some at once, the others as soon as may be', async () => {
    const store = new MemoryStore();
    const before = bench({ store });
    const count = 1200;
    for (let i = 0; i < count; i++) {
      await before.start(`w${i}`);
      const task = (await before.service.pollWorkflowTaskQueue({ taskQueue, embedded: true }))!;
      const { taskToken } = task;
      await before.service.respondWorkflowTaskCompleted({ taskToken, commands: [activity('a')] });
    }
    const b = bench({ store });
    const backlog = () => b.service.activity().backlog;
    await Promise.resolve();
    expect(backlog()).toBeLessThan(count);
    expect((await b.activity()).workflowExecution.workflowId).toBe('w0');
    for (let i = 0; i < 10 && backlog() < count - 1; i++) await settled();
    expect(backlog()).toBe(count - 1);
  });

  it('are not taken for the current run of their id when a newer one is out of memory', async () => {
    const b = bench({ maxLoadedRuns: 1 });
    const first = await b.start();
    await b.task([{ type: 'ContinueAsNewWorkflowExecution', attributes: { workflowType: { name: 'wf' } } }]);
    await b.task([timer('t', 60_000)]);
    for (const other of ['a', 'b', 'c']) {
      await b.start(other);
      await b.task([timer('t', 60_000)]);
    }
    await settled();
    expect((await b.types('w', first)).at(-1)).toContain('ContinuedAsNew');
    expect((await b.types('w')).at(-1)).toBe('5 TimerStarted');
  });
});
