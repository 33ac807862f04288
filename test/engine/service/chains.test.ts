import type { Command } from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { bench, complete, failure, payload, timer, type Bench } from './harness.js';

const hour = 3_600_000;
const fail = (message: string): Command => ({
  type: 'FailWorkflowExecution',
  attributes: { failure: failure(message) },
});
const result = (value: unknown): Command => ({
  type: 'CompleteWorkflowExecution',
  attributes: { result: [payload(value)] },
});
const continued: Command = {
  type: 'ContinueAsNewWorkflowExecution',
  attributes: { workflowType: { name: 'wf' } },
};
const first = async (b: Bench) => (await b.history())[0]!.attributes as Record<string, unknown>;
const statusOf = async (b: Bench, workflowId = 'w') =>
  (await b.service.describeWorkflowExecution({ execution: { workflowId } })).workflowExecutionInfo.status;

describe('a cron workflow', () => {
  const cron = async (more: object = {}) => {
    const b = bench();
    await b.start('w', { cronSchedule: '0 * * * *', ...more });
    return b;
  };

  it('says from its first run on that its schedule began it', async () => {
    const b = await cron();
    expect(await first(b)).toMatchObject({ initiator: 'CRON_SCHEDULE', firstWorkflowTaskBackoffMs: hour });
    expect(await b.hasWorkflowTask()).toBe(false);
  });

  it('goes on after a failure, with it and with the last result', async () => {
    const b = await cron();
    await b.clock.advance(hour);
    await b.task([result(1)]);
    await b.clock.advance(hour);
    await b.task([fail('bad')]);
    expect(await first(b)).toMatchObject({
      initiator: 'CRON_SCHEDULE',
      lastCompletionResult: [payload(1)],
      continuedFailure: { message: 'bad' },
      attempt: 1,
    });
    await b.clock.advance(hour);
    await b.task([result(2)]);
    expect(await first(b)).not.toHaveProperty('continuedFailure');
  });

  it('is retried first, by its policy, and goes on at its next time when that is used up', async () => {
    const b = await cron({ retryPolicy: { initialIntervalMs: 1000, maximumAttempts: 2 } });
    await b.clock.advance(hour);
    await b.task([fail('one')]);
    expect(await first(b)).toMatchObject({
      initiator: 'RETRY',
      attempt: 2,
      firstWorkflowTaskBackoffMs: 1000,
    });
    await b.clock.advance(1000);
    await b.task([fail('two')]);
    expect(await first(b)).toMatchObject({
      initiator: 'CRON_SCHEDULE',
      attempt: 1,
      firstWorkflowTaskBackoffMs: hour - 1000,
    });
  });

  it('goes on after a run timed out, leaving out the times that it missed', async () => {
    const b = await cron({ workflowRunTimeoutMs: 2.5 * hour });
    await b.clock.advance(3.5 * hour);
    expect(await first(b)).toMatchObject({
      initiator: 'CRON_SCHEDULE',
      firstWorkflowTaskBackoffMs: hour / 2,
      continuedFailure: { timeoutFailureInfo: { timeoutType: 'START_TO_CLOSE' } },
    });
  });

  it('continues as new at once, and keeps its schedule', async () => {
    const b = await cron();
    await b.clock.advance(hour);
    await b.task([continued]);
    const { runId } = (await b.service.describeWorkflowExecution({ execution: { workflowId: 'w' } }))
      .workflowExecutionInfo.execution;
    expect(await first(b)).toMatchObject({
      initiator: 'WORKFLOW',
      cronSchedule: '0 * * * *',
      originalExecutionRunId: runId,
    });
    await b.task([result(1)]);
    expect(await first(b)).toMatchObject({ initiator: 'CRON_SCHEDULE', firstWorkflowTaskBackoffMs: hour });
  });

  it.each([
    ['cancelled', [{ type: 'CancelWorkflowExecution', attributes: {} }] as Command[], 'CANCELED'],
    ['terminated', undefined, 'TERMINATED'],
  ])('ends when it is %s', async (_, commands, status) => {
    const b = await cron();
    await b.clock.advance(hour);
    if (commands) await b.task(commands);
    else await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: 'w' } });
    expect(await statusOf(b)).toBe(status);
  });

  it('ends with the execution timeout, also while it waits for its next time', async () => {
    const b = await cron({ workflowExecutionTimeoutMs: 1.5 * hour });
    await b.clock.advance(hour);
    await b.task([complete]);
    await b.clock.advance(hour / 2);
    expect(await statusOf(b)).toBe('TIMED_OUT');
    expect((await b.history()).at(-1)?.attributes).toMatchObject({ retryState: 'TIMEOUT' });
  });

  it('does not take a start delay, nor a schedule without times', async () => {
    const b = bench();
    const delayed = b.start('w', { cronSchedule: '@daily', workflowStartDelayMs: 1 });
    await expect(delayed).rejects.toThrow('workflowStartDelay');
    await expect(b.start('w', { cronSchedule: '0 0 30 2 *' })).rejects.toThrow('has no time to come');
  });

  it('that is a child waits for its first time, and tells its parent only when its chain ends', async () => {
    const b = bench();
    await b.start('parent');
    const child = { workflowId: 'w', workflowType: { name: 'wf' }, cronSchedule: '0 * * * *' };
    await b.task([{ type: 'StartChildWorkflowExecution', attributes: child }]);
    await b.task([]);
    expect(await first(b)).toMatchObject({ initiator: 'CRON_SCHEDULE', firstWorkflowTaskBackoffMs: hour });
    expect(await b.hasWorkflowTask()).toBe(false);
    await b.clock.advance(hour);
    await b.task([complete]);
    expect((await b.types('parent')).some((type) => type.endsWith('ChildWorkflowExecutionCompleted'))).toBe(
      false,
    );
    await b.clock.advance(hour);
    await b.task([{ type: 'CancelWorkflowExecution', attributes: {} }]);
    expect((await b.types('parent')).at(-2)).toContain('ChildWorkflowExecutionCanceled');
  });
});

