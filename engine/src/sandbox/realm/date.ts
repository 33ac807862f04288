/** `Date` with the workflow's clock, and UTC as its local time zone whatever the host's is. */

const Native = Date;
const { construct } = Reflect;

const unary = ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'] as const;

/** ISO 8601 date and time without a zone: local time, which is UTC here. */
const isoWithoutZone = /^[+-]?\d{4,6}-\d{2}(?:-\d{2})?T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/;
const iso = /^[+-]?\d{4,6}(?:-\d{2}(?:-\d{2})?)?(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?$/;
/** A zone at the end of a date in free form: `GMT`, `+0200`, `PST`, `Z`. */
const hasZone =
  /(?:\b(?:UTC?|GMT|Z|[ECMP][SD]T)\b|\d\s*Z$|(?:GMT|UTC?|\d\d:\d\d(?::\d\d)?|\s)\s*[+-]\d{1,2}:?\d{0,2})\s*(?:\([^)]*\)\s*)*$/i;

function parse(text: string): number {
  if (isoWithoutZone.test(text)) return Native.parse(`${text}Z`);
  if (iso.test(text) || hasZone.test(text)) return Native.parse(text);
  return Native.parse(`${text} UTC`);
}

function timeOf(value: unknown): number {
  if (value instanceof Native) return Native.prototype.getTime.call(value);
  const primitive: unknown =
    typeof value === 'object' && value !== null ? toPrimitive(value as Record<PropertyKey, unknown>) : value;
  return typeof primitive === 'string' ? parse(primitive) : Number(primitive);
}

function toPrimitive(value: Record<PropertyKey, unknown>): unknown {
  const exotic = value[Symbol.toPrimitive];
  if (typeof exotic === 'function') return Reflect.apply(exotic, value, ['default']);
  for (const name of ['valueOf', 'toString']) {
    const method = value[name];
    if (typeof method !== 'function') continue;
    const result: unknown = Reflect.apply(method, value, []);
    if (typeof result !== 'object' && typeof result !== 'function') return result;
  }
  throw new TypeError('Cannot convert object to primitive value');
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, '0');
}

function dateText(date: Date): string {
  const year = date.getUTCFullYear();
  const yearText = (year < 0 ? '-' : '') + pad(Math.abs(year), year < 0 ? 6 : 4);
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${pad(date.getUTCDate())} ${yearText}`;
}

function timeText(date: Date): string {
  const time = `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
  return `${time} GMT+0000 (Coordinated Universal Time)`;
}

function textMethod(make: (date: Date) => string): (this: Date) => string {
  return function (this: Date): string {
    const time = Native.prototype.getTime.call(this);
    return Number.isNaN(time) ? 'Invalid Date' : make(this);
  };
}

type Methods = Record<string, (this: Date, ...args: never[]) => unknown>;

function localMethods(): Methods {
  const native = Native.prototype as unknown as Methods;
  const methods: Methods = {
    toString: textMethod((date) => `${dateText(date)} ${timeText(date)}`),
    toDateString: textMethod(dateText),
    toTimeString: textMethod(timeText),
    getTimezoneOffset(): number {
      return Number.isNaN(Native.prototype.getTime.call(this)) ? NaN : 0;
    },
    getYear(): number {
      return Native.prototype.getUTCFullYear.call(this) - 1900;
    },
    setYear(year: never): number {
      const full = Math.trunc(Number(year));
      return Native.prototype.setUTCFullYear.call(this, full >= 0 && full <= 99 ? full + 1900 : full);
    },
  };
  for (const unit of unary) {
    methods[`get${unit}`] = native[`getUTC${unit}`]!;
    if (unit !== 'Day') methods[`set${unit}`] = native[`setUTC${unit}`]!;
  }
  return methods;
}

/** Replaces `Date` in the realm: there is no way from the new one, or from its instances, to the old one. */
export function installDate(source: { now: () => number }): DateConstructor {
  const WorkflowDate = function (this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return new Native(source.now()).toString();
    const time =
      args.length === 0
        ? source.now()
        : args.length === 1
          ? timeOf(args[0])
          : Reflect.apply(Native.UTC, undefined, args);
    return construct(Native, [time], new.target);
  };
  const define = (target: object, name: PropertyKey, value: unknown): void => {
    Object.defineProperty(target, name, { value, writable: true, configurable: true });
  };
  define(WorkflowDate, 'name', 'Date');
  Object.defineProperty(WorkflowDate, 'length', { value: 7, configurable: true });
  define(WorkflowDate, 'now', function now(): number {
    return source.now();
  });
  define(WorkflowDate, 'parse', (text: unknown): number => parse(String(text)));
  define(WorkflowDate, 'UTC', Native.UTC);
  Object.defineProperty(WorkflowDate, 'prototype', { value: Native.prototype, writable: false });
  for (const [name, method] of Object.entries(localMethods())) define(Native.prototype, name, method);
  define(Native.prototype, 'constructor', WorkflowDate);
  return WorkflowDate as unknown as DateConstructor;
}
