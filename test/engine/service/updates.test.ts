import { describe, expect, it } from 'vitest';
import { bench, complete, failure, payload, settled, taskQueue, timer } from './harness.js';

describe('updates', () => {
  const send = (
    b: ReturnType<typeof bench>,
    updateId: string,
    lifecycleStage: 'ACCEPTED' | 'COMPLETED' = 'COMPLETED',
  ) =>
    b.service.updateWorkflowExecution({
      workflowExecution: { workflowId: 'w' },
      waitPolicy: { lifecycleStage },
      request: { meta: { updateId }, input: { name: 'u' } },
    });
  const message = (updateId: string, kind: 'Acceptance' | 'Response' | 'Rejection') => ({
    id: `${updateId}/${kind}`,
    protocolInstanceId: updateId,
    body: {
      type: `temporal.api.update.v1.${kind}`,
      ...(kind === 'Response' && { outcome: { success: [payload(updateId)] } }),
      ...(kind === 'Rejection' && { failure: failure('no') }),
    } as never,
  });

  it('are told once that they were not answered, also when another run goes on', async () => {
    const b = bench();
    await b.start();
    const sent = send(b, 'u');
    await b.task([{ type: 'ContinueAsNewWorkflowExecution', attributes: { workflowType: { name: 'wf' } } }]);
    expect(await sent).toMatchObject({
      outcome: { failure: { message: expect.stringContaining('not answered') as string } },
    });
    expect((await b.workflowTask()).messages).toEqual([]);
  });

  it('are accepted and completed in history, and known by their id', async () => {
    const b = bench();
    await b.start();
    await b.task([timer('t', 1000)]);
    const sent = send(b, 'u');
    await b.task([], { messages: [message('u', 'Acceptance'), message('u', 'Response')] });
    expect(await sent).toMatchObject({ stage: 'COMPLETED', outcome: { success: [payload('u')] } });
    expect((await b.types()).slice(5)).toEqual([
      '6 WorkflowTaskScheduled',
      '7 WorkflowTaskStarted',
      '8 WorkflowTaskCompleted',
      '9 WorkflowExecutionUpdateAccepted',
      '10 WorkflowExecutionUpdateCompleted',
    ]);
    expect(await send(b, 'u')).toMatchObject({ stage: 'COMPLETED' });
    expect(await b.hasWorkflowTask()).toBe(false);
  });

  it('come to the worker that has the run in its cache, and history says so', async () => {
    const b = bench();
    await b.start();
    const taskQueue = { name: 'mine', kind: 'STICKY' as const };
    const stickyAttributes = { workerTaskQueue: taskQueue, scheduleToStartTimeoutMs: 5000 };
    const mine = b.service.pollWorkflowTaskQueue({ taskQueue });
    await b.task([timer('t', 1000)], { stickyAttributes });
    const sent = send(b, 'u');
    const { taskToken } = (await mine)!;
    const messages = [message('u', 'Acceptance'), message('u', 'Response')];
    await b.service.respondWorkflowTaskCompleted({ taskToken, commands: [], messages, stickyAttributes });
    await sent;
    const scheduled = (await b.history()).findLast(({ type }) => type === 'WorkflowTaskScheduled');
    expect(scheduled?.attributes).toMatchObject({ taskQueue });
  });

  it('with a start come with the first workflow task, though a worker waits for it', async () => {
    const b = bench();
    const task = b.service.pollWorkflowTaskQueue({ taskQueue });
    const both = b.service.executeMultiOperation({
      operations: [
        {
          startWorkflow: {
            workflowId: 'w',
            workflowType: { name: 't' },
            taskQueue,
            requestId: 'r',
          },
        },
        {
          updateWorkflow: {
            workflowExecution: { workflowId: 'w' },
            waitPolicy: { lifecycleStage: 'COMPLETED' },
            request: { meta: { updateId: 'u' }, input: { name: 'u' } },
          },
        },
      ],
    });
    const { taskToken, messages } = (await task)!;
    expect(messages).toHaveLength(1);
    const answers = [message('u', 'Acceptance'), message('u', 'Response')];
    await b.service.respondWorkflowTaskCompleted({ taskToken, commands: [], messages: answers });
    expect((await both).responses[1]).toMatchObject({ updateWorkflow: { stage: 'COMPLETED' } });
  });

  it('that are rejected with other work leave no event of their own', async () => {
    const b = bench();
    await b.start();
    const sent = send(b, 'u', 'ACCEPTED');
    await b.task([timer('t', 1)], { messages: [message('u', 'Rejection')] });
    expect(await sent).toMatchObject({ outcome: { failure: { message: 'no' } } });
    expect((await b.types()).some((t) => t.includes('Update'))).toBe(false);
  });

  it('that are rejected leave no trace in history', async () => {
    const b = bench();
    await b.start();
    await b.task([timer('t', 60_000)]);
    const before = await b.types();
    for (const id of ['u1', 'u2']) {
      const sent = send(b, id);
      const task = await b.task([], { messages: [message(id, 'Rejection')] });
      expect(task.history.events.slice(-2).map((e) => `${e.eventId} ${e.type}`)).toEqual([
        '6 WorkflowTaskScheduled',
        '7 WorkflowTaskStarted',
      ]);
      expect(await sent).toMatchObject({ outcome: { failure: { message: 'no' } } });
      expect(await b.types()).toEqual(before);
    }
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    await b.task([complete]);
    expect((await b.types()).slice(5)).toEqual([
      '6 WorkflowExecutionSignaled',
      '7 WorkflowTaskScheduled',
      '8 WorkflowTaskStarted',
      '9 WorkflowTaskCompleted',
      '10 WorkflowExecutionCompleted',
    ]);
  });

  it('have events as soon as their task does anything else', async () => {
    const b = bench();
    await b.start();
    await b.task([timer('t', 60_000)]);
    const rejected = send(b, 'u1');
    const task = await b.workflowTask();
    const signal = { workflowExecution: { workflowId: 'w' }, signalName: 's' };
    await b.service.signalWorkflowExecution(signal);
    const answer = { taskToken: task.taskToken, commands: [], identity: 'w' };
    await b.service.respondWorkflowTaskCompleted({ ...answer, messages: [message('u1', 'Rejection')] });
    await rejected;
    expect((await b.types()).slice(5)).toEqual([
      '6 WorkflowTaskScheduled',
      '7 WorkflowTaskStarted',
      '8 WorkflowTaskCompleted',
      '9 WorkflowExecutionSignaled',
      '10 WorkflowTaskScheduled',
    ]);
    await b.task([]);
    const sent = send(b, 'u2');
    await settled();
    // A signal before the task is taken has to have a task of its own, which a crash does not lose.
    await b.service.signalWorkflowExecution(signal);
    expect((await b.types()).slice(-2)).toEqual(['13 WorkflowExecutionSignaled', '14 WorkflowTaskScheduled']);
    await b.task([], { messages: [message('u2', 'Acceptance'), message('u2', 'Response')] });
    expect(await sent).toMatchObject({ stage: 'COMPLETED' });
  });

  it('survive a worker that dies with them', async () => {
    const b = bench();
    await b.start();
    await b.task([timer('t', 60_000)]);
    const sent = send(b, 'u');
    expect((await b.workflowTask()).messages).toHaveLength(1);
    await b.clock.advance(10_000);
    const task = await b.task([], { messages: [message('u', 'Acceptance'), message('u', 'Response')] });
    expect(task.messages).toHaveLength(1);
    expect(await sent).toMatchObject({ stage: 'COMPLETED' });
  });

  it('that are accepted fail with the end of their run', async () => {
    const b = bench();
    await b.start();
    const sent = send(b, 'u');
    await b.task([complete], { messages: [message('u', 'Acceptance')] });
    expect(await sent).toMatchObject({
      outcome: { failure: { applicationFailureInfo: { type: 'AcceptedUpdateCompletedWorkflow' } } },
    });
  });

  it('come with the start of their workflow', async () => {
    const b = bench();
    const sent = b.service.executeMultiOperation({
      operations: [
        { startWorkflow: { workflowId: 'w', workflowType: { name: 'wf' }, taskQueue: { name: 'q' } } },
        {
          updateWorkflow: {
            workflowExecution: { workflowId: 'w' },
            waitPolicy: { lifecycleStage: 'COMPLETED' },
            request: { meta: { updateId: 'u' }, input: { name: 'u' } },
          },
        },
      ],
    });
    await b.task([timer('t', 1)], { messages: [message('u', 'Acceptance'), message('u', 'Response')] });
    expect((await sent).responses).toMatchObject([
      { startWorkflow: { started: true } },
      { updateWorkflow: { stage: 'COMPLETED' } },
    ]);
  });
});
