import { ValueError } from '../failures/errors.js';
import type { Range, StructuredCalendarSpec } from '../service/api/schedules.js';

type Part<T> = T | { readonly start: T; readonly end?: T; readonly step?: number };
type Parts<T> = '*' | Part<T> | readonly Part<T>[];

export type Month =
  | 'JANUARY'
  | 'FEBRUARY'
  | 'MARCH'
  | 'APRIL'
  | 'MAY'
  | 'JUNE'
  | 'JULY'
  | 'AUGUST'
  | 'SEPTEMBER'
  | 'OCTOBER'
  | 'NOVEMBER'
  | 'DECEMBER';
export type DayOfWeek = 'SUNDAY' | 'MONDAY' | 'TUESDAY' | 'WEDNESDAY' | 'THURSDAY' | 'FRIDAY' | 'SATURDAY';

/** Times of a calendar, as `@temporalio/client` writes them; absent: 0 for times of day, every day and month. */
export interface CalendarSpec {
  readonly second?: Parts<number>;
  readonly minute?: Parts<number>;
  readonly hour?: Parts<number>;
  readonly dayOfMonth?: Parts<number>;
  readonly month?: Parts<Month>;
  readonly year?: Parts<number>;
  readonly dayOfWeek?: Parts<DayOfWeek>;
  readonly comment?: string;
}

const months = [
  'JANUARY',
  'FEBRUARY',
  'MARCH',
  'APRIL',
  'MAY',
  'JUNE',
  'JULY',
  'AUGUST',
  'SEPTEMBER',
  'OCTOBER',
  'NOVEMBER',
  'DECEMBER',
];
const days = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];

export function calendarSpecOf(spec: CalendarSpec): StructuredCalendarSpec {
  const year = ranges('year', spec.year, [], 0, 0);
  return {
    second: ranges('second', spec.second, [{ start: 0 }], 0, 59),
    minute: ranges('minute', spec.minute, [{ start: 0 }], 0, 59),
    hour: ranges('hour', spec.hour, [{ start: 0 }], 0, 23),
    dayOfMonth: ranges('dayOfMonth', spec.dayOfMonth, [{ start: 1, end: 31 }], 1, 31),
    month: ranges('month', spec.month, [{ start: 1, end: 12 }], 1, 12, (name) => months.indexOf(name) + 1),
    dayOfWeek: ranges('dayOfWeek', spec.dayOfWeek, [{ start: 0, end: 6 }], 0, 6, (name) =>
      days.indexOf(name),
    ),
    ...(year.length > 0 && { year }),
    ...(spec.comment !== undefined && { comment: spec.comment }),
  };
}

function ranges<T extends string | number>(
  field: string,
  parts: Parts<T> | undefined,
  otherwise: readonly Range[],
  least: number,
  most: number,
  number?: (name: string) => number,
): readonly Range[] {
  if (parts === undefined) return otherwise;
  if (parts === '*') return most === 0 ? [] : [{ start: least, end: most }];
  const value = (part: T): number => {
    const found = typeof part === 'number' ? part : (number?.(part) ?? -1);
    if (found < least) throw new ValueError(`spec.calendars.${field}: '${part}' is not a ${field}`);
    return found;
  };
  const list = (Array.isArray(parts) ? parts : [parts]) as readonly Part<T>[];
  return list.map((part) => {
    if (typeof part !== 'object') return { start: value(part) };
    const { start, end, step } = part;
    return {
      start: value(start),
      ...(end !== undefined && { end: value(end) }),
      ...(step !== undefined && { step }),
    };
  });
}
