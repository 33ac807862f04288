import { MemoryStore, openService } from '@refrain/engine/internal';
import type { ScheduleApi } from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { bench, benchOf, complete, failure, payload, taskQueue, type Bench } from './harness.js';

const hour = 3_600_000;

/** A schedule that TypeScript would refuse as well. */
interface Wrong {
  readonly action?: object;
  readonly policies?: object;
  readonly state?: object;
  readonly spec?: object;
}

const create = (
  b: Bench,
  policies: ScheduleApi.SchedulePolicies = {},
  state: ScheduleApi.ScheduleState = {},
  action: object = {},
  spec: ScheduleApi.ScheduleSpec = {},
) =>
  b.service.createSchedule({
    scheduleId: 's',
    schedule: {
      spec: { interval: [{ intervalMs: hour }], ...spec },
      action: { startWorkflow: { workflowId: 'r', workflowType: { name: 'wf' }, taskQueue, ...action } },
      policies,
      state,
    },
  });
const patch = (b: Bench, change: ScheduleApi.SchedulePatch) =>
  b.service.patchSchedule({ scheduleId: 's', patch: change });
const info = async (b: Bench) => (await b.service.describeSchedule({ scheduleId: 's' })).info;
const statuses = async (b: Bench) =>
  (await b.service.listWorkflowExecutions({ query: 'ORDER BY StartTime' })).executions.map((e) => e.status);

