import { describe, expect, it } from 'vitest';
import { activity, bench, failure, payload, timer, type Bench } from './harness.js';

const last = async (b: Bench, type: string) =>
  (await b.history()).findLast((e) => e.type === type)?.attributes as Record<string, unknown>;

async function started(more: object): Promise<Bench> {
  const b = bench();
  await b.start();
  await b.task([activity('1', more)]);
  return b;
}

describe('attempts of an activity', () => {
  it('have heartbeat timeouts of their own, from their start on', async () => {
    const b = bench();
    await b.start();
    const retryPolicy = { initialIntervalMs: 5000 };
    // The timer looks at the run in the middle of the second attempt.
    await b.task([activity('1', { heartbeatTimeoutMs: 1000, retryPolicy }), timer('t', 6500)]);
    await b.activity();
    await b.clock.advance(6000);
    expect((await b.activity()).attempt).toBe(2);
    await b.clock.advance(999);
    expect(
      (await b.service.describeWorkflowExecution({ execution: { workflowId: 'w' } })).pendingActivities,
    ).toMatchObject([{ attempt: 2, state: 'STARTED' }]);
    await b.clock.advance(10_001);
    expect((await b.activity()).attempt).toBe(3);
  });

  it('have schedule-to-start timeouts of their own', async () => {
    const b = await started({ scheduleToStartTimeoutMs: 2000, retryPolicy: { initialIntervalMs: 5000 } });
    const { taskToken } = await b.activity();
    await b.service.respondActivityTaskFailed({ taskToken, failure: failure('x') });
    await b.clock.advance(6999);
    expect(await b.hasActivity()).toBe(true);
    await b.clock.advance(1);
    expect(await last(b, 'ActivityTaskTimedOut')).toMatchObject({
      failure: { timeoutFailureInfo: { timeoutType: 'SCHEDULE_TO_START' } },
    });
  });

  it('are ended by schedule-to-close while they run, with the last failure as its cause', async () => {
    const b = await started({ scheduleToCloseTimeoutMs: 8000, startToCloseTimeoutMs: 7900 });
    const { taskToken } = await b.activity();
    await b.service.respondActivityTaskFailed({ taskToken, failure: failure('first') });
    await b.clock.advance(1000);
    const second = await b.activity();
    await b.service.recordActivityTaskHeartbeat({ taskToken: second.taskToken, details: [payload(1)] });
    await b.clock.advance(7000);
    expect(await last(b, 'ActivityTaskTimedOut')).toMatchObject({
      retryState: 'TIMEOUT',
      failure: {
        timeoutFailureInfo: { timeoutType: 'SCHEDULE_TO_CLOSE', lastHeartbeatDetails: [payload(1)] },
        cause: { message: 'first' },
      },
    });
  });

  it('that time out when no other fits end with schedule-to-close, caused by their own timeout', async () => {
    const b = await started({ scheduleToCloseTimeoutMs: 8000, startToCloseTimeoutMs: 7500 });
    await b.activity();
    await b.clock.advance(7500);
    expect(await last(b, 'ActivityTaskTimedOut')).toMatchObject({
      retryState: 'TIMEOUT',
      failure: {
        timeoutFailureInfo: { timeoutType: 'SCHEDULE_TO_CLOSE' },
        cause: { timeoutFailureInfo: { timeoutType: 'START_TO_CLOSE' } },
      },
    });
  });

  it('leave the details of a heartbeat that came with their failure', async () => {
    const b = await started({});
    const { taskToken } = await b.activity();
    const lastHeartbeatDetails = [payload('far')];
    await b.service.respondActivityTaskFailed({ taskToken, failure: failure('x'), lastHeartbeatDetails });
    await b.clock.advance(1000);
    expect(await b.activity()).toMatchObject({ attempt: 2, heartbeatDetails: lastHeartbeatDetails });
  });

  it('do not follow when the activity is to be cancelled', async () => {
    const b = await started({});
    const { taskToken } = await b.activity();
    await b.service.signalWorkflowExecution({ workflowExecution: { workflowId: 'w' }, signalName: 's' });
    await b.task([{ type: 'RequestCancelActivityTask', attributes: { scheduledEventId: 5 } }]);
    await b.service.respondActivityTaskFailed({ taskToken, failure: failure('x') });
    expect(await last(b, 'ActivityTaskFailed')).toMatchObject({ retryState: 'CANCEL_REQUESTED' });
  });

  it.each([
    ['a cancellation', { canceledFailureInfo: {} }, []],
    ['a termination', { terminatedFailureInfo: {} }, []],
    ['a schedule-to-close timeout', { timeoutFailureInfo: { timeoutType: 'SCHEDULE_TO_CLOSE' } }, []],
    [
      'a timeout that the policy names',
      { timeoutFailureInfo: { timeoutType: 'START_TO_CLOSE' } },
      ['TemporalTimeout:StartToClose'],
    ],
  ])('do not follow %s', async (_, info, nonRetryableErrorTypes) => {
    const b = await started({ retryPolicy: { nonRetryableErrorTypes } });
    const { taskToken } = await b.activity();
    await b.service.respondActivityTaskFailed({ taskToken, failure: { message: 'x', ...info } as never });
    expect(await last(b, 'ActivityTaskFailed')).toMatchObject({ retryState: 'NON_RETRYABLE_FAILURE' });
  });

  it.each([
    ['its own', { initialIntervalMs: 1000, backoffCoefficient: 10, maximumIntervalMs: 5000 }, 5000],
    ['a hundred times the first', { initialIntervalMs: 10, backoffCoefficient: 1000 }, 1000],
  ])('wait no longer than the longest interval: %s', async (_, retryPolicy, longestMs) => {
    const b = await started({ retryPolicy });
    for (let attempt = 1; attempt <= 3; attempt++) {
      const task = await b.activity();
      expect(task.attempt).toBe(attempt);
      await b.service.respondActivityTaskFailed({ taskToken: task.taskToken, failure: failure('x') });
      await b.clock.advance(attempt === 1 ? Math.min(1000, longestMs) : longestMs - 1);
      if (attempt > 1) expect(await b.hasActivity()).toBe(false);
      await b.clock.advance(1);
    }
  });

  it('are answered by the ids of run and activity; another run, or one not asked to be cancelled, refuses', async () => {
    const b = await started({});
    await b.activity();
    const byId = { workflowId: 'w', activityId: '1' };
    const other = { ...byId, runId: '0a0a0a0a-0b0b-4c0c-8d0d-0e0e0e0e0e0e' };
    await expect(b.service.respondActivityTaskCompletedById(other)).rejects.toMatchObject({
      status: 'NOT_FOUND',
    });
    const none = { ...byId, activityId: '2' };
    await expect(b.service.respondActivityTaskCompletedById(none)).rejects.toMatchObject({
      status: 'NOT_FOUND',
    });
    await expect(b.service.respondActivityTaskCanceledById(byId)).rejects.toThrow('was not requested');
    const beat = await b.service.recordActivityTaskHeartbeatById({ ...byId, details: [payload(1)] });
    expect(beat.cancelRequested).toBe(false);
    await b.service.respondActivityTaskFailedById({ ...byId, failure: failure('x', { nonRetryable: true }) });
    expect(await last(b, 'ActivityTaskFailed')).toMatchObject({ retryState: 'NON_RETRYABLE_FAILURE' });
  });
});
