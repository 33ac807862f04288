import { describe, expect, it } from 'vitest';
import { activity, bench, complete, failure, payload, timer } from './harness.js';

const child = (more: object = {}) =>
  ({
    type: 'StartChildWorkflowExecution',
    attributes: { workflowId: 'c', workflowType: { name: 'child' }, ...more },
  }) as const;
const fail = (message: string) =>
  ({ type: 'FailWorkflowExecution', attributes: { failure: failure(message) } }) as const;

describe('starts', () => {
  it.each([
    ['a running one', {}, false, 'ALREADY_EXISTS'],
    ['a running one, USE_EXISTING', { workflowIdConflictPolicy: 'USE_EXISTING' }, false, 'same'],
    ['a running one, TERMINATE_EXISTING', { workflowIdConflictPolicy: 'TERMINATE_EXISTING' }, false, 'new'],
    ['a running one, TERMINATE_IF_RUNNING', { workflowIdReusePolicy: 'TERMINATE_IF_RUNNING' }, false, 'new'],
    ['a completed one', {}, true, 'new'],
    [
      'a completed one, REJECT_DUPLICATE',
      { workflowIdReusePolicy: 'REJECT_DUPLICATE' },
      true,
      'ALREADY_EXISTS',
    ],
    [
      'a completed one, ALLOW_DUPLICATE_FAILED_ONLY',
      { workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY' },
      true,
      'ALREADY_EXISTS',
    ],
  ])('meet %s', async (_, policies, isCompleted, expected) => {
    const b = bench();
    const first = await b.start();
    if (isCompleted) await b.task([complete]);
    const second = await b.start('w', policies).catch((e: { status: string }) => e.status);
    if (expected === 'ALREADY_EXISTS') expect(second).toBe('ALREADY_EXISTS');
    else expect(second === first).toBe(expected === 'same');
    const { status } = (
      await b.service.describeWorkflowExecution({ execution: { workflowId: 'w', runId: first } })
    ).workflowExecutionInfo;
    expect(status).toBe(isCompleted ? 'COMPLETED' : expected === 'new' ? 'TERMINATED' : 'RUNNING');
  });

  it('with the same request id answer with the same run', async () => {
    const b = bench();
    expect(await b.start('w', { requestId: 'r' })).toBe(await b.start('w', { requestId: 'r' }));
  });

  it('with the same request id answer with the same run when others have followed it', async () => {
    const b = bench();
    const first = await b.start('w', { requestId: 'r' });
    await b.task([{ type: 'ContinueAsNewWorkflowExecution', attributes: { workflowType: { name: 'wf' } } }]);
    expect(await b.start('w', { requestId: 'r' })).toBe(first);
    await b.task([complete]);
    expect(await b.start('w', { requestId: 'r' })).toBe(first);
    expect((await b.service.countWorkflowExecutions({})).count).toBe(2);
  });

  it('with the same request id answer with the same run when it ended after it had been out of memory', async () => {
    const b = bench({ maxLoadedRuns: 1 });
    const first = await b.start('w', { requestId: 'r' });
    await b.task([timer('t', 1000)]);
    for (const other of ['a', 'b', 'c']) {
      await b.start(other);
      await b.task([timer('t', 60_000)]);
    }
    await b.clock.advance(1000);
    await b.task([complete]);
    expect(await b.start('w', { requestId: 'r' })).toBe(first);
  });

  it.each([
    ['workflowId', { workflowId: '' }],
    ['workflowRunTimeout', { workflowRunTimeoutMs: -1 }],
    ['retryPolicy.backoffCoefficient', { retryPolicy: { backoffCoefficient: 0.5 } }],
    ['retryPolicy.maximumAttempts', { retryPolicy: { maximumAttempts: 1.5 } }],
    ['cron expression', { cronSchedule: '61 * * * *' }],
    ['searchAttributes', { searchAttributes: { indexedFields: { Nope: payload(1) } } }],
    ['input', { input: [{ data: 'A'.repeat(3_000_000) }] }],
  ])('with an impossible %s are refused, and write nothing', async (option, bad) => {
    const b = bench();
    await expect(b.start('w', bad)).rejects.toThrow(option);
    expect((await b.service.countWorkflowExecutions({})).count).toBe(0);
  });

  it('with a delay run after it; a signal does not wake them, a signal-with-start does', async () => {
    const b = bench();
    const execution = { workflowId: 'w' };
    await b.start('w', { workflowStartDelayMs: 60_000 });
    await b.service.signalWorkflowExecution({ workflowExecution: execution, signalName: 's' });
    expect(await b.types()).toEqual(['1 WorkflowExecutionStarted', '2 WorkflowExecutionSignaled']);
    await b.clock.advance(60_000);
    expect((await b.types()).at(-1)).toBe('3 WorkflowTaskScheduled');
    await b.start('v', { workflowStartDelayMs: 60_000 });
    await b.service.signalWithStartWorkflowExecution({
      workflowId: 'v',
      workflowType: { name: 'wf' },
      taskQueue: { name: 'q' },
      signalName: 's',
    });
    expect((await b.types('v')).at(-1)).toBe('3 WorkflowTaskScheduled');
  });
});

describe('runs', () => {
  it('time out, and tell what was in flight', async () => {
    const b = bench();
    await b.start('w', { workflowRunTimeoutMs: 5000 });
    await b.workflowTask();
    await b.clock.advance(5000);
    expect((await b.types()).slice(3)).toEqual(['4 WorkflowTaskFailed', '5 WorkflowExecutionTimedOut']);
  });

  it('that fail are retried by their policy, in a new run after the backoff', async () => {
    const b = bench();
    const first = await b.start('w', { retryPolicy: { initialIntervalMs: 1000, maximumAttempts: 2 } });
    await b.task([fail('one')]);
    const closed = (await b.history('w', first)).at(-1)?.attributes;
    expect(closed).toMatchObject({ retryState: 'IN_PROGRESS', newExecutionRunId: expect.any(String) });
    const [started] = await b.history('w');
    expect(started?.attributes).toMatchObject({
      attempt: 2,
      initiator: 'RETRY',
      continuedExecutionRunId: first,
      firstExecutionRunId: first,
      continuedFailure: { message: 'one' },
      firstWorkflowTaskBackoffMs: 1000,
    });
    expect(await b.hasWorkflowTask()).toBe(false);
    await b.clock.advance(1000);
    await b.task([fail('two')]);
    expect((await b.history('w')).at(-1)?.attributes).toMatchObject({
      retryState: 'MAXIMUM_ATTEMPTS_REACHED',
    });
  });

  it('with a cron schedule start again at its next time, with the last result', async () => {
    const b = bench();
    await b.start('w', { cronSchedule: '0 * * * *' });
    expect((await b.history())[0]?.attributes).toMatchObject({ firstWorkflowTaskBackoffMs: 3_600_000 });
    await b.clock.advance(3_600_000);
    await b.task([{ type: 'CompleteWorkflowExecution', attributes: { result: [payload(1)] } }]);
    expect((await b.history())[0]?.attributes).toMatchObject({
      initiator: 'CRON_SCHEDULE',
      lastCompletionResult: [payload(1)],
      firstWorkflowTaskBackoffMs: 3_600_000,
    });
  });

  it('that continue as new keep their chain, memo and search attributes', async () => {
    const b = bench();
    const first = await b.start('w', { memo: { fields: { m: payload(1) } } });
    await b.task([
      {
        type: 'ContinueAsNewWorkflowExecution',
        attributes: { workflowType: { name: 'wf' }, input: [payload(2)] },
      },
    ]);
    const [started, scheduled] = await b.history();
    expect(started?.attributes).toMatchObject({
      input: [payload(2)],
      firstExecutionRunId: first,
      continuedExecutionRunId: first,
      initiator: 'WORKFLOW',
      memo: { fields: { m: payload(1) } },
    });
    expect(scheduled?.type).toBe('WorkflowTaskScheduled');
  });

  it('that are terminated record what was in flight, and answer nothing later', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1')]);
    const task = await b.activity();
    await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: 'w' }, reason: 'stop' });
    expect((await b.types()).at(-1)).toBe('6 WorkflowExecutionTerminated');
    const late = b.service.respondActivityTaskCompleted({ taskToken: task.taskToken });
    await expect(late).rejects.toMatchObject({ status: 'NOT_FOUND' });
  });

  it('are cancelled once, however often it is asked', async () => {
    const b = bench();
    await b.start();
    const cancel = () => b.service.requestCancelWorkflowExecution({ workflowExecution: { workflowId: 'w' } });
    await cancel();
    await cancel();
    expect((await b.types()).filter((t) => t.includes('CancelRequested'))).toHaveLength(1);
  });
});

