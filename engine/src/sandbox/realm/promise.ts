/**
 * The sandbox's `Promise`, written in JavaScript. The bundler turns async functions into generators that are driven
 * by `runAsync` below, so no promise of the engine (V8) exists in workflow code. That gives, on every version of
 * Node: one first-in-first-out queue that is emptied when the runtime says so; async contexts without hooks; and
 * unhandled rejections that are known at once rather than reported to the host's process.
 *
 * Order of jobs is ECMAScript's: a test compares it with native async functions.
 *
 * Invariants:
 * 1. `queue` and `rejections` are empty between activations (`clearJobs`).
 * 2. A promise is settled at most once.
 * 3. Callbacks run in the context that was current when they were registered.
 */

interface Reaction {
  readonly derived: WorkflowPromise | Capability | undefined;
  readonly onFulfilled: ((value: unknown) => unknown) | undefined;
  readonly onRejected: ((reason: unknown) => unknown) | undefined;
  readonly context: unknown;
}

interface Capability {
  readonly promise: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

type Resolvers = Pick<Capability, 'resolve' | 'reject'>;
type Executor = (resolve: Capability['resolve'], reject: Capability['reject']) => void;
type Constructor = new (executor: Executor) => object;

export const contextCell: { current: unknown } = { current: undefined };

let queue: (() => void)[] = [];
let head = 0;
const rejections = new Set<WorkflowPromise>();

export function enqueue(job: () => void): void {
  queue.push(job);
}

export function runJobs(): void {
  const outer = contextCell.current;
  while (head < queue.length) {
    const job = queue[head]!;
    head++;
    if (head > 1024) {
      queue.splice(0, head);
      head = 0;
    }
    job();
  }
  queue = [];
  head = 0;
  contextCell.current = outer;
}

export function clearJobs(): void {
  queue = [];
  head = 0;
  overflow = undefined;
  rejections.clear();
}

/**
 * How deep the stack may become depends on the host. Code that catches an overflow and goes on could decide by it, so
 * the workflow task fails even if the error is caught. The bundler calls this first in every `catch` block.
 */
let overflow: { readonly reason: unknown } | undefined;

export function caught(error: unknown): void {
  if (!(error instanceof RangeError) || error.message !== 'Maximum call stack size exceeded') return;
  overflow ??= { reason: error };
  throw error;
}

function note(error: unknown): void {
  try {
    caught(error);
  } catch {
    // Noted; the error goes its way.
  }
}

/** What fails the workflow task: a stack overflow, caught or not, or a rejection that nobody handles. */
export function takeUnhandledRejection(): { readonly reason: unknown } | undefined {
  if (overflow) return overflow;
  for (const promise of rejections) {
    rejections.clear();
    return { reason: reasonOf(promise) };
  }
  return undefined;
}

/** Passed as executor by this module: the new promise is settled from inside. */
const internal: Executor = () => undefined;
const { apply } = Reflect;

function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

export let isPromise: (value: unknown) => value is WorkflowPromise;
/** Marks a promise as handled without adding a reaction. */
export let markHandled: (promise: unknown) => void;
/** For `await`: no derived promise. */
let awaitOn: (
  value: unknown,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
  context: unknown,
) => void;
/** A pending promise and what settles it, without a guard: call one of them, once. */
let deferred: () => Capability & { readonly promise: WorkflowPromise };
let settleDerived: (derived: WorkflowPromise, isFulfilled: boolean, value: unknown) => void;
let reasonOf: (promise: WorkflowPromise) => unknown;

export class WorkflowPromise {
  #state: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  #value: unknown = undefined;
  #reactions: Reaction[] | undefined = undefined;
  #isHandled = false;

  constructor(executor: Executor) {
    if (executor === internal) return;
    if (typeof executor !== 'function') {
      throw new TypeError(`Promise resolver ${String(executor)} is not a function`);
    }
    const { resolve, reject } = WorkflowPromise.#resolversOf(this);
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  static #resolversOf(promise: WorkflowPromise): Resolvers {
    let isResolved = false;
    return {
      resolve: (value) => {
        if (isResolved) return;
        isResolved = true;
        promise.#resolve(value);
      },
      reject: (reason) => {
        if (isResolved) return;
        isResolved = true;
        promise.#reject(reason);
      },
    };
  }

