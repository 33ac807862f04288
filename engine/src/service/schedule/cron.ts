import type { Range } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';
import type { Calendar } from './calendar.js';
import { calendarOf, nextCalendarTime } from './calendar.js';
import type { Zone } from './zone.js';
import { zoneOf } from './zone.js';

/** A cron expression: times of a calendar, or a fixed interval. */
export type Cron =
  | { readonly type: 'calendar'; readonly calendars: readonly Calendar[]; readonly zone: Zone | undefined }
  | { readonly type: 'interval'; readonly intervalMs: number; readonly phaseMs: number };

const named: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const monthNames = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * Reads 5 fields (minute hour day month weekday), 6 (with year) or 7 (with seconds and year), `@daily` and the
 * like, and `@every 1h30m`. Throws an invalid-argument error that says which field is wrong.
 */
export function parseCron(expression: string): Cron {
  let text = expression.replace(/#.*$/, '').trim();
  let zone: Zone | undefined;
  const zoned = /^(?:CRON_TZ|TZ)=(\S+)\s+(.*)$/.exec(text);
  if (zoned) {
    zone = zoneOf(zoned[1]);
    text = zoned[2]!;
  }
  const every = /^@every\s+([^/\s]+)(?:\/(\S+))?$/.exec(text);
  if (every) {
    const intervalMs = goDurationMs(every[1]!, expression);
    if (intervalMs < 1000) throw bad(expression, 'an interval must be at least a second');
    return { type: 'interval', intervalMs, phaseMs: every[2] ? goDurationMs(every[2], expression) : 0 };
  }
  const fields = (named[text.toLowerCase()] ?? text).split(/\s+/);
  if (fields.length < 5 || fields.length > 7) {
    throw bad(expression, `expected 5 to 7 fields, found ${text === '' ? 0 : fields.length}`);
  }
  return { type: 'calendar', calendars: calendarsOf(fields, expression), zone };
}

function calendarsOf(fields: readonly string[], expression: string): Calendar[] {
  const second = fields.length === 7 ? fields[0]! : '0';
  const year = fields.length >= 6 ? fields[fields.length - 1]! : '*';
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields.length === 7 ? fields.slice(1, 6) : fields;
  const range = (text: string, name: string, least: number, most: number, names?: readonly string[]) =>
    rangesOf(text, { name, least, most, names, expression });
  const base = {
    second: range(second, 'second', 0, 59),
    minute: range(minute!, 'minute', 0, 59),
    hour: range(hour!, 'hour', 0, 23),
    month: range(month!, 'month', 1, 12, monthNames),
    ...(year !== '*' && { year: range(year, 'year', 2000, 2100) }),
  };
  const days = range(dayOfMonth!, 'day of month', 1, 31);
  const weekdays = range(dayOfWeek!, 'day of week', 0, 7, dayNames);
  // Where both days are restricted, cron means either of them.
  if (restricts(dayOfMonth!) && restricts(dayOfWeek!)) {
    return [calendarOf({ ...base, dayOfMonth: days }), calendarOf({ ...base, dayOfWeek: weekdays })];
  }
  return [calendarOf({ ...base, dayOfMonth: days, dayOfWeek: weekdays })];
}

function restricts(field: string): boolean {
  return !field.startsWith('*') && field !== '?';
}

interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[] | undefined;
  readonly expression: string;
}

function rangesOf(text: string, field: Field): Range[] {
  return text.split(',').map((part) => {
    const match = /^(\*|\?|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part);
    if (!match) throw bad(field.expression, `${field.name} '${part}'`);
    const step = match[4] ? Number(match[4]) : 1;
    if (step === 0) throw bad(field.expression, `${field.name} '${part}' has step 0`);
    if (!match[2]) return { start: field.least, end: field.name === 'day of week' ? 6 : field.most, step };
    const start = valueOf(match[2], field);
    const end = match[3] ? valueOf(match[3], field) : match[4] ? field.most : start;
    if (end < start) throw bad(field.expression, `${field.name} '${part}' ends before it starts`);
    return { start, end, step };
  });
}

function valueOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toLowerCase().slice(0, 3)) ?? -1;
  const value = /^\d+$/.test(text) ? Number(text) : named;
  if (value < field.least || value > field.most) {
    throw bad(field.expression, `${field.name} '${text}' is not within ${field.least} and ${field.most}`);
  }
  return value;
}

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function goDurationMs(text: string, expression: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join('') !== text) {
    throw bad(expression, `'${text}' is not a duration such as 1h30m`);
  }
  return parts.reduce((sum, p) => sum + Number(p[1]) * unitMs[p[2]!]!, 0);
}

function bad(expression: string, why: string) {
  return invalidArgument(`cron expression '${expression}': ${why}`);
}

/** The first time of the schedule after `afterMs`. */
export function nextCronTime(cron: Cron, afterMs: number): number | undefined {
  if (cron.type === 'interval') {
    const { intervalMs, phaseMs } = cron;
    return (Math.floor((afterMs - phaseMs) / intervalMs) + 1) * intervalMs + phaseMs;
  }
  const zone = cron.zone ?? zoneOf('UTC');
  const times = cron.calendars
    .map((calendar) => nextCalendarTime(calendar, zone, afterMs))
    .filter((at) => at !== undefined);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/**
 * How long a cron workflow that began at `startMs` and ended at `closeMs` waits for its next run: missed times
 * are left out. `@every` counts from the start of the run, as on Temporal.
 */
export function nextCronBackoffMs(expression: string, startMs: number, closeMs: number): number | undefined {
  const cron = parseCron(expression);
  if (cron.type === 'interval') {
    const periods = Math.floor((closeMs - startMs) / cron.intervalMs) + 1;
    return startMs + periods * cron.intervalMs - closeMs;
  }
  const next = nextCronTime(cron, Math.max(startMs, closeMs));
  return next === undefined ? undefined : next - closeMs;
}