describe('children', () => {
  it('tell their parent how they began and ended', async () => {
    const b = bench();
    const parent = await b.start();
    await b.task([child()]);
    expect((await b.types()).slice(4)).toEqual([
      '5 StartChildWorkflowExecutionInitiated',
      '6 ChildWorkflowExecutionStarted',
      '7 WorkflowTaskScheduled',
    ]);
    expect((await b.history('c'))[0]?.attributes).toMatchObject({
      parentWorkflowExecution: { workflowId: 'w', runId: parent },
      parentInitiatedEventId: 5,
      rootWorkflowExecution: { workflowId: 'w', runId: parent },
    });
    await b.task([]);
    await b.task([{ type: 'CompleteWorkflowExecution', attributes: { result: [payload('r')] } }]);
    const [completed] = (await b.history()).filter((e) => e.type === 'ChildWorkflowExecutionCompleted');
    expect(completed?.attributes).toMatchObject({
      result: [payload('r')],
      initiatedEventId: 5,
      startedEventId: 6,
    });
  });

  it('whose id is taken do not begin', async () => {
    const b = bench();
    await b.start('c', { taskQueue: { name: 'other' } });
    await b.start();
    await b.task([child()]);
    expect((await b.history()).at(-2)?.attributes).toMatchObject({
      cause: 'WORKFLOW_ALREADY_EXISTS',
      initiatedEventId: 5,
    });
  });

  it.each([
    ['TERMINATE', 'WorkflowExecutionTerminated'],
    ['REQUEST_CANCEL', 'WorkflowExecutionCancelRequested'],
    ['ABANDON', 'WorkflowTaskScheduled'],
  ])('meet the end of their parent by %s', async (parentClosePolicy, lastEvent) => {
    const b = bench();
    await b.start();
    await b.task([child({ parentClosePolicy, taskQueue: { name: 'children' } })]);
    await b.task([complete]);
    expect((await b.history('c')).at(-1)?.type).toBe(lastEvent);
  });

  it('are signalled and cancelled by their parent, and only by it', async () => {
    const b = bench();
    await b.start('stranger', { taskQueue: { name: 'other' } });
    await b.start();
    await b.task([child({ taskQueue: { name: 'children' } })]);
    const signal = (workflowId: string) =>
      ({
        type: 'SignalExternalWorkflowExecution',
        attributes: { execution: { workflowId }, signalName: 's', childWorkflowOnly: true },
      }) as const;
    const cancel = {
      type: 'RequestCancelExternalWorkflowExecution',
      attributes: { workflowId: 'c', childWorkflowOnly: true },
    } as const;
    await b.task([signal('c'), signal('stranger'), cancel]);
    expect((await b.types('c')).slice(2)).toEqual([
      '3 WorkflowExecutionSignaled',
      '4 WorkflowExecutionCancelRequested',
    ]);
    const types = (await b.types()).slice(9);
    expect(types).toEqual([
      '10 SignalExternalWorkflowExecutionInitiated',
      '11 SignalExternalWorkflowExecutionInitiated',
      '12 RequestCancelExternalWorkflowExecutionInitiated',
      '13 ExternalWorkflowExecutionSignaled',
      '14 WorkflowTaskScheduled',
      '15 SignalExternalWorkflowExecutionFailed',
      '16 ExternalWorkflowExecutionCancelRequested',
    ]);
  });
});

