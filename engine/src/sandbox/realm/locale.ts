/** Everything that follows the host's language or time zone, with `en-US` and `UTC` as the defaults. */

const fallback = 'en-US';
const { construct, apply } = Reflect;

/**
 * The locales that are asked for, with the default at the end: where none of them is supported, the engine would
 * fall back to the host's.
 */
function localesOf(locales: unknown): string[] {
  const asked = locales === undefined ? [] : Intl.getCanonicalLocales(locales as string[]);
  return [...asked, fallback];
}

type NativeConstructor = { readonly prototype: object; readonly name: string; readonly length: number };

function withDefaults(options: unknown, isDate: boolean): unknown {
  if (!isDate) return options;
  if (options === undefined) return { timeZone: 'UTC' };
  const given = Object(options) as { timeZone?: unknown };
  return given.timeZone === undefined
    ? Object.create(given, { timeZone: { value: 'UTC', enumerable: true } })
    : given;
}

function wrap(native: NativeConstructor, isDate: boolean): unknown {
  const wrapped = function (this: unknown, locales?: unknown, options?: unknown): unknown {
    const args = [localesOf(locales), withDefaults(options, isDate)];
    if (new.target === undefined) return apply(native as never, undefined, args);
    return construct(native as never, args, new.target);
  };
  for (const key of Reflect.ownKeys(native)) {
    if (key === 'prototype') continue;
    Object.defineProperty(wrapped, key, Object.getOwnPropertyDescriptor(native, key)!);
  }
  Object.defineProperty(wrapped, 'prototype', { value: native.prototype, writable: false });
  define(native.prototype, 'constructor', wrapped);
  return wrapped;
}

function define(target: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, configurable: true });
}

/** `format()` and `formatToParts()` without a date mean "now": the workflow's. */
function patchDateTimeFormat(source: { now: () => number }): void {
  const prototype = Intl.DateTimeFormat.prototype;
  const nativeGetter = Object.getOwnPropertyDescriptor(prototype, 'format')!.get!;
  const bound = new WeakMap<object, unknown>();
  Object.defineProperty(prototype, 'format', {
    configurable: true,
    get(this: Intl.DateTimeFormat) {
      let format = bound.get(this);
      if (format === undefined) {
        const native = apply(nativeGetter, this, []) as (date: unknown) => string;
        format = (date?: unknown): string => native(date === undefined ? source.now() : date);
        bound.set(this, format);
      }
      return format;
    },
  });
  const { formatToParts } = prototype;
  define(prototype, 'formatToParts', function (this: Intl.DateTimeFormat, date?: Date | number) {
    return apply(formatToParts, this, [date === undefined ? source.now() : date]);
  });
}

type Method = (...args: unknown[]) => unknown;

function patchMethods(): void {
  const replace = (target: object, name: string, position: number, isDate = false): void => {
    const native = (target as Record<string, Method>)[name]!;
    const method = function (this: unknown, ...args: unknown[]): unknown {
      const rest = args.slice(position + 1);
      if (isDate) rest[0] = withDefaults(rest[0], true);
      return apply(native, this, [
        ...args.slice(0, position),
        ...padding(args, position),
        localesOf(args[position]),
        ...rest,
      ]);
    };
    Object.defineProperty(method, 'name', { value: name, configurable: true });
    Object.defineProperty(method, 'length', { value: native.length, configurable: true });
    define(target, name, method);
  };
  for (const name of ['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString']) {
    replace(Date.prototype, name, 0, true);
  }
  replace(Number.prototype, 'toLocaleString', 0);
  replace(BigInt.prototype, 'toLocaleString', 0);
  replace(String.prototype, 'toLocaleLowerCase', 0);
  replace(String.prototype, 'toLocaleUpperCase', 0);
  replace(String.prototype, 'localeCompare', 1);
}

function padding(args: readonly unknown[], position: number): undefined[] {
  return new Array<undefined>(Math.max(0, position - args.length)).fill(undefined);
}

export function installLocale(source: { now: () => number }): void {
  patchDateTimeFormat(source);
  const intl = Intl as unknown as Record<string, unknown>;
  for (const name of Reflect.ownKeys(Intl)) {
    const native = typeof name === 'string' ? intl[name] : undefined;
    if (typeof native !== 'function' || !('supportedLocalesOf' in native)) continue;
    define(Intl, name, wrap(native as unknown as NativeConstructor, name === 'DateTimeFormat'));
  }
  patchMethods();
}
