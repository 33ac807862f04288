import { UsageError } from '../usage-error.js';

/** The fields of a calendar in the order of a cron expression with seconds and year, and what they are when absent. */
const fields = {
  second: '0',
  minute: '0',
  hour: '0',
  dayOfMonth: '*',
  month: '*',
  dayOfWeek: '*',
  year: '*',
} as const;

/**
 * `{"dayOfWeek":"Fri","hour":"17"}`, as `temporal schedule create --calendar` takes it, as a cron expression. Throws
 * `UsageError` RFN7031.
 */
export function cronOfCalendar(text: string): string {
  let calendar: unknown;
  try {
    calendar = JSON.parse(text);
  } catch (error) {
    throw refused(text, (error as Error).message);
  }
  if (typeof calendar !== 'object' || calendar === null) throw refused(text, 'not an object');
  const given = calendar as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !(name in fields));
  if (unknown !== undefined) throw refused(text, `"${unknown}" is not a field`);
  const parts = Object.entries(fields).map(([name, absent]) => {
    const part = String(given[name] ?? absent);
    if (!/^[\w*,/-]+$/.test(part)) throw refused(text, `"${name}" is "${part}"`);
    return part;
  });
  return parts.join(' ');
}

function refused(text: string, why: string): UsageError {
  const known = Object.keys(fields).join(', ');
  return new UsageError('RFN7031', `--calendar takes JSON with ${known}, not ${text}: ${why}.`);
}
