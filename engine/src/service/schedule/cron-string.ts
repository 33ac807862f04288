import type { IntervalSpec, Range, StructuredCalendarSpec } from '../api/schedules.js';
import type { CronField } from './cron-fields.js';
import { badCron, everyMs, namedCrons, readCronField, splitZone } from './cron-fields.js';

/** What a cron string of a schedule stands for. */
export interface CronString {
  readonly calendar?: StructuredCalendarSpec;
  readonly interval?: IntervalSpec;
  /** Of `CRON_TZ=…`; an interval has none. */
  readonly zoneName?: string;
}

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

function prefixOf(names: readonly string[], letters: number, first: number) {
  return (text: string) => {
    const at = text.length >= letters ? names.findIndex((name) => name.startsWith(text)) : -1;
    return at < 0 ? undefined : at + first;
  };
}

const fieldsBySecond: readonly CronField[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, named: prefixOf(months, 3, 1) },
  { name: 'day of week', least: 0, most: 7, named: prefixOf(days, 2, 0) },
  { name: 'year', least: 2000, most: 2100 },
];

/**
 * Reads 5 fields (minute hour day month weekday), 6 (with year) or 7 (with second and year), `@daily` and the like,
 * `@every 1h30m/5m` (a phase), with `CRON_TZ=…` before and `# comment` behind. All fields have to match, the days as
 * well. Throws an invalid-argument error that says which field is wrong.
 */
export function parseCronString(expression: string): CronString {
  const { zoneName, rest } = splitZone(expression.trim(), expression);
  const [, before = '', comment = ''] = /^([^#]*)#?(.*)$/s.exec(rest)!;
  const text = before.trim();
  const every = /^@every\s+([^/\s]+)(?:\/(\S+))?$/.exec(text);
  if (every) {
    const phaseMs = every[2] ? everyMs(every[2], expression) : 0;
    return { interval: { intervalMs: everyMs(every[1]!, expression), phaseMs } };
  }
  const given = (namedCrons[text] ?? text).split(/\s+/);
  if (given.length < 5 || given.length > 7) {
    throw badCron(expression, `expected 5 to 7 fields, found ${text === '' ? 0 : given.length}`);
  }
  const texts = given.length === 7 ? given : ['0', ...given, ...(given.length === 5 ? ['*'] : [])];
  const [second, minute, hour, dayOfMonth, month, dayOfWeek, year] = fieldsBySecond.map((field, i) =>
    readCronField(texts[i]!, field, expression),
  );
  const calendar = {
    second: second!,
    minute: minute!,
    hour: hour!,
    dayOfMonth: dayOfMonth!,
    month: month!,
    dayOfWeek: dayOfWeek!.flatMap(withoutSeven),
    ...(texts[6] !== '*' && { year: year! }),
    ...(comment.trim() && { comment: comment.trim() }),
  };
  return { calendar, ...(zoneName !== undefined && { zoneName }) };
}

/** A week's day 7 is Sunday, too. */
function withoutSeven({ start = 0, end = start, step = 1 }: Range): Range[] {
  if (end < 7) return [{ start, end, step }];
  const sunday = (7 - start) % step === 0 ? [{ start: 0, end: 0, step: 1 }] : [];
  return start === 7 ? sunday : [...sunday, { start, end: 6, step }];
}