describe('the timeouts of a workflow', () => {
  it('let an execution take its time from the start on, delay and all runs of its chain included', async () => {
    const b = bench();
    await b.start('w', { workflowExecutionTimeoutMs: 10_000, workflowStartDelayMs: 4000 });
    await b.clock.advance(4000);
    await b.task([continued]);
    await b.task([continued]);
    await b.clock.advance(5999);
    expect(await statusOf(b)).toBe('RUNNING');
    await b.clock.advance(1);
    expect(await statusOf(b)).toBe('TIMED_OUT');
  });

  it('let each run take its time from the end of its delay on, and retry one that took too long', async () => {
    const b = bench();
    const retryPolicy = { initialIntervalMs: 1000, maximumAttempts: 2 };
    await b.start('w', { workflowRunTimeoutMs: 5000, workflowStartDelayMs: 4000, retryPolicy });
    await b.clock.advance(8999);
    expect(await first(b)).toMatchObject({ attempt: 1 });
    await b.clock.advance(1);
    expect(await first(b)).toMatchObject({ attempt: 2, initiator: 'RETRY' });
    await b.clock.advance(6000);
    expect((await b.history()).at(-1)).toMatchObject({
      type: 'WorkflowExecutionTimedOut',
      attributes: { retryState: 'MAXIMUM_ATTEMPTS_REACHED' },
    });
  });

  it('do not retry past the end of the execution, nor start an attempt that could not begin before it', async () => {
    const b = bench();
    const retryPolicy = { initialIntervalMs: 6000 };
    await b.start('w', { workflowExecutionTimeoutMs: 10_000, retryPolicy });
    await b.clock.advance(5000);
    await b.task([fail('x')]);
    expect((await b.history()).at(-1)?.attributes).toMatchObject({ retryState: 'TIMEOUT' });
  });

  it('are cut to one another: the run to the execution, the task to the run', async () => {
    const b = bench();
    const timeouts = { workflowExecutionTimeoutMs: 5000, workflowRunTimeoutMs: 60_000 };
    await b.start('w', timeouts);
    expect(await first(b)).toMatchObject({ workflowRunTimeoutMs: 5000, workflowTaskTimeoutMs: 5000 });
    const child = { workflowId: 'c', workflowType: { name: 'wf' }, ...timeouts };
    await b.task([{ type: 'StartChildWorkflowExecution', attributes: child }]);
    expect((await b.history('c'))[0]?.attributes).toMatchObject({ workflowRunTimeoutMs: 5000 });
  });

  it('of a workflow task are at most two minutes', async () => {
    const b = bench();
    await b.start('w', { workflowTaskTimeoutMs: 600_000 });
    expect(await first(b)).toMatchObject({ workflowTaskTimeoutMs: 120_000 });
  });
});

describe('a retried workflow', () => {
  it.each([
    ['a failure that must not be', failure('x', { nonRetryable: true }), 'NON_RETRYABLE_FAILURE'],
    ['a type that the policy names', failure('x', { type: 'Fatal' }), 'NON_RETRYABLE_FAILURE'],
    ['any other', failure('x'), 'IN_PROGRESS'],
  ])('is not retried after %s', async (_, error, retryState) => {
    const b = bench();
    await b.start('w', { retryPolicy: { nonRetryableErrorTypes: ['Fatal'] } });
    const { runId } = (await b.service.describeWorkflowExecution({ execution: { workflowId: 'w' } }))
      .workflowExecutionInfo.execution;
    await b.task([{ type: 'FailWorkflowExecution', attributes: { failure: error } }]);
    expect((await b.history('w', runId)).at(-1)?.attributes).toMatchObject({ retryState });
  });

  it('is a first attempt again when it continues as new, and keeps its first run id', async () => {
    const b = bench();
    const runId = await b.start('w', { retryPolicy: { initialIntervalMs: 1000, maximumAttempts: 3 } });
    await b.task([fail('x')]);
    await b.clock.advance(1000);
    await b.task([continued]);
    expect(await first(b)).toMatchObject({
      attempt: 1,
      firstExecutionRunId: runId,
      retryPolicy: { maximumAttempts: 3 },
    });
    expect(await first(b)).not.toHaveProperty('continuedFailure');
  });
});

