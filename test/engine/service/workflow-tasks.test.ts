import { describe, expect, it } from 'vitest';
import { activity, bench, complete, timer } from './harness.js';

const signal = (b: ReturnType<typeof bench>, requestId?: string) =>
  b.service.signalWorkflowExecution({
    workflowExecution: { workflowId: 'w' },
    signalName: 's',
    ...(requestId && { requestId }),
  });

describe('workflow tasks', () => {
  it('hold back what comes while one is in flight; outcomes follow signals', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1'), timer('t', 1000)]);
    await signal(b);
    const a = await b.activity();
    const task = await b.workflowTask();
    await b.service.respondActivityTaskCompleted({ taskToken: a.taskToken });
    await signal(b);
    await b.clock.advance(1000);
    expect((await b.types()).at(-1)).toBe('9 WorkflowTaskStarted');
    await b.service.respondWorkflowTaskCompleted({ taskToken: task.taskToken, commands: [] });
    expect((await b.types()).slice(9)).toEqual([
      '10 WorkflowTaskCompleted',
      '11 ActivityTaskStarted',
      '12 WorkflowExecutionSignaled',
      '13 TimerFired',
      '14 ActivityTaskCompleted',
      '15 WorkflowTaskScheduled',
    ]);
    const completed = (await b.history()).find((e) => e.type === 'ActivityTaskCompleted');
    expect(completed?.attributes).toMatchObject({ scheduledEventId: 5, startedEventId: 11 });
  });

  it('that close the run over unseen events fail with UNHANDLED_COMMAND', async () => {
    const b = bench();
    await b.start();
    const task = await b.workflowTask();
    await signal(b);
    const closing = b.service.respondWorkflowTaskCompleted({
      taskToken: task.taskToken,
      commands: [complete],
    });
    await expect(closing).rejects.toThrow('UNHANDLED_COMMAND');
    expect((await b.types()).slice(3)).toEqual([
      '4 WorkflowTaskFailed',
      '5 WorkflowExecutionSignaled',
      '6 WorkflowTaskScheduled',
    ]);
  });

  it('that close the run over an update that was just sent are tried again at once, however often', async () => {
    const b = bench();
    await b.start();
    for (let n = 1; n <= 5; n++) {
      const task = await b.workflowTask();
      expect(task.messages ?? []).toHaveLength(n - 1);
      void b.service.updateWorkflowExecution({
        workflowExecution: { workflowId: 'w' },
        request: { meta: { updateId: `u${n}` }, input: { name: 'set' } },
      });
      const answer = { taskToken: task.taskToken, commands: [complete] };
      await expect(b.service.respondWorkflowTaskCompleted(answer)).rejects.toThrow('UNHANDLED_COMMAND');
    }
    expect(await b.hasWorkflowTask()).toBe(true);
  });

  it('that fail are tried again with backoff, without further events, and complete after a fix', async () => {
    const b = bench();
    await b.start();
    for (let attempt = 1; attempt <= 3; attempt++) {
      const task = await b.workflowTask();
      expect(task.attempt).toBe(attempt);
      await b.service.respondWorkflowTaskFailed({
        taskToken: task.taskToken,
        cause: 'NON_DETERMINISTIC_ERROR',
        failure: { message: 'nd' },
      });
      if (attempt >= 2) {
        expect(await b.hasWorkflowTask()).toBe(false);
        await b.clock.advance(1000 * 2 ** (attempt - 2));
      }
    }
    expect(await b.types()).toHaveLength(4);
    const { pendingWorkflowTask } = await b.service.describeWorkflowExecution({
      execution: { workflowId: 'w' },
    });
    expect(pendingWorkflowTask).toMatchObject({
      attempt: 4,
      lastFailureCause: 'NON_DETERMINISTIC_ERROR',
      lastFailure: { message: 'nd' },
    });
    const task = await b.task([complete]);
    expect(task.history.events.map((e) => e.eventId)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await b.types()).slice(4)).toEqual([
      '5 WorkflowTaskScheduled',
      '6 WorkflowTaskStarted',
      '7 WorkflowTaskCompleted',
      '8 WorkflowExecutionCompleted',
    ]);
  });

  it('become a first attempt again when something new comes', async () => {
    const b = bench();
    await b.start();
    const task = await b.workflowTask();
    await b.service.respondWorkflowTaskFailed({
      taskToken: task.taskToken,
      cause: 'WORKFLOW_WORKER_UNHANDLED_FAILURE',
    });
    await signal(b);
    const again = await b.workflowTask();
    expect(again.attempt).toBe(1);
    expect((await b.types()).slice(3)).toEqual([
      '4 WorkflowTaskFailed',
      '5 WorkflowExecutionSignaled',
      '6 WorkflowTaskScheduled',
      '7 WorkflowTaskStarted',
    ]);
  });

  it('time out when their worker does not answer, and its late answer is refused', async () => {
    const b = bench();
    await b.start();
    const task = await b.workflowTask();
    await b.clock.advance(10_000);
    expect((await b.types()).at(-1)).toBe('4 WorkflowTaskTimedOut');
    const late = b.service.respondWorkflowTaskCompleted({ taskToken: task.taskToken, commands: [] });
    await expect(late).rejects.toMatchObject({ status: 'NOT_FOUND' });
    expect((await b.workflowTask()).attempt).toBe(2);
  });

  it('can fail the run, by policy', async () => {
    const b = bench({ failRunOn: ['NON_DETERMINISTIC_ERROR'] });
    await b.start();
    const { taskToken } = await b.workflowTask();
    await b.service.respondWorkflowTaskFailed({
      taskToken,
      cause: 'NON_DETERMINISTIC_ERROR',
      failure: { message: 'nd' },
    });
    expect((await b.types()).slice(3)).toEqual(['4 WorkflowTaskFailed', '5 WorkflowExecutionFailed']);
  });

  it('go to the worker that has the run in its cache, and to any other when that is gone', async () => {
    const b = bench();
    await b.start();
    const sticky = {
      workerTaskQueue: { name: 'mine', kind: 'STICKY' as const },
      scheduleToStartTimeoutMs: 5000,
    };
    const poll = () =>
      b.service.pollWorkflowTaskQueue({ taskQueue: { name: 'mine', kind: 'STICKY' }, embedded: true });
    const mine = poll();
    await b.task([timer('t', 100), timer('u', 200)], { stickyAttributes: sticky });
    await b.clock.advance(100);
    const partial = (await mine)!;
    expect(partial.history.events[0]).toMatchObject({ eventId: 4, type: 'WorkflowTaskCompleted' });
    expect(partial.previousStartedEventId).toBe(3);
    await b.service.respondWorkflowTaskCompleted({
      taskToken: partial.taskToken,
      commands: [],
      stickyAttributes: sticky,
    });
    await b.clock.advance(100);
    expect(await b.hasWorkflowTask()).toBe(false);
    await b.clock.advance(5000);
    expect((await b.types()).slice(-2)).toEqual(['13 WorkflowTaskTimedOut', '14 WorkflowTaskScheduled']);
    expect((await b.workflowTask()).history.events[0]?.eventId).toBe(1);
  });

  it('that fail with the worker that had the run in its cache do not count: another tries a first time', async () => {
    const b = bench();
    await b.start();
    const stickyAttributes = {
      workerTaskQueue: { name: 'mine', kind: 'STICKY' as const },
      scheduleToStartTimeoutMs: 5000,
    };
    const mine = b.service.pollWorkflowTaskQueue({ taskQueue: { name: 'mine', kind: 'STICKY' } });
    await b.task([timer('t', 100)], { stickyAttributes });
    await b.clock.advance(100);
    let task = (await mine)!;
    const attempts: (number | undefined)[] = [];
    for (;;) {
      attempts.push(task.attempt);
      if (attempts.length === 3) break;
      const cause = 'WORKFLOW_WORKER_UNHANDLED_FAILURE';
      await b.service.respondWorkflowTaskFailed({ taskToken: task.taskToken, cause });
      task = await b.workflowTask();
    }
    expect(attempts).toEqual([1, 1, 2]);
    const tasks = (await b.history()).filter(({ type }) => type === 'WorkflowTaskScheduled');
    expect(tasks.map(({ attributes }) => attributes)).toMatchObject([
      { taskQueue: { kind: 'NORMAL' }, attempt: 1 },
      { taskQueue: { kind: 'STICKY' }, attempt: 1 },
      { taskQueue: { kind: 'NORMAL' }, attempt: 1 },
    ]);
  });

  it('record a signal with the same request id once', async () => {
    const b = bench();
    await b.start();
    await signal(b, 'r');
    await signal(b, 'r');
    expect((await b.types()).filter((t) => t.includes('Signaled'))).toHaveLength(1);
  });

  it('take a cancelled timer back that fired unseen', async () => {
    const b = bench();
    await b.start();
    await b.task([timer('t', 1000)]);
    await signal(b);
    const task = await b.workflowTask();
    await b.clock.advance(1000);
    const commands = [{ type: 'CancelTimer', attributes: { timerId: 't' } } as const];
    await b.service.respondWorkflowTaskCompleted({ taskToken: task.taskToken, commands });
    expect((await b.types()).slice(-2)).toEqual(['9 WorkflowTaskCompleted', '10 TimerCanceled']);
  });

  it('that only keep themselves alive time out after half an hour', async () => {
    const b = bench();
    await b.start('w', { workflowTaskTimeoutMs: 120_000 });
    let task = await b.workflowTask();
    for (let minutes = 0; minutes < 30; minutes++) {
      await b.clock.advance(60_000);
      const { taskToken } = task;
      await b.service.respondWorkflowTaskCompleted({
        ...{ taskToken, commands: [], forceCreateNewWorkflowTask: true },
      });
      task = await b.workflowTask();
    }
    await b.clock.advance(1);
    const late = { taskToken: task.taskToken, commands: [], forceCreateNewWorkflowTask: true };
    await expect(b.service.respondWorkflowTaskCompleted(late)).rejects.toMatchObject({ status: 'NOT_FOUND' });
    expect((await b.history()).at(-1)?.type).toBe('WorkflowTaskTimedOut');
    await b.task([complete]);
  });
});
