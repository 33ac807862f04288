import type { Range } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';
import { goDurationMs } from '../go-duration.js';

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

/** The length that `@every` names. */
export function everyMs(text: string, expression: string): number {
  const ms = goDurationMs(text);
  if (ms === undefined) throw badCron(expression, `'${text}' is not a duration such as 1h30m`);
  return ms;
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
