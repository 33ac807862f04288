import type { TaskApi } from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { activity, bench, failure, payload, taskQueue } from './harness.js';

const last = async (b: ReturnType<typeof bench>, type: string) =>
  (await b.history()).findLast((e) => e.type === type)?.attributes as Record<string, unknown>;

describe('activities', () => {
  it('are retried with backoff, and record the last attempt with its outcome', async () => {
    const b = bench();
    await b.start();
    await b.task([
      activity('1', { retryPolicy: { initialIntervalMs: 1000, backoffCoefficient: 3, maximumAttempts: 3 } }),
    ]);
    for (const [attempt, waitMs] of [
      [1, 1000],
      [2, 3000],
    ] as const) {
      const task = await b.activity();
      expect(task.attempt).toBe(attempt);
      await b.service.respondActivityTaskFailed({
        taskToken: task.taskToken,
        failure: failure(`no ${attempt}`),
      });
      await b.clock.advance(waitMs - 1);
      expect(await b.hasActivity()).toBe(false);
      await b.clock.advance(1);
    }
    const task = await b.activity();
    await b.service.respondActivityTaskFailed({ taskToken: task.taskToken, failure: failure('no 3') });
    expect((await b.types()).slice(4)).toEqual([
      '5 ActivityTaskScheduled',
      '6 ActivityTaskStarted',
      '7 ActivityTaskFailed',
      '8 WorkflowTaskScheduled',
    ]);
    expect(await last(b, 'ActivityTaskStarted')).toMatchObject({
      attempt: 3,
      lastFailure: { message: 'no 2' },
    });
    expect(await last(b, 'ActivityTaskFailed')).toMatchObject({
      startedEventId: 6,
      retryState: 'MAXIMUM_ATTEMPTS_REACHED',
    });
  });

  it.each([
    ['nonRetryable', failure('x', { nonRetryable: true }), {}],
    ['a type that the policy names', failure('x', { type: 'Fatal' }), { nonRetryableErrorTypes: ['Fatal'] }],
  ])('are not retried after %s', async (_, error, policy) => {
    const b = bench();
    await b.start();
    await b.task([activity('1', { retryPolicy: policy })]);
    const task = await b.activity();
    await b.service.respondActivityTaskFailed({ taskToken: task.taskToken, failure: error });
    expect(await last(b, 'ActivityTaskFailed')).toMatchObject({ retryState: 'NON_RETRYABLE_FAILURE' });
  });

  it('take the delay that a failure names', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1')]);
    const task = await b.activity();
    await b.service.respondActivityTaskFailed({
      taskToken: task.taskToken,
      failure: failure('x', { nextRetryDelayMs: 50 }),
    });
    await b.clock.advance(49);
    expect(await b.hasActivity()).toBe(false);
    await b.clock.advance(1);
    expect((await b.activity()).attempt).toBe(2);
  });

  it.each([
    [
      'SCHEDULE_TO_START',
      { scheduleToStartTimeoutMs: 100 },
      false,
      'NON_RETRYABLE_FAILURE',
      'activity ScheduleToStart timeout',
    ],
    [
      'SCHEDULE_TO_CLOSE',
      { scheduleToCloseTimeoutMs: 100 },
      true,
      'TIMEOUT',
      'activity ScheduleToClose timeout',
    ],
    [
      'START_TO_CLOSE',
      { startToCloseTimeoutMs: 100, retryPolicy: { maximumAttempts: 1 } },
      true,
      'MAXIMUM_ATTEMPTS_REACHED',
      'activity StartToClose timeout',
    ],
    [
      'HEARTBEAT',
      { heartbeatTimeoutMs: 100, retryPolicy: { maximumAttempts: 1 } },
      true,
      'MAXIMUM_ATTEMPTS_REACHED',
      'activity Heartbeat timeout',
    ],
  ])('time out by %s', async (timeoutType, options, starts, retryState, message) => {
    const b = bench();
    await b.start();
    await b.task([activity('1', options)]);
    if (starts) await b.activity();
    await b.clock.advance(99);
    expect((await b.types()).some((t) => t.includes('TimedOut'))).toBe(false);
    await b.clock.advance(1);
    expect(await last(b, 'ActivityTaskTimedOut')).toMatchObject({
      retryState,
      failure: { message, timeoutFailureInfo: { timeoutType } },
    });
  });

  it('end with schedule-to-close when no further attempt fits', async () => {
    const b = bench();
    await b.start();
    await b.task([
      activity('1', { scheduleToCloseTimeoutMs: 1500, retryPolicy: { initialIntervalMs: 2000 } }),
    ]);
    const task = await b.activity();
    await b.service.respondActivityTaskFailed({ taskToken: task.taskToken, failure: failure('x') });
    expect(await last(b, 'ActivityTaskFailed')).toMatchObject({
      retryState: 'TIMEOUT',
      failure: { message: 'x' },
    });
  });

  it('hand heartbeat details to the next attempt', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1', { heartbeatTimeoutMs: 1000, retryPolicy: { initialIntervalMs: 10 } })]);
    const first = await b.activity();
    await b.clock.advance(900);
    await b.service.recordActivityTaskHeartbeat({ taskToken: first.taskToken, details: [payload('half')] });
    await b.clock.advance(900);
    expect(await b.hasActivity()).toBe(false);
    await b.clock.advance(110);
    expect(await b.activity()).toMatchObject({ attempt: 2, heartbeatDetails: [payload('half')] });
  });

  it('refuse a result that comes after a timeout, a retry, or an outcome', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1', { startToCloseTimeoutMs: 100, retryPolicy: { initialIntervalMs: 10 } })]);
    const late = await b.activity();
    await b.clock.advance(110);
    const answer = (taskToken: string) => b.service.respondActivityTaskCompleted({ taskToken });
    await expect(answer(late.taskToken)).rejects.toMatchObject({ status: 'NOT_FOUND' });
    const second = await b.activity();
    await expect(answer(late.taskToken)).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await answer(second.taskToken);
    await expect(answer(second.taskToken)).rejects.toMatchObject({ status: 'NOT_FOUND' });
    expect((await b.types()).filter((t) => t.includes('ActivityTaskCompleted'))).toHaveLength(1);
  });

  it('that wait are cancelled at once, those that run when their worker says so', async () => {
    const b = bench();
    await b.start();
    await b.task([activity('1'), activity('2')]);
    const running = await b.activity();
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    const cancel = (scheduledEventId: number) =>
      ({ type: 'RequestCancelActivityTask', attributes: { scheduledEventId } }) as const;
    await b.task([cancel(5), cancel(6)]);
    expect((await b.types()).slice(-4)).toEqual([
      '11 ActivityTaskCancelRequested',
      '12 ActivityTaskCancelRequested',
      '13 ActivityTaskCanceled',
      '14 WorkflowTaskScheduled',
    ]);
    const beat = await b.service.recordActivityTaskHeartbeat({ taskToken: running.taskToken });
    expect(beat.cancelRequested).toBe(true);
    await b.service.respondActivityTaskCanceled({ taskToken: running.taskToken });
    expect((await b.types()).slice(-2)).toEqual(['15 ActivityTaskStarted', '16 ActivityTaskCanceled']);
  });

  it('without a close timeout fail the workflow task', async () => {
    const b = bench();
    await b.start();
    const bad = b.task([activity('1', { startToCloseTimeoutMs: 0 })]);
    await expect(bad).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(await last(b, 'WorkflowTaskFailed')).toMatchObject({ cause: 'BAD_SCHEDULE_ACTIVITY_ATTRIBUTES' });
  });

  it('of one task queue begin no faster than its rate', async () => {
    const b = bench();
    await b.start();
    await b.task(['1', '2', '3'].map((id) => activity(id)));
    let begun = 0;
    const poll = async () => {
      const request = { taskQueue, embedded: true, taskQueueMetadata: { maxTasksPerSecond: 2 } };
      await b.service.pollActivityTaskQueue(request);
      begun++;
    };
    void poll();
    void poll();
    void poll();
    await b.clock.advance(0);
    expect(begun).toBe(1);
    await b.clock.advance(500);
    expect(begun).toBe(2);
    await b.clock.advance(500);
    expect(begun).toBe(3);
    await b.service.close();
  });
});

