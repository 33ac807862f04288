import type { Range, StructuredCalendarSpec } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';
import type { Zone } from './zone.js';

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
const commentLength = 200;

/** Throws an invalid-argument error that names the field. */
export function calendarOf(spec: StructuredCalendarSpec): Calendar {
  if ((spec.comment?.length ?? 0) > commentLength) {
    throw invalidArgument(`schedule spec: a comment is longer than ${commentLength} characters`);
  }
  return {
    second: values('second', spec.second, 0, 59, [0]),
    minute: values('minute', spec.minute, 0, 59, [0]),
    hour: values('hour', spec.hour, 0, 23, [0]),
    dayOfMonth: new Set(values('dayOfMonth', spec.dayOfMonth, 1, 31, span(1, 31))),
    month: new Set(values('month', spec.month, 1, 12, span(1, 12))),
    year: spec.year?.length ? new Set(values('year', spec.year, yearMin, yearMax, [])) : undefined,
    dayOfWeek: new Set(values('dayOfWeek', spec.dayOfWeek, 0, 6, span(0, 6))),
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
  // On the wire, a start of 0 is absent.
  for (const { start = 0, end, step } of ranges) {
    const last = end || start;
    const stride = step || 1;
    const fits =
      [start, last, stride].every(Number.isInteger) &&
      start >= least &&
      last >= start &&
      last <= most &&
      stride > 0;
    if (!fits) {
      throw invalidArgument(
        `schedule spec: ${field} must lie within ${least} and ${most}, found ${start}-${last}/${stride}`,
      );
    }
    for (let value = start; value <= last; value += stride) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

/**
 * The first time after `afterMs` at which clocks of the zone show what matches, in whole seconds; `undefined` when
 * there is none. What summer time leaves out never matches; an hour that comes twice matches twice.
 */
export function nextCalendarTime(calendar: Calendar, zone: Zone, afterMs: number): number | undefined {
  const local = new Date(afterMs + zone.offsetMs(afterMs));
  // The day before is looked at as well: clocks may have been set back over midnight.
  let dayMs = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()) - dayLengthMs;
  for (let days = 0; days < 366 * (yearMax - yearMin); days++, dayMs += dayLengthMs) {
    const date = new Date(dayMs);
    const year = date.getUTCFullYear();
    if (year > yearMax) return undefined;
    if (!calendar.month.has(date.getUTCMonth() + 1)) {
      dayMs = Date.UTC(year, date.getUTCMonth() + 1, 1) - dayLengthMs;
      continue;
    }
    if (calendar.year && !calendar.year.has(year)) continue;
    if (!calendar.dayOfMonth.has(date.getUTCDate()) || !calendar.dayOfWeek.has(date.getUTCDay())) continue;
    const found = firstOnDay(calendar, zone, dayMs, afterMs);
    if (found !== undefined) return found;
  }
  return undefined;
}

const dayLengthMs = 86_400_000;

/** `dayMs` is the local midnight as if it were UTC's. */
function firstOnDay(calendar: Calendar, zone: Zone, dayMs: number, afterMs: number): number | undefined {
  // A day has one offset, or two when its clocks are changed.
  const offsets = new Set([dayMs - dayLengthMs, dayMs + 2 * dayLengthMs].map((at) => zone.offsetMs(at)));
  const times = [...offsets].map((offsetMs) => firstByOffset(calendar, zone, dayMs, offsetMs, afterMs));
  const first = Math.min(...times.filter((at) => at !== undefined));
  return first === Infinity ? undefined : first;
}

function firstByOffset(
  calendar: Calendar,
  zone: Zone,
  dayMs: number,
  offsetMs: number,
  afterMs: number,
): number | undefined {
  for (const hour of calendar.hour) {
    const hourMs = dayMs + hour * 3_600_000 - offsetMs;
    if (hourMs + 3_599_000 <= afterMs) continue;
    for (const minute of calendar.minute) {
      for (const second of calendar.second) {
        const at = hourMs + minute * 60_000 + second * 1000;
        if (at > afterMs && zone.offsetMs(at) === offsetMs) return at;
      }
    }
  }
  return undefined;
}

/**
 * When `atMs` is a time of the calendar: up to when all times are, by whole days and hours at most. `undefined` when
 * it is none.
 */
export function matchesUntil(calendar: Calendar, zone: Zone, atMs: number): number | undefined {
  const offsetMs = zone.offsetMs(atMs);
  const localMs = atMs + offsetMs;
  const local = new Date(localMs);
  const matches =
    calendar.second.includes(local.getUTCSeconds()) &&
    calendar.minute.includes(local.getUTCMinutes()) &&
    calendar.hour.includes(local.getUTCHours()) &&
    calendar.dayOfMonth.has(local.getUTCDate()) &&
    calendar.month.has(local.getUTCMonth() + 1) &&
    (!calendar.year || calendar.year.has(local.getUTCFullYear())) &&
    calendar.dayOfWeek.has(local.getUTCDay());
  if (!matches) return undefined;
  const wholeHour = calendar.second.length === 60 && calendar.minute.length === 60;
  if (!wholeHour) return atMs;
  const unitMs = calendar.hour.length === 24 ? dayLengthMs : 3_600_000;
  const endMs = atMs - (localMs % unitMs) + unitMs - 1000;
  return zone.offsetMs(endMs) === offsetMs ? endMs : atMs;
}
