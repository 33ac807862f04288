/**
 * Freezes what all executions of a realm share, without breaking ordinary code: on a frozen prototype a data
 * property would make `object.toString = …` throw on every object that inherits from it (the "override mistake").
 * There it becomes an accessor whose setter defines the property on the object itself.
 */
const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, freeze, isFrozen } = Object;
const { ownKeys } = Reflect;

type Key = string | symbol;

/** A method and not a function: it has no `prototype` that would have to be hardened in turn. */
function setterFor(prototype: object, key: Key): (this: unknown, value: unknown) => void {
  return {
    set(this: unknown, value: unknown): void {
      if (this === prototype || (typeof this !== 'object' && typeof this !== 'function') || this === null) {
        throw new TypeError(
          `Cannot assign to '${String(key)}' of a built-in object: all workflow executions share it (global-mutation)`,
        );
      }
      const own = getOwnPropertyDescriptor(this, key);
      if (own) (this as Record<Key, unknown>)[key] = value;
      else defineProperty(this, key, { value, writable: true, enumerable: true, configurable: true });
    },
  }.set;
}

/**
 * Left as data properties: V8 gives up fast paths (of iteration, `await`-free species look-ups and regular expressions,
 * for the whole process) when one of these becomes an accessor, and ordinary code does not assign them on instances.
 */
function staysData(prototype: object, key: Key): boolean {
  if (typeof key === 'symbol' || key === 'length' || key === 'next' || key === 'exec' || key === 'flags')
    return true;
  if (key === 'set' || key === 'add') return prototype === Map.prototype || prototype === Set.prototype;
  return key === 'constructor' && hasSpecies(prototype);
}

function hasSpecies(prototype: object): boolean {
  const { constructor } = prototype as { constructor?: object };
  return (
    prototype === Array.prototype ||
    prototype === RegExp.prototype ||
    ArrayBuffer.prototype === prototype ||
    (constructor !== undefined && getPrototypeOf(constructor) === getPrototypeOf(Uint8Array)) ||
    constructor === getPrototypeOf(Uint8Array)
  );
}

function allowOverride(prototype: object): void {
  for (const key of ownKeys(prototype)) {
    const descriptor = getOwnPropertyDescriptor(prototype, key)!;
    if (!('value' in descriptor) || !descriptor.configurable || staysData(prototype, key)) continue;
    const { value } = descriptor as { value: unknown };
    const get = (): unknown => value;
    // Some libraries read functions through descriptors.
    defineProperty(get, 'originalValue', { value });
    defineProperty(prototype, key, {
      get,
      set: setterFor(prototype, key),
      enumerable: descriptor.enumerable === true,
      configurable: false,
    });
    visit(get);
    visit(getOwnPropertyDescriptor(prototype, key)!.set!);
  }
}

let pending: object[] = [];
const visited = new Set<object>();

function visit(value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
  if (visited.has(value)) return;
  visited.add(value);
  pending.push(value);
}

function isPrototype(value: object): boolean {
  const own = getOwnPropertyDescriptor(value, 'constructor');
  const constructor: unknown = own && ('value' in own ? own.value : undefined);
  return typeof constructor === 'function' && (constructor as { prototype?: unknown }).prototype === value;
}

/** Freezes the roots and everything that can be reached from them. */
export function harden(roots: Iterable<unknown>, prototypes: ReadonlySet<object>): void {
  for (const root of roots) visit(root);
  while (pending.length > 0) {
    const batch = pending;
    pending = [];
    for (const value of batch) hardenOne(value, prototypes);
  }
}

function hardenOne(value: object, prototypes: ReadonlySet<object>): void {
  visit(getPrototypeOf(value));
  for (const key of ownKeys(value)) {
    const descriptor = getOwnPropertyDescriptor(value, key)!;
    if ('value' in descriptor) visit(descriptor.value);
    else {
      visit(descriptor.get);
      visit(descriptor.set);
    }
  }
  if (isFrozen(value) || ArrayBuffer.isView(value)) return;
  if (prototypes.has(value) || isPrototype(value)) allowOverride(value);
  freeze(value);
}
