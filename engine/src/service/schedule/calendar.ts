import type { Range, StructuredCalendarSpec } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';
import type { Zone } from './zone.js';
import { instantOf } from './zone.js';

/** A calendar spec as sets of the values that match. */
export interface Calendar {
  readonly second: readonly number[];
  readonly minute: readonly number[];
  readonly hour: readonly number[];
  readonly dayOfMonth: ReadonlySet<number>;
  readonly month: ReadonlySet<number>;
  /** Undefined: every year. */
  readonly year: ReadonlySet<number> | undefined;
  readonly dayOfWeek: ReadonlySet<number>;
}

const yearMin = 2000;
const yearMax = 2100;

/** Throws an invalid-argument error that names the field. */
export function calendarOf(spec: StructuredCalendarSpec): Calendar {
  const days = values('dayOfWeek', spec.dayOfWeek, 0, 7, [0, 1, 2, 3, 4, 5, 6]);
  return {
    second: values('second', spec.second, 0, 59, [0]),
    minute: values('minute', spec.minute, 0, 59, [0]),
    hour: values('hour', spec.hour, 0, 23, [0]),
    dayOfMonth: new Set(values('dayOfMonth', spec.dayOfMonth, 1, 31, span(1, 31))),
    month: new Set(values('month', spec.month, 1, 12, span(1, 12))),
    year: spec.year?.length ? new Set(values('year', spec.year, yearMin, yearMax, [])) : undefined,
    dayOfWeek: new Set(days.map((d) => d % 7)),
  };
}

function span(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

function values(
  field: string,
  ranges: readonly Range[] | undefined,
  least: number,
  most: number,
  otherwise: readonly number[],
): number[] {
  if (!ranges?.length) return [...otherwise];
  const found = new Set<number>();
  for (const { start, end, step } of ranges) {
    const last = Math.max(end || start, start);
    const stride = step || 1;
    const fits =
      [start, last, stride].every(Number.isInteger) && start >= least && last <= most && stride > 0;
    if (!fits) {
      throw invalidArgument(
        `schedule spec: ${field} must lie within ${least} and ${most}, found ${start}-${last}/${stride}`,
      );
    }
    for (let value = start; value <= last; value += stride) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

/** The first matching time after `afterMs`, in whole seconds; `undefined` when there is none. */
export function nextCalendarTime(calendar: Calendar, zone: Zone, afterMs: number): number | undefined {
  const local = new Date(afterMs + zone.offsetMs(afterMs));
  // The day before is looked at as well: with a clock set back, a local time comes twice.
  let dayMs = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()) - 86_400_000;
  for (let days = 0; days < 366 * (yearMax - yearMin); days++, dayMs += 86_400_000) {
    const date = new Date(dayMs);
    const year = date.getUTCFullYear();
    if (year > yearMax) return undefined;
    if (!calendar.month.has(date.getUTCMonth() + 1)) {
      dayMs = Date.UTC(year, date.getUTCMonth() + 1, 1) - 86_400_000;
      continue;
    }
    if (calendar.year && !calendar.year.has(year)) continue;
    if (!calendar.dayOfMonth.has(date.getUTCDate()) || !calendar.dayOfWeek.has(date.getUTCDay())) continue;
    const found = firstOnDay(calendar, zone, date, afterMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstOnDay(calendar: Calendar, zone: Zone, date: Date, afterMs: number): number | undefined {
  const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  let best: number | undefined;
  for (const hour of calendar.hour) {
    const endOfHour = instantOf(zone, { ...day, hour, minute: 59, second: 59 });
    if (endOfHour !== undefined && endOfHour <= afterMs) continue;
    for (const minute of calendar.minute) {
      for (const second of calendar.second) {
        const at = instantOf(zone, { ...day, hour, minute, second });
        if (at === undefined || at <= afterMs) continue;
        if (best === undefined || at < best) best = at;
        break;
      }
      if (best !== undefined) return best;
    }
  }
  return best;
}

export function matchesCalendar(calendar: Calendar, zone: Zone, atMs: number): boolean {
  const local = new Date(atMs + zone.offsetMs(atMs));
  return (
    calendar.second.includes(local.getUTCSeconds()) &&
    calendar.minute.includes(local.getUTCMinutes()) &&
    calendar.hour.includes(local.getUTCHours()) &&
    calendar.dayOfMonth.has(local.getUTCDate()) &&
    calendar.month.has(local.getUTCMonth() + 1) &&
    (!calendar.year || calendar.year.has(local.getUTCFullYear())) &&
    calendar.dayOfWeek.has(local.getUTCDay())
  );
}