  #resolve(value: unknown): void {
    if (value === this) return this.#reject(new TypeError('Chaining cycle detected for promise #<Promise>'));
    if (!isObject(value)) return this.#settle('fulfilled', value);
    let then: unknown;
    try {
      then = value.then;
    } catch (error) {
      return this.#reject(error);
    }
    if (typeof then !== 'function') return this.#settle('fulfilled', value);
    const context = contextCell.current;
    enqueue(() => {
      contextCell.current = context;
      const { resolve, reject } = WorkflowPromise.#resolversOf(this);
      try {
        apply(then, value, [resolve, reject]);
      } catch (error) {
        reject(error);
      }
    });
  }

  #reject(reason: unknown): void {
    note(reason);
    if (!this.#isHandled) rejections.add(this);
    this.#settle('rejected', reason);
  }

  #settle(state: 'fulfilled' | 'rejected', value: unknown): void {
    this.#state = state;
    this.#value = value;
    const reactions = this.#reactions;
    if (reactions === undefined) return;
    this.#reactions = undefined;
    for (const reaction of reactions) enqueue(() => react(reaction, state, value));
  }

  #perform(reaction: Reaction): void {
    this.#isHandled = true;
    if (this.#state === 'pending') {
      if (this.#reactions === undefined) this.#reactions = [reaction];
      else this.#reactions.push(reaction);
      return;
    }
    if (this.#state === 'rejected') rejections.delete(this);
    const state = this.#state;
    const value = this.#value;
    enqueue(() => react(reaction, state, value));
  }

  // What this module and the runtime may do to promises, but workflow code must not see.
  static {
    const coerce = (value: unknown): WorkflowPromise => {
      if (isPromise(value) && value.constructor === WorkflowPromise) return value;
      const promise = new WorkflowPromise(internal);
      promise.#resolve(value);
      return promise;
    };
    isPromise = (value): value is WorkflowPromise => isObject(value) && #state in value;
    awaitOn = (value, onFulfilled, onRejected, context) =>
      coerce(value).#perform({ derived: undefined, onFulfilled, onRejected, context });
    deferred = () => {
      const promise = new WorkflowPromise(internal);
      return {
        promise,
        resolve: (value) => promise.#resolve(value),
        reject: (reason) => promise.#reject(reason),
      };
    };
    settleDerived = (derived, isFulfilled, value) => {
      if (isFulfilled) derived.#resolve(value);
      else derived.#reject(value);
    };
    reasonOf = (promise) => promise.#value;
    markHandled = (promise) => {
      if (!isPromise(promise)) return;
      promise.#isHandled = true;
      rejections.delete(promise);
    };
  }

  then(onFulfilled?: unknown, onRejected?: unknown): unknown {
    const constructor = speciesOf(this);
    const context = contextCell.current;
    const derived =
      constructor === (WorkflowPromise as unknown as Constructor)
        ? new WorkflowPromise(internal)
        : capabilityOf(constructor);
    this.#perform({
      derived,
      onFulfilled: typeof onFulfilled === 'function' ? (onFulfilled as Reaction['onFulfilled']) : undefined,
      onRejected: typeof onRejected === 'function' ? (onRejected as Reaction['onRejected']) : undefined,
      context,
    });
    return derived instanceof WorkflowPromise ? derived : derived.promise;
  }

  catch(onRejected?: unknown): unknown {
    return this.then(undefined, onRejected);
  }

  finally(onFinally?: unknown): unknown {
    if (typeof onFinally !== 'function') return this.then(onFinally, onFinally);
    const constructor = speciesOf(this);
    return this.then(
      (value: unknown) => resolveWith(constructor, apply(onFinally, undefined, [])).then(() => value),
      (reason: unknown) =>
        resolveWith(constructor, apply(onFinally, undefined, [])).then(() => {
          throw reason;
        }),
    );
  }

  static resolve(this: Constructor, value?: unknown): WorkflowPromise {
    return resolveWith(this, value);
  }

  static reject(this: Constructor, reason?: unknown): unknown {
    const { promise, reject } = capabilityOf(this);
    reject(reason);
    return promise;
  }

  static withResolvers(this: Constructor): Capability {
    const { promise, resolve, reject } = capabilityOf(this);
    return { promise, resolve, reject };
  }

  static get [Symbol.species](): unknown {
    return this;
  }
}