describe('commands with impossible values fail the workflow task, and nothing of it is recorded', () => {
  const long = 'x'.repeat(1001);
  const large = payload('x'.repeat(2 * 1024 * 1024));
  const child = (more: object) => ({
    type: 'StartChildWorkflowExecution',
    attributes: { workflowId: 'c', workflowType: { name: 'wf' }, ...more },
  });
  const again = (more: object) => ({
    type: 'ContinueAsNewWorkflowExecution',
    attributes: { workflowType: { name: 'wf' }, ...more },
  });
  const act = (more: object) => ({
    type: 'ScheduleActivityTask',
    attributes: { activityId: 'a', activityType: { name: 'a' }, startToCloseTimeoutMs: 1, ...more },
  });
  const childCause = 'BAD_START_CHILD_EXECUTION_ATTRIBUTES';
  const continueCause = 'BAD_CONTINUE_AS_NEW_ATTRIBUTES';
  const activityCause = 'BAD_SCHEDULE_ACTIVITY_ATTRIBUTES';
  it.each([
    ['a child’s cron schedule', child({ cronSchedule: '61 * * * *' }), childCause],
    ['a child’s id', child({ workflowId: long }), childCause],
    ['a child’s missing type', child({ workflowType: {} }), childCause],
    ['a child’s timeout', child({ workflowRunTimeoutMs: -1 }), childCause],
    ['a child’s retry policy', child({ retryPolicy: { backoffCoefficient: 0.5 } }), childCause],
    [
      'a child’s search attribute',
      child({ searchAttributes: { indexedFields: { No: payload(1) } } }),
      'BAD_SEARCH_ATTRIBUTES',
    ],
    ['a child’s input', child({ input: [large] }), 'PAYLOADS_TOO_LARGE'],
    ['a new run’s missing type', again({ workflowType: {} }), continueCause],
    ['a new run’s task queue', again({ taskQueue: { name: long } }), continueCause],
    ['a new run’s timeout', again({ workflowRunTimeoutMs: -1 }), continueCause],
    ['a new run’s backoff', again({ backoffStartIntervalMs: -1 }), continueCause],
    ['an activity’s id', act({ activityId: long }), activityCause],
    ['an activity’s type', act({ activityType: { name: long } }), activityCause],
    ['an activity’s task queue', act({ taskQueue: { name: long } }), activityCause],
    ['an activity’s timeout', act({ heartbeatTimeoutMs: -1 }), activityCause],
    ['an activity’s retry policy', act({ retryPolicy: { maximumAttempts: 0.5 } }), activityCause],
    [
      'a memo',
      { type: 'ModifyWorkflowProperties', attributes: { upsertedMemo: { fields: { m: large } } } },
      'BAD_MODIFY_WORKFLOW_PROPERTIES_ATTRIBUTES',
    ],
    [
      'a failure',
      { type: 'FailWorkflowExecution', attributes: { failure: failure('x', { details: [large] }) } },
      'PAYLOADS_TOO_LARGE',
    ],
    [
      'a result',
      { type: 'CompleteWorkflowExecution', attributes: { result: [large] } },
      'PAYLOADS_TOO_LARGE',
    ],
    [
      'details of a cancellation',
      { type: 'CancelWorkflowExecution', attributes: { details: [large] } },
      'PAYLOADS_TOO_LARGE',
    ],
    [
      'a timer',
      { type: 'StartTimer', attributes: { timerId: 't', startToFireTimeoutMs: -1 } },
      'BAD_START_TIMER_ATTRIBUTES',
    ],
    [
      'a signal',
      {
        type: 'SignalExternalWorkflowExecution',
        attributes: { signalName: '', execution: { workflowId: 'x' } },
      },
      'BAD_SIGNAL_WORKFLOW_EXECUTION_ATTRIBUTES',
    ],
    ['a marker', { type: 'RecordMarker', attributes: {} }, 'BAD_RECORD_MARKER_ATTRIBUTES'],
  ])('%s', async (_, command, cause) => {
    const b = bench();
    await b.start();
    await b.task([timer('before', 1000), command as Command]).catch(() => undefined);
    const events = await b.history();
    expect(events.map((e) => e.type).slice(2)).toEqual(['WorkflowTaskStarted', 'WorkflowTaskFailed']);
    expect(events.at(-1)?.attributes).toMatchObject({ cause });
  });
});
