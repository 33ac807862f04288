import { CancellationScope } from '../runtime/cancellation-scope.js';
import { untrack } from '../runtime/realm.js';

/** A promise with its `resolve` and `reject`, rejected when the scope that it was made in is cancelled. */
export class Trigger<T> implements PromiseLike<T> {
  readonly resolve: (value: T | PromiseLike<T>) => void;
  readonly reject: (reason?: unknown) => void;
  protected readonly promise: Promise<T>;

  constructor() {
    let settle!: Pick<Trigger<T>, 'resolve' | 'reject'>;
    this.promise = new Promise<T>((resolve, reject) => {
      const scope = CancellationScope.current();
      if (scope.cancellable) untrack(scope.cancelRequested.catch(reject));
      settle = { resolve, reject };
    });
    this.resolve = settle.resolve;
    this.reject = settle.reject;
    untrack(this.promise);
  }

  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.promise.then(onfulfilled, onrejected);
  }
}
