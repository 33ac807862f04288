import { compileSpec, nextTime, nextCronBackoffMs } from '@refrain/engine/internal';
import type { ScheduleApi } from '@refrain/engine';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

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
      'both days, which both have to match',
      { cronString: ['0 0 3 * 5'] },
      ['2026-04-03T00:00:00Z', '2026-07-03T00:00:00Z', '2027-09-03T00:00:00Z'],
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
      'a calendar as it comes over the wire, without zeros',
      {
        structuredCalendar: [
          { second: [{}], minute: [{ step: 30, end: 59 }], hour: [{ end: 1 }], dayOfWeek: [{}] },
        ],
      },
      ['2026-01-04T00:00:00Z', '2026-01-04T00:30:00Z', '2026-01-04T01:00:00Z'],
    ],
    [
      'until its end',
      { cronString: ['@hourly'], endTimeMs: Date.parse('2026-01-01T01:00:00Z') },
      ['2026-01-01T01:00:00Z'],
    ],
  ])('%s', (_, spec, expected) => {
    expect(times(spec, '2026-01-01T00:00:00Z')).toEqual(expected);
  });

  it('skip a local time that summer time leaves out, and come twice when it comes twice', () => {
    const berlin = { cronString: ['30 2 * * *'], timezoneName: 'Europe/Berlin' };
    expect(times(berlin, '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-30T00:30:00Z',
    ]);
    expect(times(berlin, '2026-10-24T12:00:00Z')).toEqual([
      '2026-10-25T00:30:00Z',
      '2026-10-25T01:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  it('pass over long exclusions', () => {
    const daily = {
      second: [{ start: 0, end: 59 }],
      minute: [{ start: 0, end: 59 }],
      hour: [{ start: 0, end: 23 }],
    };
    const spec = {
      interval: [{ intervalMs: 1000 }],
      excludeStructuredCalendar: [{ ...daily, month: [{ start: 1, end: 11 }] }],
      timezoneName: 'Asia/Kolkata',
    };
    expect(times(spec, '2026-01-01T00:00:00Z', 1)).toEqual(['2026-11-30T18:30:00Z']);
  });

  it('of a cron workflow leave out what it missed', () => {
    const at = (text: string) => Date.parse(`2026-01-01T${text}Z`);
    expect(nextCronBackoffMs('*/10 * * * *', at('00:00:00'), at('00:25:00'))).toBe(300_000);
    expect(nextCronBackoffMs('*/10 * * * *', at('00:00:00'), at('00:20:00'))).toBe(0);
    expect(nextCronBackoffMs('*/10 * * * *', at('00:10:00'), at('00:10:00'))).toBe(600_000);
    expect(nextCronBackoffMs('@every 10m', at('00:03:00'), at('00:25:00'))).toBe(480_000);
    expect(nextCronBackoffMs('@every 10m', at('00:03:00'), at('00:23:00'))).toBe(0);
    expect(nextCronBackoffMs('0 0 3 * 5', at('00:00:00'), at('00:00:00'))).toBe(86_400_000);
    expect(nextCronBackoffMs('0 0 30 2 *', at('00:00:00'), at('00:00:00'))).toBeUndefined();
  });

  it.each(['* * * *', '60 * * * *', '* * * * 8', '@every 1', '5-1 * * * *', '*/0 * * * *', '? * * * *'])(
    'refuse %s',
    (cron) => {
      expect(() => compileSpec({ cronString: [cron] })).toThrow('cron expression');
    },
  );

  it.each(['* * * * 7', '0 * * * * * *', '* * * * * 2026', '@every 1h/5m', '* * * * monday', ''])(
    'of a cron workflow refuse %s',
    (cron) => {
      expect(() => nextCronBackoffMs(cron, 0, 0)).toThrow('cron expression');
    },
  );
});

interface Recorded {
  readonly after: string;
  readonly times: readonly string[];
  readonly cron?: string;
  readonly spec?: {
    readonly timezoneName: string;
    readonly cronString?: readonly string[];
    readonly interval?: readonly { readonly interval: string; readonly phase: string }[];
    readonly excludeStructuredCalendar?: readonly ScheduleApi.StructuredCalendarSpec[];
    readonly startTime?: string;
    readonly endTime?: string;
  };
}

/** Random specs and cron schedules with the times that the code of Temporal's server 1.29 gave for them. */
const recorded = readFileSync(
  new URL('../../fixtures/schedules/times-of-temporal.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

function specOf({
  interval,
  startTime,
  endTime,
  ...same
}: NonNullable<Recorded['spec']>): ScheduleApi.ScheduleSpec {
  const ms = (seconds: string) => parseInt(seconds) * 1000;
  return {
    ...same,
    ...(interval && {
      interval: interval.map((i) => ({ intervalMs: ms(i.interval), phaseMs: ms(i.phase) })),
    }),
    ...(startTime && { startTimeMs: Date.parse(startTime) }),
    ...(endTime && { endTimeMs: Date.parse(endTime) }),
  };
}

function cronTimes(cron: string, after: string, count: number): string[] {
  let at = Date.parse(after);
  return Array.from({ length: count }, () => {
    at += nextCronBackoffMs(cron, at, at)!;
    return new Date(at).toISOString().replace('.000Z', 'Z');
  });
}

describe('times of random schedules', () => {
  it('are those of Temporal', () => {
    for (const { spec, cron = '', after, times: expected } of recorded) {
      const found = spec
        ? times(specOf(spec), after, expected.length)
        : cronTimes(cron, after, expected.length);
      expect({ spec, cron, found }).toEqual({ spec, cron, found: expected });
    }
  });
});
