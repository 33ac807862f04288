import { realm } from './realm.js';

/** The stores that are visible to the running code. Immutable: `run` makes a new one. */
export type AsyncContext = ReadonlyMap<AsyncLocalStorage<unknown>, unknown>;

const outside: { current: AsyncContext | undefined } = { current: undefined };
const cell = realm?.context ?? outside;

const noStores: AsyncContext = new Map();

/**
 * Node's `AsyncLocalStorage`, on the realm's promises. What code does after an `await` or in a promise's callback
 * sees the stores that were current when it began to wait.
 */
export class AsyncLocalStorage<T> {
  static bind<F extends (...args: never[]) => unknown>(fn: F): F {
    const context = cell.current;
    return ((...args: never[]) => inContext(context, () => fn(...args))) as F;
  }

  static snapshot(): <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A) => R {
    const context = cell.current;
    return (fn, ...args) => inContext(context, () => fn(...args));
  }

  getStore(): T | undefined {
    return cell.current?.get(this) as T | undefined;
  }

  run<R, A extends unknown[]>(store: T, fn: (...args: A) => R, ...args: A): R {
    const context = new Map(cell.current ?? noStores).set(this, store);
    return inContext(context, () => fn(...args));
  }

  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    const context = new Map(cell.current ?? noStores);
    context.delete(this);
    return inContext(context, () => fn(...args));
  }

  enterWith(store: T): void {
    cell.current = new Map(cell.current ?? noStores).set(this, store);
  }

  disable(): void {
    const context = new Map(cell.current ?? noStores);
    context.delete(this);
    cell.current = context;
  }
}

export function inContext<R>(context: AsyncContext | undefined, fn: () => R): R {
  const previous = cell.current;
  cell.current = context;
  try {
    return fn();
  } finally {
    cell.current = previous;
  }
}