describe('activities that a worker asks for with its workflow task', () => {
  it('come with the answer, started, and go to nobody else', async () => {
    const b = bench();
    await b.start();
    const { taskToken } = await b.workflowTask();
    const commands = [activity('1', { requestEagerExecution: true }), activity('2')];
    const answer = await b.service.respondWorkflowTaskCompleted({ taskToken, commands, identity: 'w' });
    expect(answer.activityTasks.map((task) => task.activityId)).toEqual(['1']);
    expect((await b.activity()).activityId).toBe('2');
    expect(await b.hasActivity()).toBe(false);
    await b.service.respondActivityTaskCompleted({ taskToken: answer.activityTasks[0]!.taskToken });
    expect((await b.types()).slice(-3, -1)).toEqual(['7 ActivityTaskStarted', '8 ActivityTaskCompleted']);
  });

  it('stay withheld when they are offered again through their queue', async () => {
    const asked: string[] = [];
    const withholdsActivity = ({ taskToken }: TaskApi.PollActivityTaskQueueResponse) =>
      asked.push(taskToken) === 1;
    const b = bench({ withholdsActivity });
    await b.start();
    const { taskToken } = await b.workflowTask();
    const commands = [activity('1', { requestEagerExecution: true })];
    const answer = await b.service.respondWorkflowTaskCompleted({ taskToken, commands, identity: 'w' });
    expect(answer.activityTasks).toEqual([]);
    const request = { taskQueue: { name: 'q' }, identity: 'a', embedded: true };
    const poll = b.service.pollActivityTaskQueue(request, { timeoutMs: 10 });
    await b.clock.advance(10);
    expect(await poll).toBeUndefined();
    expect(asked).toHaveLength(1);
  });

  it('wait for a poll where the queue has a rate limit', async () => {
    const b = bench();
    await b.start();
    const taskQueueMetadata = { maxTasksPerSecond: 5 };
    const poll = { taskQueue: { name: 'q' }, identity: 'a', embedded: true, taskQueueMetadata };
    void b.service.pollActivityTaskQueue(poll, { timeoutMs: 0 });
    await b.clock.advance(0);
    const { taskToken } = await b.workflowTask();
    const commands = [activity('1', { requestEagerExecution: true })];
    const answer = await b.service.respondWorkflowTaskCompleted({ taskToken, commands, identity: 'w' });
    expect(answer.activityTasks).toEqual([]);
  });
});
