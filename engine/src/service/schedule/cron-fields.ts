import type { Range } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';

/** One field of a cron expression, as its dialect reads it. */
export interface CronField {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** Reads a name such as `jan`; `undefined` when it is none. */
  readonly named?: (text: string) => number | undefined;
  /** `?` stands for `*`. */
  readonly questionMark?: boolean;
}

/** Reads `*`, `a`, `a-b`, each with `/step`, in a list. Throws an invalid-argument error that names the field. */
export function readCronField(text: string, field: CronField, expression: string): Range[] {
  return text.split(',').map((part) => {
    const match = /^(\*|\?|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part);
    if (!match || (match[1] === '?' && !field.questionMark))
      throw badCron(expression, `${field.name} '${part}'`);
    const step = match[4] ? Number(match[4]) : 1;
    if (step === 0) throw badCron(expression, `${field.name} '${part}' has step 0`);
    if (!match[2]) return { start: field.least, end: field.most, step };
    const start = valueOf(match[2], field, expression);
    const end = match[3] ? valueOf(match[3], field, expression) : match[4] ? field.most : start;
    if (end < start) throw badCron(expression, `${field.name} '${part}' ends before it starts`);
    return { start, end, step };
  });
}

function valueOf(text: string, field: CronField, expression: string): number {
  const value = field.named?.(text.toLowerCase()) ?? (/^\d+$/.test(text) ? Number(text) : -1);
  if (value < field.least || value > field.most) {
    throw badCron(expression, `${field.name} '${text}' is not within ${field.least} and ${field.most}`);
  }
  return value;
}

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** Reads Go's durations, `1h30m`. */
export function goDurationMs(text: string, expression: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|[dhms])/g)];
  if (parts.length === 0 || parts.map((p) => p[0]).join('') !== text) {
    throw badCron(expression, `'${text}' is not a duration such as 1h30m`);
  }
  return parts.reduce((sum, p) => sum + Number(p[1]) * unitMs[p[2]!]!, 0);
}

/** Splits `CRON_TZ=Europe/Berlin 0 9 * * *`. */
export function splitZone(text: string, expression: string): { zoneName: string | undefined; rest: string } {
  if (!/^(?:CRON_TZ|TZ)=/.test(text)) return { zoneName: undefined, rest: text };
  const zoned = /^(?:CRON_TZ|TZ)=(\S+)\s+(.*)$/.exec(text);
  if (!zoned) throw badCron(expression, 'a time zone without fields');
  return { zoneName: zoned[1]!, rest: zoned[2]! };
}

/** `@daily` and the like as fields. */
export const namedCrons: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

export function badCron(expression: string, why: string) {
  return invalidArgument(`cron expression '${expression}': ${why}`);
}
