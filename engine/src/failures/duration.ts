/** The units of the `ms` package, which Temporal's durations are written in. */
type Unit =
  | 'Years'
  | 'Year'
  | 'Yrs'
  | 'Yr'
  | 'Y'
  | 'Months'
  | 'Month'
  | 'Mo'
  | 'Weeks'
  | 'Week'
  | 'W'
  | 'Days'
  | 'Day'
  | 'D'
  | 'Hours'
  | 'Hour'
  | 'Hrs'
  | 'Hr'
  | 'H'
  | 'Minutes'
  | 'Minute'
  | 'Mins'
  | 'Min'
  | 'M'
  | 'Seconds'
  | 'Second'
  | 'Secs'
  | 'Sec'
  | 's'
  | 'Milliseconds'
  | 'Millisecond'
  | 'Msecs'
  | 'Msec'
  | 'Ms';
type UnitAnyCase = Unit | Uppercase<Unit> | Lowercase<Unit>;

export type StringValue = `${number}` | `${number}${UnitAnyCase}` | `${number} ${UnitAnyCase}`;

/** Milliseconds, or a text such as `'30 seconds'`, `'1h'`, `'2 days'`. */
export type Duration = StringValue | number;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const week = 7 * day;
const year = 365.25 * day;

const unitMs = new Map<string, number>([
  ...['years', 'year', 'yrs', 'yr', 'y'].map((unit) => [unit, year] as const),
  ...['months', 'month', 'mo'].map((unit) => [unit, year / 12] as const),
  ...['weeks', 'week', 'w'].map((unit) => [unit, week] as const),
  ...['days', 'day', 'd'].map((unit) => [unit, day] as const),
  ...['hours', 'hour', 'hrs', 'hr', 'h'].map((unit) => [unit, hour] as const),
  ...['minutes', 'minute', 'mins', 'min', 'm'].map((unit) => [unit, minute] as const),
  ...['seconds', 'second', 'secs', 'sec', 's'].map((unit) => [unit, second] as const),
  ...['milliseconds', 'millisecond', 'msecs', 'msec', 'ms'].map((unit) => [unit, 1] as const),
]);

const pattern = /^(-?\d*\.?\d+) *([a-z]+)?$/i;

/** @throws TypeError that names `option` when `value` is not a duration. */
export function durationToMs(value: Duration, option = 'duration'): number {
  if (typeof value === 'number') {
    if (Number.isNaN(value)) throw new TypeError(`Invalid ${option}: NaN is not a duration`);
    return value;
  }
  if (typeof value === 'string') {
    const match = pattern.exec(value);
    const unit = match ? unitMs.get((match[2] ?? 'ms').toLowerCase()) : undefined;
    if (match && unit !== undefined) return Number(match[1]) * unit;
    throw new TypeError(`Invalid duration string: '${value}' (option ${option})`);
  }
  throw new TypeError(
    `Invalid ${option}: expected milliseconds or a text such as '30 seconds', got ${typeof value}`,
  );
}

export function optionalDurationToMs(value: Duration | undefined | null, option: string): number | undefined {
  return value === undefined || value === null ? undefined : durationToMs(value, option);
}

/** A timeout, interval or delay: whole milliseconds, not negative, finite. */
export function optionalTimeoutMs(value: Duration | undefined | null, option: string): number | undefined {
  const ms = optionalDurationToMs(value, option);
  if (ms === undefined) return undefined;
  if (!Number.isFinite(ms)) throw new TypeError(`Invalid ${option}: ${ms} is not a finite duration`);
  if (ms < 0) throw new TypeError(`Invalid ${option}: a duration cannot be negative, got ${ms} ms`);
  return Math.round(ms);
}
