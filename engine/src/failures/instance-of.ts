/**
 * Makes `instanceof` work by a marker symbol instead of by identity, so that an error made in one realm or by
 * another copy of the package is still recognised. Subclasses fall back to the prototype chain.
 */
export function markErrorClass<E extends Error>(
  cls: { readonly prototype: E; readonly name: string },
  name: string,
): void {
  const marker = Symbol.for(`__temporal_is${name}`);
  Object.defineProperty(cls.prototype, 'name', {
    value: name,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  Object.defineProperty(cls.prototype, marker, { value: true });
  Object.defineProperty(cls, Symbol.hasInstance, {
    value(this: { readonly prototype: object }, error: unknown): boolean {
      if (typeof error !== 'object' || error === null) return false;
      if (this === cls) return (error as Record<symbol, unknown>)[marker] === true;
      return Object.prototype.isPrototypeOf.call(this.prototype, error);
    },
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

export function isError(value: unknown): value is Error {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.message === 'string' &&
    (value.stack === undefined || value.stack === null || typeof value.stack === 'string')
  );
}
