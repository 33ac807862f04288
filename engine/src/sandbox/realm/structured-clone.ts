import { DOMException } from './events.js';

/** `structuredClone` of the realm: copies within it, so that no object of the host appears. */
export function structuredClone<T>(value: T, options?: { transfer?: unknown[] }): T {
  if (options?.transfer !== undefined && options.transfer.length > 0) {
    throw refuse('transferable objects are not supported in workflow code');
  }
  return clone(value, new Map()) as T;
}

function refuse(what: string): Error {
  return new DOMException(`${what} could not be cloned.`, 'DataCloneError');
}

type Seen = Map<object, unknown>;

function clone(value: unknown, seen: Seen): unknown {
  if (typeof value === 'function') throw refuse(String(value));
  if (typeof value === 'symbol') throw refuse(String(value));
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const remember = <C>(copy: C): C => {
    seen.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy = remember(new Array<unknown>(value.length));
    copyFields(value, copy, seen);
    return copy;
  }
  if (value instanceof Date) return remember(new Date(value.getTime()));
  if (value instanceof RegExp) return remember(new RegExp(value.source, value.flags));
  if (value instanceof Map) {
    const copy = remember(new Map<unknown, unknown>());
    for (const [key, item] of [...value]) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = remember(new Set<unknown>());
    for (const item of [...value]) copy.add(clone(item, seen));
    return copy;
  }
  return cloneOther(value, seen, remember);
}

const errorNames = [
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
] as const;
const errorClasses = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function cloneError(error: Error, seen: Seen, remember: <C>(copy: C) => C): Error {
  const name = errorNames.find((known) => known === error.name);
  const copy = remember(name ? new errorClasses[name](error.message) : new Error(error.message));
  const define = (field: string, value: unknown): void => {
    Object.defineProperty(copy, field, { value, writable: true, configurable: true });
  };
  define('stack', error.stack);
  if (error.cause !== undefined) define('cause', clone(error.cause, seen));
  return copy;
}

function cloneOther(value: object, seen: Seen, remember: <C>(copy: C) => C): unknown {
  if (value instanceof ArrayBuffer) return remember(value.slice(0));
  if (value instanceof DataView) {
    return remember(
      new DataView(clone(value.buffer, seen) as ArrayBuffer, value.byteOffset, value.byteLength),
    );
  }
  if (ArrayBuffer.isView(value)) {
    const view = value as Uint8Array;
    const View = view.constructor as Uint8ArrayConstructor;
    return remember(new View(clone(view.buffer, seen) as ArrayBuffer, view.byteOffset, view.length));
  }
  if (value instanceof Error) return cloneError(value, seen, remember);
  for (const wrapper of [Boolean, Number, String, BigInt]) {
    if (value instanceof wrapper) return remember(Object(value.valueOf()) as unknown);
  }
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) {
    throw refuse(Object.prototype.toString.call(value));
  }
  const copy = remember({});
  copyFields(value, copy, seen);
  return copy;
}

function copyFields(from: object, to: object, seen: Seen): void {
  for (const [key, field] of Object.entries(from)) {
    Object.defineProperty(to, key, {
      value: clone(field, seen),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}
