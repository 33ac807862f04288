import { capabilityOf, waitFor, WorkflowPromise } from './promise.js';

/**
 * Async generators as the bundler lowers them: a generator whose body yields `Await` for `await x`, `Raw` for what
 * `yield*` passes through, and anything else for `yield x`. The steps are ECMAScript's (27.6.3), so that the order of
 * promise jobs is too.
 */
export class Await {
  readonly value: unknown;
  /** The awaited value answers a `return` that `yield*` passed to its inner iterator. */
  readonly isReturn: boolean;

  constructor(value: unknown, isReturn = false) {
    this.value = value;
    this.isReturn = isReturn;
  }
}

class Raw {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

type Kind = 'next' | 'throw' | 'return';
type Capability = ReturnType<typeof capabilityOf>;

interface Request {
  readonly kind: Kind;
  readonly value: unknown;
  readonly capability: Capability;
}

const { apply } = Reflect;
const Constructor = WorkflowPromise as never;

class Driver {
  #state: 'start' | 'yielded' | 'executing' | 'draining' | 'completed' = 'start';
  readonly #queue: Request[] = [];
  readonly #generator: Generator;

  constructor(generator: Generator) {
    this.#generator = generator;
  }

  request(kind: Kind, value: unknown): unknown {
    const capability = capabilityOf(Constructor);
    if (kind === 'throw' && this.#state === 'start') this.#state = 'completed';
    if (this.#state === 'completed' && kind !== 'return') {
      if (kind === 'throw') capability.reject(value);
      else capability.resolve({ value: undefined, done: true });
      return capability.promise;
    }
    this.#queue.push({ kind, value, capability });
    if (kind === 'return' && (this.#state === 'start' || this.#state === 'completed')) {
      this.#state = 'draining';
      this.#awaitReturn();
    } else if (this.#state === 'start' || this.#state === 'yielded') {
      this.#resume(kind, value);
    }
    return capability.promise;
  }

  /** A `return` at a `yield` first awaits its value. */
  #resume(kind: Kind, value: unknown): void {
    this.#state = 'executing';
    if (kind !== 'return') return this.#step(kind, value);
    waitFor(
      value,
      (awaited) => this.#step('return', awaited),
      (reason) => this.#step('throw', reason),
    );
  }

  #step(kind: Kind, value: unknown): void {
    let result: IteratorResult<unknown>;
    try {
      result = this.#generator[kind](value as never);
    } catch (error) {
      return this.#finish((capability) => capability.reject(error));
    }
    const yielded = result.value;
    if (result.done) {
      const complete = (awaited: unknown): void =>
        this.#finish((capability) => capability.resolve({ value: awaited, done: true }));
      if (yielded === undefined || kind === 'return') return complete(yielded);
      waitFor(yielded, complete, (reason) => this.#finish((capability) => capability.reject(reason)));
    } else if (yielded instanceof Await) {
      const { isReturn } = yielded;
      waitFor(
        yielded.value,
        (awaited) => this.#step(isReturn ? 'return' : 'next', awaited),
        (reason) => this.#step('throw', reason),
      );
    } else if (yielded instanceof Raw) this.#yield(yielded.value);
    else {
      waitFor(
        yielded,
        (awaited) => this.#yield(awaited),
        (reason) => this.#step('throw', reason),
      );
    }
  }

  #yield(value: unknown): void {
    this.#queue.shift()!.capability.resolve({ value, done: false });
    const next = this.#queue[0];
    if (next === undefined) this.#state = 'yielded';
    else this.#resume(next.kind, next.value);
  }

  #finish(complete: (capability: Capability) => void): void {
    this.#state = 'draining';
    complete(this.#queue.shift()!.capability);
    this.#drain();
  }

  #drain(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (next.kind === 'return') return this.#awaitReturn();
      this.#queue.shift();
      if (next.kind === 'throw') next.capability.reject(next.value);
      else next.capability.resolve({ value: undefined, done: true });
    }
    this.#state = 'completed';
  }

  #awaitReturn(): void {
    waitFor(
      this.#queue[0]!.value,
      (value) => this.#finish((capability) => capability.resolve({ value, done: true })),
      (reason) => this.#finish((capability) => capability.reject(reason)),
    );
  }
}

/** Shared by all executions, and reached through each async generator. */
const prototype = Object.freeze({
  [Symbol.asyncIterator](): unknown {
    return this;
  },
  [Symbol.toStringTag]: 'AsyncGenerator',
});
Object.freeze(prototype[Symbol.asyncIterator]);

/** Replaces the bundler's helper `__asyncGenerator`. */
export function runAsyncGenerator(
  self: unknown,
  args: ArrayLike<unknown> | null,
  body: (...args: unknown[]) => Generator,
): unknown {
  const driver = new Driver(apply(body, self, args ?? []) as Generator);
  const iterator = Object.create(prototype) as Record<Kind, unknown>;
  for (const kind of ['next', 'throw', 'return'] as const) {
    Object.defineProperty(iterator, kind, {
      value: (value: unknown) => driver.request(kind, value),
      writable: true,
      configurable: true,
    });
  }
  return iterator;
}

type Inner = Partial<Record<Kind, (value: unknown) => unknown>>;

/** Replaces the bundler's helper `__yieldStar`: what `yield*` of a lowered async generator delegates to. */
export function yieldStar(iterable: Record<symbol, unknown>): Iterator<unknown> & Iterable<unknown> {
  const makeAsync = iterable[Symbol.asyncIterator] as (() => Inner) | undefined;
  const inner = makeAsync
    ? apply(makeAsync, iterable, [])
    : asyncFromSync(apply(iterable[Symbol.iterator] as () => Inner, iterable, []));
  let awaiting: Kind | undefined;
  const call = (kind: Kind, value: unknown): IteratorResult<unknown> => {
    if (awaiting !== undefined) {
      const isThrown = kind === 'throw';
      awaiting = undefined;
      if (isThrown) throw value;
      if (typeof value !== 'object' || value === null)
        throw new TypeError('Iterator result is not an object');
      const result = value as IteratorResult<unknown>;
      return result.done
        ? { done: true, value: result.value }
        : { done: false, value: new Raw(result.value) };
    }
    const method = inner[kind];
    if (method === undefined) {
      if (kind === 'return') return { done: true, value };
      throw new TypeError(`The iterator does not provide a '${kind}' method`);
    }
    awaiting = kind;
    return { done: false, value: new Await(apply(method, inner, [value]), kind === 'return') };
  };
  return {
    [Symbol.iterator]() {
      return this;
    },
    next: (value?: unknown) => call('next', value),
    throw: (value?: unknown) => call('throw', value),
    return: (value?: unknown) => call('return', value),
  };
}

/** A synchronous iterator seen as an asynchronous one: its values are awaited. */
function asyncFromSync(inner: Inner): Inner {
  const wrapped: Inner = {};
  for (const kind of ['next', 'throw', 'return'] as const) {
    const method = inner[kind];
    if (method === undefined) continue;
    wrapped[kind] = (value) => {
      const { promise, resolve, reject } = capabilityOf(Constructor);
      try {
        const result = apply(method, inner, [value]) as IteratorResult<unknown>;
        waitFor(result.value, (awaited) => resolve({ value: awaited, done: result.done }), reject);
      } catch (error) {
        reject(error);
      }
      return promise;
    };
  }
  return wrapped;
}