describe('operators', () => {
  it('reset a run to a workflow task: its signals come again', async () => {
    const b = bench();
    const first = await b.start();
    await b.task([timer('t', 60_000)]);
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    await b.task([]);
    const { runId } = await b.service.resetWorkflowExecution({
      workflowExecution: { workflowId: 'w' },
      workflowTaskFinishEventId: 4,
      reason: 'try again',
    });
    expect((await b.history('w', first)).at(-1)?.type).toBe('WorkflowExecutionTerminated');
    expect(await b.types('w', runId)).toEqual([
      '1 WorkflowExecutionStarted',
      '2 WorkflowTaskScheduled',
      '3 WorkflowTaskStarted',
      '4 WorkflowTaskFailed',
      '5 WorkflowExecutionSignaled',
      '6 WorkflowTaskScheduled',
    ]);
    await b.task([complete]);
    expect((await b.types('w', runId)).at(-1)).toBe('9 WorkflowExecutionCompleted');
  });

  it('delete a run with its history', async () => {
    const b = bench();
    await b.start();
    const deleted = b.service.deleteWorkflowExecution({ workflowExecution: { workflowId: 'w' } });
    await expect(b.history()).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await deleted;
    await expect(b.history()).rejects.toMatchObject({ status: 'NOT_FOUND' });
  });

  it('import an open history, which goes on', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1'), timer('t', 1000)]);
    const events = await b.history();
    const c = bench();
    await c.service.importWorkflowExecution({ events });
    const task = await c.activity();
    await c.service.respondActivityTaskCompleted({ taskToken: task.taskToken });
    await c.task([complete]);
    expect((await c.types()).at(-1)).toBe('12 WorkflowExecutionCompleted');
  });

  it('describe what is pending', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1'), timer('t', 1000), child({ taskQueue: { name: 'children' } })]);
    const d = await b.service.describeWorkflowExecution({ execution: { workflowId: 'w' } });
    expect(d).toMatchObject({
      pendingActivities: [{ activityId: '1', state: 'SCHEDULED', attempt: 1 }],
      pendingTimers: [{ timerId: 't', fireTimeMs: b.clock.nowMs() + 1000 }],
      pendingChildren: [{ workflowId: 'c', initiatedId: 7 }],
      pendingWorkflowTask: { state: 'SCHEDULED' },
    });
  });
});