describe('schedules', () => {
  it('start workflows at their times, whose ids and attributes say when', async () => {
    const b = bench();
    await create(b);
    await b.clock.advance(hour);
    const [run] = (await info(b)).runningWorkflows;
    expect(run?.workflowId).toBe('r-2026-01-01T01:00:00Z');
    const { executions } = await b.service.listWorkflowExecutions({ query: "TemporalScheduledById = 's'" });
    expect(executions).toHaveLength(1);
    await b.task([complete]);
    expect((await info(b)).runningWorkflows).toEqual([]);
  });

  it.each([
    ['SKIP', ['RUNNING'], { overlapSkipped: 2, bufferSize: 0 }],
    ['BUFFER_ONE', ['RUNNING'], { overlapSkipped: 1, bufferSize: 1 }],
    ['BUFFER_ALL', ['RUNNING'], { overlapSkipped: 0, bufferSize: 2 }],
    ['CANCEL_OTHER', ['RUNNING'], { overlapSkipped: 0, bufferSize: 2 }],
    ['TERMINATE_OTHER', ['TERMINATED', 'TERMINATED', 'RUNNING'], { bufferSize: 0 }],
    ['ALLOW_ALL', ['RUNNING', 'RUNNING', 'RUNNING'], { bufferSize: 0 }],
  ] as const)('overlap by %s', async (overlapPolicy, expected, counts) => {
    const b = bench();
    await create(b, { overlapPolicy });
    await b.clock.advance(3 * hour);
    expect(await statuses(b)).toEqual(expected);
    expect(await info(b)).toMatchObject(counts);
    if (overlapPolicy !== 'BUFFER_ONE') return;
    await b.task([complete]);
    expect(await statuses(b)).toEqual(['COMPLETED', 'RUNNING']);
  });

  it('make no more actions than they are allowed, and none while paused', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'ALLOW_ALL' }, { limitedActions: true, remainingActions: 2 });
    await b.clock.advance(5 * hour);
    expect(await statuses(b)).toHaveLength(2);
    await b.service.patchSchedule({ scheduleId: 's', patch: { triggerImmediately: {} } });
    expect(await statuses(b)).toHaveLength(3);
    const c = bench();
    await create(c, { overlapPolicy: 'ALLOW_ALL' }, { paused: true });
    await c.clock.advance(3 * hour);
    await c.service.patchSchedule({ scheduleId: 's', patch: { unpause: 'go' } });
    await c.clock.advance(hour);
    expect(await statuses(c)).toHaveLength(1);
  });

  it('pause on failure, and hand the failure to the next run', async () => {
    const b = bench();
    await create(b, { pauseOnFailure: true });
    await b.clock.advance(hour);
    await b.task([{ type: 'FailWorkflowExecution', attributes: { failure: failure('bad') } }]);
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    expect(schedule.state).toMatchObject({ paused: true });
    await b.service.patchSchedule({ scheduleId: 's', patch: { triggerImmediately: {} } });
    const task = await b.workflowTask();
    expect(task.history.events[0]?.attributes).toMatchObject({ continuedFailure: { message: 'bad' } });
  });

  it('fill in the past when asked', async () => {
    const b = bench();
    await create(b);
    const now = b.clock.nowMs();
    const backfillRequest = [
      { startTimeMs: now - 3 * hour, endTimeMs: now - hour, overlapPolicy: 'ALLOW_ALL' as const },
    ];
    await b.service.patchSchedule({ scheduleId: 's', patch: { backfillRequest } });
    expect(await info(b)).toMatchObject({ actionCount: 3 });
  });

  it('make up for what a stopped service missed, within the catch-up window', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'ALLOW_ALL', catchupWindowMs: 2 * hour });
    await b.clock.jump(5.5 * hour);
    expect(await info(b)).toMatchObject({ missedCatchupWindow: 3, actionCount: 2 });
  });

  it('trigger, backfill and catch up by an overlap policy of their own, or the schedule’s of that moment', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'BUFFER_ALL' });
    await patch(b, { triggerImmediately: {} });
    await patch(b, { triggerImmediately: { overlapPolicy: 'SKIP' } });
    await b.clock.advance(1000);
    await patch(b, { triggerImmediately: {} });
    expect(await info(b)).toMatchObject({ actionCount: 1, overlapSkipped: 1, bufferSize: 1 });
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    const policies = { ...schedule.policies, overlapPolicy: 'ALLOW_ALL' as const };
    await b.service.updateSchedule({ scheduleId: 's', schedule: { ...schedule, policies } });
    expect(await info(b)).toMatchObject({ actionCount: 2, bufferSize: 0 });
  });

  it('cancel the other one, and start the newest when it has ended', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'CANCEL_OTHER' });
    await b.clock.advance(3 * hour);
    expect((await b.types('r-2026-01-01T01:00:00Z')).at(-1)).toMatch('WorkflowExecutionCancelRequested');
    await b.task([{ type: 'CancelWorkflowExecution', attributes: {} }]);
    const { runningWorkflows, recentActions } = await info(b);
    expect(runningWorkflows.map((run) => run.workflowId)).toEqual(['r-2026-01-01T03:00:00Z']);
    expect(recentActions.map((action) => action.startWorkflowStatus)).toEqual(['CANCELED', 'RUNNING']);
  });

  it('terminate the other one for the newest of several times that come at once', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'TERMINATE_OTHER' });
    await b.clock.advance(hour);
    await b.clock.jump(3 * hour);
    expect(await statuses(b)).toEqual(['TERMINATED', 'RUNNING']);
    expect((await info(b)).runningWorkflows[0]?.workflowId).toBe('r-2026-01-01T04:00:00Z');
  });

  it('neither wait for, nor tell of, what may overlap', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'ALLOW_ALL', pauseOnFailure: true });
    await b.clock.advance(hour);
    expect((await info(b)).runningWorkflows).toEqual([]);
    await b.task([{ type: 'FailWorkflowExecution', attributes: { failure: failure('bad') } }]);
    await b.clock.advance(hour);
    const [started] = (await b.workflowTask()).history.events;
    expect(started?.attributes).not.toHaveProperty('continuedFailure');
  });

  it('hand the result of one workflow to the next', async () => {
    const b = bench();
    await create(b);
    await b.clock.advance(hour);
    await b.task([{ type: 'CompleteWorkflowExecution', attributes: { result: [payload(7)] } }]);
    await b.clock.advance(hour);
    const [started] = (await b.workflowTask()).history.events;
    expect(started?.attributes).toMatchObject({ lastCompletionResult: [payload(7)] });
  });

  it('wait for the end of a chain of runs, and pause when that times out', async () => {
    const b = bench();
    await create(b, { pauseOnFailure: true }, {}, { workflowRunTimeoutMs: 100_000 });
    await b.clock.advance(hour);
    const again = { workflowType: { name: 'wf' }, taskQueue, input: [] };
    await b.task([{ type: 'ContinueAsNewWorkflowExecution', attributes: again }]);
    expect((await info(b)).runningWorkflows).toHaveLength(1);
    await b.clock.advance(100_000);
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    expect(schedule.state).toMatchObject({
      paused: true,
      notes: 'paused due to workflow timeout: r-2026-01-01T01:00:00Z',
    });
  });

  it('take large backfills in parts, and start what was started before only when asked to', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'BUFFER_ALL' });
    const now = b.clock.nowMs();
    const span = { startTimeMs: now - 1200 * hour, endTimeMs: now - hour };
    await patch(b, { backfillRequest: [span] });
    expect(await info(b)).toMatchObject({ actionCount: 1, bufferDropped: 0 });
    await b.task([complete]);
    expect(await info(b)).toMatchObject({ actionCount: 2, bufferSize: 499 });
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    const policies = { overlapPolicy: 'ALLOW_ALL' as const };
    await b.service.updateSchedule({ scheduleId: 's', schedule: { ...schedule, policies } });
    await b.clock.advance(1);
    expect(await info(b)).toMatchObject({ actionCount: 1200, bufferSize: 0, bufferDropped: 0 });
    await patch(b, { backfillRequest: [{ startTimeMs: now + hour, endTimeMs: now + hour }] });
    await b.clock.advance(hour);
    expect(await info(b)).toMatchObject({ actionCount: 1201 });
  });

  it('drop what a full buffer has no room for', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'BUFFER_ALL' });
    await b.clock.jump(1502.5 * hour);
    await b.clock.advance(1);
    const { actionCount, bufferSize, bufferDropped } = await info(b);
    expect(actionCount + bufferSize + bufferDropped).toBe(1502);
    expect(bufferSize).toBe(1000);
  });

  it('act no more than allowed when several times come at once', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'ALLOW_ALL' }, { limitedActions: true, remainingActions: 2 });
    expect((await info(b)).futureActionTimesMs).toHaveLength(2);
    await b.clock.jump(5 * hour);
    expect(await info(b)).toMatchObject({ actionCount: 2, futureActionTimesMs: [] });
  });

  it('delay each time by up to the jitter, always the same, and act at a time that a change finds delayed', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'ALLOW_ALL' }, {}, {}, { jitterMs: hour / 2 });
    const [first, second] = (await info(b)).futureActionTimesMs;
    const delay = first! - b.clock.nowMs() - hour;
    expect(delay).toBeGreaterThan(0);
    expect(delay).toBeLessThan(hour / 2);
    expect(second! - first!).not.toBe(hour);
    await b.clock.advance(hour + delay - 1);
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    await b.service.updateSchedule({ scheduleId: 's', schedule });
    const { actionCount, futureActionTimesMs } = await info(b);
    expect([actionCount, ...futureActionTimesMs.slice(0, 2)]).toEqual([0, first, second]);
    await b.clock.advance(1);
    const [action] = (await info(b)).recentActions;
    expect(action).toMatchObject({ scheduleTimeMs: first, actualTimeMs: first });
    expect(action?.startWorkflowResult.workflowId).toBe('r-2026-01-01T01:00:00Z');
  });

  it('follow a changed spec from the change on', async () => {
    const b = bench();
    await create(b, { overlapPolicy: 'ALLOW_ALL' });
    await b.clock.advance(1.45 * hour);
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    const spec = { interval: [{ intervalMs: hour / 6 }], jitterMs: hour };
    await b.service.updateSchedule({ scheduleId: 's', schedule: { ...schedule, spec } });
    expect(await info(b)).toMatchObject({ actionCount: 1 });
    const [first] = (await info(b)).futureActionTimesMs;
    expect(first).toBeGreaterThanOrEqual(b.clock.nowMs());
    await b.clock.advance(hour / 2);
    const { actionCount } = await info(b);
    expect([3, 4]).toContain(actionCount);
  });

  it('go on when the engine is opened again, with what waits and what runs', async () => {
    const store = new MemoryStore();
    const b = bench({ store });
    await create(b, { overlapPolicy: 'BUFFER_ALL' });
    await b.clock.advance(2 * hour);
    await b.service.close();
    const c = benchOf(openService({ store, clock: b.clock }), b.clock);
    await b.clock.jump(hour);
    expect(await info(c)).toMatchObject({ actionCount: 1, bufferSize: 2 });
    await c.task([complete]);
    expect(await info(c)).toMatchObject({ actionCount: 2, bufferSize: 1 });
  });

  it('answer with the times of a span, its start excluded', async () => {
    const b = bench();
    await create(b);
    const now = b.clock.nowMs();
    const span = { scheduleId: 's', startTimeMs: now, endTimeMs: now + 2 * hour };
    const { startTimesMs } = await b.service.listScheduleMatchingTimes(span);
    expect(startTimesMs).toEqual([now + hour, now + 2 * hour]);
  });

  it('keep their cron strings as calendars and intervals', async () => {
    const b = bench();
    await create(b, {}, {}, {}, { interval: [], cronString: ['CRON_TZ=Asia/Tokyo 0 9 * * 1 # Mondays'] });
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    expect(schedule.policies).toEqual({ overlapPolicy: 'SKIP', catchupWindowMs: 365 * 24 * hour });
    expect(schedule.spec).toMatchObject({
      timezoneName: 'Asia/Tokyo',
      structuredCalendar: [{ hour: [{ start: 9 }], dayOfWeek: [{ start: 1 }], comment: 'Mondays' }],
    });
  });

  it.each([
    ['workflowIdReusePolicy', { action: { workflowIdReusePolicy: 'REJECT_DUPLICATE' } }],
    ['workflowIdConflictPolicy', { action: { workflowIdConflictPolicy: 'FAIL' } }],
    ['cronSchedule', { action: { cronSchedule: '* * * * *' } }],
    ['workflowStartDelay', { action: { workflowStartDelayMs: 1 } }],
    ['workflowRunTimeout', { action: { workflowRunTimeoutMs: -1 } }],
    ['overlapPolicy', { policies: { overlapPolicy: 'SOMETIMES' } }],
    ['catchupWindow', { policies: { catchupWindowMs: -1 } }],
    ['remainingActions', { state: { limitedActions: true, remainingActions: -1 } }],
    ['notes', { state: { notes: 'x'.repeat(1001) } }],
    ['interval', { spec: { interval: [{ intervalMs: 999 }] } }],
    ['phase', { spec: { interval: [{ intervalMs: 5000, phaseMs: 5000 }] } }],
    ['jitter', { spec: { jitterMs: -1 } }],
    ['dayOfWeek', { spec: { structuredCalendar: [{ dayOfWeek: [{ start: 7 }] }] } }],
    ['hour', { spec: { structuredCalendar: [{ hour: [{ start: 9, end: 8 }] }] } }],
    ['comment', { spec: { structuredCalendar: [{ comment: 'x'.repeat(201) }] } }],
    ['timezone', { spec: { timezoneName: 'Mars/Olympus' } }],
    ['time zones', { spec: { cronString: ['TZ=Asia/Tokyo 0 9 * * *', '0 9 * * *'] } }],
  ])(
    'with an impossible %s are refused, and not made',
    async (option, { action, policies, state, spec }: Wrong) => {
      const b = bench();
      const made = create(b, policies, state, action, spec);
      await expect(made).rejects.toMatchObject({
        code: 'RFN2001',
        message: expect.stringContaining(option) as string,
      });
      expect((await b.service.listSchedules({})).schedules).toEqual([]);
    },
  );

  it.each([
    ['backfillRequest', { backfillRequest: [{ startTimeMs: 2, endTimeMs: 1 }] }],
    ['overlapPolicy', { triggerImmediately: { overlapPolicy: 'SOMETIMES' } }],
    ['pause', { pause: 'x'.repeat(1001) }],
  ])('refuse a patch with an impossible %s', async (option, wrong) => {
    const b = bench();
    await create(b);
    const patched = patch(b, wrong as ScheduleApi.SchedulePatch);
    await expect(patched).rejects.toThrow(option);
    expect(await info(b)).toMatchObject({ actionCount: 0, bufferSize: 0 });
  });

  it('refuse an update that is based on an old state', async () => {
    const b = bench();
    const { conflictToken } = await create(b);
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    await b.service.updateSchedule({ scheduleId: 's', schedule, conflictToken });
    const stale = b.service.updateSchedule({ scheduleId: 's', schedule, conflictToken });
    await expect(stale).rejects.toMatchObject({ code: 'RFN2009' });
  });
});