function resolveWith(constructor: Constructor, value: unknown): WorkflowPromise {
  if (isPromise(value) && value.constructor === constructor) return value;
  const { promise, resolve } = capabilityOf(constructor);
  resolve(value);
  return promise as WorkflowPromise;
}

export function capabilityOf(constructor: Constructor): Capability {
  if (constructor === (WorkflowPromise as unknown as Constructor)) {
    let resolvers!: Resolvers;
    const promise = new WorkflowPromise((resolve, reject) => (resolvers = { resolve, reject }));
    return { promise, resolve: resolvers.resolve, reject: resolvers.reject };
  }
  if (typeof constructor !== 'function') throw new TypeError('Promise method called on a non-constructor');
  let resolve: unknown;
  let reject: unknown;
  const promise = new constructor((res, rej) => {
    resolve = res;
    reject = rej;
  });
  if (typeof resolve !== 'function' || typeof reject !== 'function') {
    throw new TypeError('Promise resolve or reject function is not callable');
  }
  return { promise, resolve: resolve as Capability['resolve'], reject: reject as Capability['reject'] };
}

function speciesOf(promise: WorkflowPromise): Constructor {
  const constructor: unknown = promise.constructor;
  if (constructor === WorkflowPromise || constructor === undefined) {
    return WorkflowPromise as unknown as Constructor;
  }
  const species = (constructor as Record<symbol, unknown>)[Symbol.species];
  return (species ?? WorkflowPromise) as Constructor;
}

function react(reaction: Reaction, state: 'fulfilled' | 'rejected', value: unknown): void {
  const { derived, context } = reaction;
  contextCell.current = context;
  const handler = state === 'fulfilled' ? reaction.onFulfilled : reaction.onRejected;
  if (handler === undefined) {
    if (derived !== undefined) settle(derived, state === 'fulfilled', value);
    return;
  }
  let result: unknown;
  try {
    result = handler(value);
  } catch (error) {
    if (derived !== undefined) settle(derived, false, error);
    return;
  }
  if (derived !== undefined) settle(derived, true, result);
}

function settle(derived: WorkflowPromise | Capability, isFulfilled: boolean, value: unknown): void {
  if (derived instanceof WorkflowPromise) settleDerived(derived, isFulfilled, value);
  else if (isFulfilled) derived.resolve(value);
  else derived.reject(value);
}

/** One `await`: continues in the current context. */
export function waitFor(
  value: unknown,
  onFulfilled: (value: unknown) => void,
  onRejected: (reason: unknown) => void,
): void {
  try {
    awaitOn(value, onFulfilled, onRejected, contextCell.current);
  } catch (error) {
    // Only reading `value.constructor` can throw.
    onRejected(error);
  }
}

/**
 * Runs a generator as the body of an async function: `yield` is `await`. The bundler's helper `__async` is replaced
 * by this one, which restores the async context at each step.
 */
export function runAsync(
  self: unknown,
  args: ArrayLike<unknown> | null,
  body: (...args: unknown[]) => Generator,
): WorkflowPromise {
  const { promise, resolve, reject } = deferred();
  let generator: Generator;
  const step = (next: () => IteratorResult<unknown>): void => {
    let result: IteratorResult<unknown>;
    try {
      result = next();
    } catch (error) {
      reject(error);
      return;
    }
    if (result.done) {
      resolve(result.value);
      return;
    }
    waitFor(result.value, onFulfilled, onRejected);
  };
  const onFulfilled = (value: unknown): void => step(() => generator.next(value));
  const onRejected = (reason: unknown): void => step(() => generator.throw(reason));
  const outer = contextCell.current;
  step(() => {
    generator = apply(body, self, args ?? []) as Generator;
    return generator.next();
  });
  contextCell.current = outer;
  return promise;
}
