import { durationToMs, type Duration } from '../failures/duration.js';
import { CancelledFailure } from '../failures/failures.js';
import { IllegalStateError } from '../failures/errors.js';
import { AsyncLocalStorage } from './async-context.js';
import { untrack } from './realm.js';

/** Only the root scope has no parent. */
const noParent = Symbol('noParent');

export interface CancellationScopeOptions {
  /** Cancel the scope after this time. */
  timeout?: Duration;
  /** False: cancellation of the parent does not reach what runs in the scope. */
  cancellable: boolean;
  /** Default: the current scope. */
  parent?: CancellationScope | typeof noParent;
}

const storage = new AsyncLocalStorage<CancellationScope>();

/** Provided by whoever starts an execution and by the timers, which are above this module. */
interface ScopeHost {
  rootScope(): CancellationScope;
  sleep(ms: number): Promise<void>;
}

const unset = (): never => {
  throw new IllegalStateError('CancellationScope may only be used from a Workflow Execution.');
};
let host: ScopeHost = { rootScope: unset, sleep: unset };

export function setScopeHost(scopeHost: ScopeHost): void {
  host = scopeHost;
}

/**
 * A tree of scopes that cancellation flows down. Everything awaited from the service belongs to the scope in
 * which it was asked for. A non-cancellable scope shields what is in it. Semantics: Temporal's TypeScript SDK
 * (with its flag `NonCancellableScopesAreShieldedFromPropagation`).
 */
export class CancellationScope {
  protected readonly timeout: number | undefined;
  readonly cancellable: boolean;
  readonly parent?: CancellationScope;
  /** Rejects with `CancelledFailure` when cancellation is requested, also for non-cancellable scopes. */
  readonly cancelRequested: Promise<never>;
  #isCancelRequested = false;
  protected readonly reject: (reason?: unknown) => void;

  constructor(options?: CancellationScopeOptions) {
    this.timeout = options?.timeout === undefined ? undefined : durationToMs(options.timeout, 'timeout');
    this.cancellable = options?.cancellable ?? true;
    let rejectRequested!: (reason?: unknown) => void;
    this.cancelRequested = new Promise<never>((_resolve, reject) => {
      rejectRequested = reject;
    });
    this.reject = (reason) => {
      this.#isCancelRequested = true;
      rejectRequested(reason);
    };
    untrack(this.cancelRequested);
    if (options?.parent === noParent) return;
    this.parent = options?.parent ?? CancellationScope.current();
    if (!this.parent.cancellable) return;
    this.#isCancelRequested = this.parent.#isCancelRequested;
    untrack(this.parent.cancelRequested.catch((error: unknown) => this.reject(error)));
  }

  get consideredCancelled(): boolean {
    return this.#isCancelRequested && this.cancellable;
  }

  /** Runs `fn` in the scope; what it awaits is cancelled with the scope. */
  run<T>(fn: () => Promise<T>): Promise<T> {
    return storage.run(this, () => this.runInContext(fn));
  }

  protected async runInContext<T>(fn: () => Promise<T>): Promise<T> {
    let timerScope: CancellationScope | undefined;
    if (this.timeout) {
      timerScope = new CancellationScope();
      const timeoutMs = this.timeout;
      untrack(
        timerScope
          .run(() => host.sleep(timeoutMs))
          .then(
            () => this.cancel(),
            () => undefined,
          ),
      );
    }
    try {
      return await fn();
    } finally {
      if (timerScope && !timerScope.consideredCancelled) timerScope.cancel();
    }
  }

  cancel(): void {
    this.reject(new CancelledFailure('Cancellation scope cancelled'));
  }

  static current(): CancellationScope {
    return storage.getStore() ?? host.rootScope();
  }

  static cancellable<T>(fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: true }).run(fn);
  }

  static nonCancellable<T>(fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: false }).run(fn);
  }

  static withTimeout<T>(timeout: Duration, fn: () => Promise<T>): Promise<T> {
    return new this({ cancellable: true, timeout }).run(fn);
  }
}

export class RootCancellationScope extends CancellationScope {
  constructor() {
    super({ cancellable: true, parent: noParent });
  }

  override cancel(): void {
    this.reject(new CancelledFailure('Workflow cancelled'));
  }
}

/**
 * Arranges `onCancel` for the current scope. Returns true when the scope is cancelled already: then nothing is to
 * be scheduled, and `reject` is called with the cancellation.
 */
export function connectToScope(
  reject: (reason: unknown) => void,
  onCancel: (reason: unknown) => void,
): boolean {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) {
    untrack(scope.cancelRequested.catch(reject));
    return true;
  }
  if (scope.cancellable) untrack(scope.cancelRequested.catch(onCancel));
  return false;
}
