import { compileSpec, nextTime, nextCronBackoffMs } from '@refrain/engine/internal';
import type { ScheduleApi } from '@refrain/engine';
import { describe, expect, it } from 'vitest';
import { bench, complete, failure, taskQueue, type Bench } from './harness.js';

function times(spec: ScheduleApi.ScheduleSpec, from: string, count = 3): string[] {
  const compiled = compileSpec(spec);
  const found: string[] = [];
  let at = nextTime(compiled, Date.parse(from));
  while (at !== undefined && found.length < count) {
    found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
    at = nextTime(compiled, at);
  }
  return found;
}

describe('schedule times', () => {
  it.each([
    [
      'every half hour',
      { cronString: ['*/30 * * * *'] },
      ['2026-01-01T00:30:00Z', '2026-01-01T01:00:00Z', '2026-01-01T01:30:00Z'],
    ],
    [
      'weekdays at nine',
      { cronString: ['0 9 * * MON-FRI'] },
      ['2026-01-01T09:00:00Z', '2026-01-02T09:00:00Z', '2026-01-05T09:00:00Z'],
    ],
    [
      'either day, as cron has it',
      { cronString: ['0 0 3 * 5'] },
      ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-09T00:00:00Z'],
    ],
    [
      'the 31st',
      { cronString: ['0 0 31 * *'] },
      ['2026-01-31T00:00:00Z', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z'],
    ],
    [
      'leap days',
      { cronString: ['0 0 29 2 *'] },
      ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z', '2036-02-29T00:00:00Z'],
    ],
    [
      '@daily',
      { cronString: ['@daily'] },
      ['2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', '2026-01-04T00:00:00Z'],
    ],
    [
      'an interval with a phase',
      { interval: [{ intervalMs: 3_600_000, phaseMs: 60_000 }] },
      ['2026-01-01T00:01:00Z', '2026-01-01T01:01:00Z', '2026-01-01T02:01:00Z'],
    ],
    [
      'a calendar with an exclusion',
      {
        structuredCalendar: [{ hour: [{ start: 12 }] }],
        excludeStructuredCalendar: [{ hour: [{ start: 12 }], dayOfMonth: [{ start: 2 }] }],
      },
      ['2026-01-01T12:00:00Z', '2026-01-03T12:00:00Z', '2026-01-04T12:00:00Z'],
    ],
    [
      'until its end',
      { cronString: ['@hourly'], endTimeMs: Date.parse('2026-01-01T01:00:00Z') },
      ['2026-01-01T01:00:00Z'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(times(spec, '2026-01-01T00:00:00Z')).toEqual(expected);
  });

  it('skip a local time that summer time leaves out, and take the first of two', () => {
    const berlin = { cronString: ['30 2 * * *'], timezoneName: 'Europe/Berlin' };
    expect(times(berlin, '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-30T00:30:00Z',
    ]);
    expect(times(berlin, '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  it('of a cron workflow leave out what it missed', () => {
    const at = (text: string) => Date.parse(`2026-01-01T${text}Z`);
    expect(nextCronBackoffMs('*/10 * * * *', at('00:00:00'), at('00:25:00'))).toBe(300_000);
    expect(nextCronBackoffMs('@every 10m', at('00:03:00'), at('00:25:00'))).toBe(480_000);
  });

  it.each(['* * * *', '60 * * * *', '* * * * 9', '@every 1', '5-1 * * * *', '*/0 * * * *'])(
    'refuse %s',
    (cron) => {
      expect(() => compileSpec({ cronString: [cron] })).toThrow('cron expression');
    },
  );
});

const hour = 3_600_000;
const create = (
  b: Bench,
  policies: ScheduleApi.SchedulePolicies = {},
  state: ScheduleApi.ScheduleState = {},
) =>
  b.service.createSchedule({
    scheduleId: 's',
    schedule: {
      spec: { interval: [{ intervalMs: hour }] },
      action: { startWorkflow: { workflowId: 'r', workflowType: { name: 'wf' }, taskQueue } },
      policies,
      state,
    },
  });
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
    ['CANCEL_OTHER', ['RUNNING'], { overlapSkipped: 1, bufferSize: 1 }],
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

  it('refuse an update that is based on an old state', async () => {
    const b = bench();
    const { conflictToken } = await create(b);
    const { schedule } = await b.service.describeSchedule({ scheduleId: 's' });
    await b.service.updateSchedule({ scheduleId: 's', schedule, conflictToken });
    const stale = b.service.updateSchedule({ scheduleId: 's', schedule, conflictToken });
    await expect(stale).rejects.toMatchObject({ code: 'RFN2009' });
  });
});
