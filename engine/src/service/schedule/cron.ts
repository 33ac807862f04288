import { invalidArgument } from '../errors.js';
import type { Calendar } from './calendar.js';
import { calendarOf, nextCalendarTime } from './calendar.js';
import type { CronField } from './cron-fields.js';
import { badCron, everyMs, namedCrons, readCronField, splitZone } from './cron-fields.js';
import type { Zone } from './zone.js';
import { zoneOf } from './zone.js';

/**
 * The cron schedule of a workflow: times of a calendar, or a fixed interval. It is another dialect than that of a
 * schedule's cron strings (`cron-string.ts`), as it is on Temporal: five fields, and where both days are restricted,
 * either of them is meant.
 */
export type Cron =
  | { readonly type: 'calendar'; readonly calendars: readonly Calendar[]; readonly zone: Zone }
  | { readonly type: 'interval'; readonly intervalMs: number };

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function namedBy(names: readonly string[], first: number) {
  return (text: string) => (names.includes(text) ? names.indexOf(text) + first : undefined);
}

const fieldsOfCron: readonly CronField[] = [
  { name: 'minute', least: 0, most: 59, questionMark: true },
  { name: 'hour', least: 0, most: 23, questionMark: true },
  { name: 'day of month', least: 1, most: 31, questionMark: true },
  { name: 'month', least: 1, most: 12, questionMark: true, named: namedBy(monthNames, 1) },
  { name: 'day of week', least: 0, most: 6, questionMark: true, named: namedBy(dayNames, 0) },
];

/**
 * Reads 5 fields (minute hour day month weekday), `@daily` and the like, and `@every 1h30m`, with `CRON_TZ=…`.
 * Throws an invalid-argument error that says which field is wrong.
 */
export function parseCron(expression: string): Cron {
  const { zoneName, rest } = splitZone(expression.trim(), expression);
  const zone = zoneOf(zoneName);
  const every = /^@every\s+(\S+)$/.exec(rest);
  if (every) {
    // Whole seconds, one at the least.
    const seconds = Math.floor(everyMs(every[1]!, expression) / 1000);
    return { type: 'interval', intervalMs: Math.max(1, seconds) * 1000 };
  }
  const texts = (namedCrons[rest] ?? rest).split(/\s+/);
  if (texts.length !== 5 || rest === '') {
    throw badCron(expression, `expected 5 fields, found ${rest === '' ? 0 : texts.length}`);
  }
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fieldsOfCron.map((field, i) =>
    readCronField(texts[i]!, field, expression),
  );
  const base = { minute: minute!, hour: hour!, month: month! };
  const calendars =
    isStar(texts[2]!) || isStar(texts[4]!)
      ? [calendarOf({ ...base, dayOfMonth: dayOfMonth!, dayOfWeek: dayOfWeek! })]
      : [calendarOf({ ...base, dayOfMonth: dayOfMonth! }), calendarOf({ ...base, dayOfWeek: dayOfWeek! })];
  return { type: 'calendar', calendars, zone };
}

/** A list with a `*` does not restrict its field; `*` with a step does. */
function isStar(text: string): boolean {
  return text.split(',').some((part) => /^[*?](?:\/0*1)?$/.test(part));
}

/** No time within so long means none at all. */
const horizonMs = 5 * 366 * 86_400_000;

/** The first time of a calendar after `afterMs`; `undefined` when there is none in five years. */
function nextTimeOf(cron: Extract<Cron, { type: 'calendar' }>, afterMs: number): number | undefined {
  const times = cron.calendars
    .map((calendar) => nextCalendarTime(calendar, cron.zone, afterMs))
    .filter((at) => at !== undefined);
  const next = Math.min(...times);
  return next <= afterMs + horizonMs ? next : undefined;
}

/** How long the first run of a cron workflow waits. Throws an invalid-argument error when no time ever comes. */
export function firstCronBackoffMs(expression: string, nowMs: number): number {
  const cron = parseCron(expression);
  if (cron.type === 'interval') return cron.intervalMs;
  const next = nextTimeOf(cron, nowMs);
  if (next === undefined) throw invalidArgument(`cronSchedule '${expression}' has no time to come`);
  return next - nowMs;
}

/**
 * How long a cron workflow that began at `startMs` and ended at `closeMs` waits for its next run: missed times
 * are left out. `@every` counts from the start of the run, as on Temporal.
 */
export function nextCronBackoffMs(expression: string, startMs: number, closeMs: number): number | undefined {
  const cron = parseCron(expression);
  if (cron.type === 'interval') {
    const periods = Math.max(1, Math.ceil((closeMs - startMs) / cron.intervalMs));
    return startMs + periods * cron.intervalMs - closeMs;
  }
  // A time that comes in the very moment of the end is not missed.
  const next = nextTimeOf(cron, Math.max(startMs, closeMs - 1));
  return next === undefined ? undefined : next - closeMs;
}
