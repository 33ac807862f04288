import { capabilityOf, WorkflowPromise } from './promise.js';

/** `Promise.all`, `allSettled`, `any`, `race` and `try`, by the steps of ECMAScript. */

type Constructor = (new (executor: never) => object) & { resolve: (value: unknown) => PromiseLike<unknown> };
type Settle = (value: unknown) => void;

interface Collector {
  /** What to pass to `then` of the item at `index`. */
  readonly onFulfilled: (index: number) => Settle;
  readonly onRejected: (index: number) => Settle;
  /** Called when every item has been counted down. */
  readonly finish: () => void;
}

/** Counts items; `makeCollector` gets the function that counts one down. */
function combine(
  constructor: Constructor,
  items: Iterable<unknown>,
  makeCollector: (resolve: Settle, reject: Settle, countDown: () => void) => Collector,
): unknown {
  const { promise, resolve, reject } = capabilityOf(constructor as never);
  try {
    const promiseResolve = constructor.resolve;
    if (typeof promiseResolve !== 'function') throw new TypeError('Promise resolve is not a function');
    let remaining = 1;
    const countDown = (): void => {
      if (--remaining === 0) collector.finish();
    };
    const collector = makeCollector(resolve, reject, countDown);
    let index = 0;
    for (const item of items) {
      remaining++;
      const next = Reflect.apply(promiseResolve, constructor, [item]) as PromiseLike<unknown>;
      next.then(collector.onFulfilled(index), collector.onRejected(index));
      index++;
    }
    countDown();
  } catch (error) {
    reject(error);
  }
  return promise;
}

/** A function that counts only its first call. */
function once(fn: Settle): Settle {
  let isCalled = false;
  return (value) => {
    if (isCalled) return;
    isCalled = true;
    fn(value);
  };
}

const combinators = {
  all(this: Constructor, items: Iterable<unknown>): unknown {
    return combine(this, items, (resolve, reject, countDown) => {
      const values: unknown[] = [];
      return {
        onFulfilled(index) {
          values[index] = undefined;
          return once((value) => {
            values[index] = value;
            countDown();
          });
        },
        onRejected: () => reject,
        finish: () => resolve(values),
      };
    });
  },

  allSettled(this: Constructor, items: Iterable<unknown>): unknown {
    return combine(this, items, (resolve, _reject, countDown) => {
      const values: unknown[] = [];
      const set = (index: number, make: (value: unknown) => unknown): Settle =>
        once((value) => {
          values[index] = make(value);
          countDown();
        });
      return {
        onFulfilled(index) {
          values[index] = undefined;
          return set(index, (value) => ({ status: 'fulfilled', value }));
        },
        onRejected: (index) => set(index, (reason) => ({ status: 'rejected', reason })),
        finish: () => resolve(values),
      };
    });
  },

  any(this: Constructor, items: Iterable<unknown>): unknown {
    return combine(this, items, (resolve, reject, countDown) => {
      const errors: unknown[] = [];
      return {
        onFulfilled: () => resolve,
        onRejected(index) {
          errors[index] = undefined;
          return once((reason) => {
            errors[index] = reason;
            countDown();
          });
        },
        finish: () => reject(new AggregateError(errors, 'All promises were rejected')),
      };
    });
  },

  race(this: Constructor, items: Iterable<unknown>): unknown {
    return combine(this, items, (resolve, reject) => ({
      onFulfilled: () => resolve,
      onRejected: () => reject,
      finish: () => undefined,
    }));
  },

  try(this: Constructor, fn: (...args: unknown[]) => unknown, ...args: unknown[]): unknown {
    const { promise, resolve, reject } = capabilityOf(this as never);
    try {
      resolve(fn(...args));
    } catch (error) {
      reject(error);
    }
    return promise;
  },
};

/** Completes the class, named and shaped as the native one. */
export function finishPromise(): void {
  for (const [name, value] of Object.entries(combinators)) {
    Object.defineProperty(WorkflowPromise, name, { value, writable: true, configurable: true });
  }
  Object.defineProperty(WorkflowPromise, 'name', { value: 'Promise', configurable: true });
  Object.defineProperty(WorkflowPromise.prototype, Symbol.toStringTag, {
    value: 'Promise',
    configurable: true,
  });
}
