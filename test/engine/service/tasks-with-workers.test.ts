import { describe, expect, it } from 'vitest';
import { activity, bench, complete } from './harness.js';

describe('tasks with workers', () => {
  it('are counted from the poll to the answer', async () => {
    const b = bench();
    await b.start();
    const task = await b.workflowTask();
    expect(b.service.activity().tasksWithWorkers).toBe(1);
    await b.service.respondWorkflowTaskCompleted({ taskToken: task.taskToken, commands: [activity('1')] });
    const a = await b.activity();
    expect(b.service.activity().tasksWithWorkers).toBe(1);
    await b.service.respondActivityTaskCompleted({ taskToken: a.taskToken });
    expect(b.service.activity().tasksWithWorkers).toBe(0);
    await b.task([complete]);
    expect(b.service.activity().tasksWithWorkers).toBe(0);
  });

  it('whose worker died count no more once they have timed out', async () => {
    const b = bench();
    await b.start();
    await b.workflowTask();
    await b.clock.advance(10_000);
    expect(b.service.activity().tasksWithWorkers).toBe(0);
    await b.task([activity('1', { retryPolicy: { maximumAttempts: 1 } })]);
    await b.activity();
    await b.clock.advance(10_000);
    expect(b.service.activity()).toMatchObject({ tasksWithWorkers: 0, backlog: 1 });
  });

  it('of a run that was terminated count no more', async () => {
    const b = bench();
    await b.start();
    await b.workflowTask();
    await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: 'w' } });
    expect(b.service.activity().tasksWithWorkers).toBe(0);
  });

  it('that wait for a worker are in the backlog as long as their run is open', async () => {
    const b = bench();
    await b.start();
    await b.start('v');
    expect(b.service.activity().backlog).toBe(2);
    await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: 'w' } });
    expect(b.service.activity().backlog).toBe(1);
  });
});
