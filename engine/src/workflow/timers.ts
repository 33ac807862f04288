import { durationToMs, type Duration } from '../failures/duration.js';
import { activatorFor, commandingActivator, maybeActivator } from '../runtime/activator.js';
import { CancellationScope, connectToScope, setScopeHost } from '../runtime/cancellation-scope.js';
import { composeInterceptors, type TimerInput } from '../runtime/interceptors.js';
import type { TimerOptions } from '../runtime/options.js';
import { untrack } from '../runtime/realm.js';
import { decidePatch } from '../runtime/patches.js';

setScopeHost({
  rootScope: () => activatorFor('CancellationScope').rootScope,
  sleep: (ms) => sleep(ms),
});

function startTimer({ seq, durationMs, options }: TimerInput): Promise<void> {
  const activator = commandingActivator('sleep');
  return new Promise<void>((resolve, reject) => {
    const isCancelled = connectToScope(reject, (reason) => {
      if (!activator.take('timer', seq)) return;
      activator.push({ type: 'cancelTimer', seq });
      reject(reason);
    });
    if (isCancelled) return;
    const metadata = activator.userMetadata(options?.summary);
    activator.push({ type: 'startTimer', seq, startToFireTimeoutMs: durationMs, ...metadata });
    activator.wait('timer', seq, { resolve, reject, context: activator.workflowContext() });
  });
}

/** Waits for `ms` (milliseconds or a text such as `'30 days'`) with a durable timer; at least 1 ms. */
export function sleep(ms: Duration, options?: TimerOptions): Promise<void> {
  const activator = commandingActivator('sleep');
  const requestedMs = durationToMs(ms, 'sleep duration');
  if (!Number.isFinite(requestedMs))
    throw new TypeError(`Invalid sleep duration: ${requestedMs} is not finite`);
  const seq = activator.nextSeq.timer++;
  const execute = composeInterceptors(activator.interceptors.outbound, 'startTimer', startTimer);
  return execute({ durationMs: Math.max(1, Math.round(requestedMs)), seq, options });
}

/** Temporal's name for the change that made `condition(fn, 0)` time out. */
const conditionZeroPatch = '__sdk_internal_patch_number:1';

/**
 * Waits until `fn` is true: it is evaluated at once and after each job. With a timeout, resolves to whether `fn`
 * became true in time. `fn` must not change anything.
 */
export function condition(fn: () => boolean, timeout: Duration, options?: TimerOptions): Promise<boolean>;
export function condition(fn: () => boolean): Promise<void>;
export function condition(fn: () => boolean, timeout?: Duration, options?: TimerOptions): Promise<unknown> {
  maybeActivator()?.assertMayCommand('condition');
  return conditionWith(fn, timeout, options);
}

async function conditionWith(
  fn: () => boolean,
  timeout?: Duration,
  options?: TimerOptions,
): Promise<boolean | undefined> {
  const activator = commandingActivator('condition');
  const isTimed = typeof timeout === 'number' || typeof timeout === 'string';
  if (!isTimed || (timeout === 0 && !decidePatch(activator, conditionZeroPatch, false))) {
    return waitFor(fn) as Promise<undefined>;
  }
  return CancellationScope.cancellable(async () => {
    try {
      return await Promise.race([sleep(timeout, options).then(() => false), waitFor(fn).then(() => true)]);
    } finally {
      CancellationScope.current().cancel();
    }
  });
}

function waitFor(fn: () => boolean): Promise<void> {
  const activator = activatorFor('condition');
  return new Promise<void>((resolve, reject) => {
    const scope = CancellationScope.current();
    if (scope.consideredCancelled) {
      untrack(scope.cancelRequested.catch(reject));
      return;
    }
    const seq = activator.nextSeq.condition++;
    if (scope.cancellable) {
      untrack(
        scope.cancelRequested.catch((reason: unknown) => {
          const waiting = activator.conditions.get(seq);
          if (waiting) activator.waitingStacks.delete(waiting);
          activator.conditions.delete(seq);
          reject(reason);
        }),
      );
    }
    if (fn()) {
      resolve();
      return;
    }
    const waiting = { fn, resolve };
    activator.conditions.set(seq, waiting);
    activator.rememberStack(waiting);
  });
}

const timeoutScopes = new WeakMap<object, Map<number, CancellationScope>>();

function scopesOf(owner: object): Map<number, CancellationScope> {
  let scopes = timeoutScopes.get(owner);
  if (scopes === undefined) timeoutScopes.set(owner, (scopes = new Map()));
  return scopes;
}

/** The sandbox's `setTimeout`: a durable timer that `clearTimeout` cancels. Returns the timer's number. */
export function setTimeout(callback: (...args: unknown[]) => unknown, ms = 0, ...args: unknown[]): number {
  const activator = commandingActivator('setTimeout');
  if (typeof callback !== 'function') throw new TypeError('setTimeout: the callback must be a function');
  const scopes = scopesOf(activator);
  const seq = activator.nextSeq.timer;
  const scope = new CancellationScope({ cancellable: true });
  const slept = scope.run(() => sleep(Math.max(1, Number(ms) || 0)));
  slept.then(
    () => {
      scopes.delete(seq);
      callback(...args);
    },
    () => scopes.delete(seq),
  );
  untrack(slept);
  scopes.set(seq, scope);
  return seq;
}

export function clearTimeout(handle: unknown): void {
  const activator = commandingActivator('clearTimeout');
  const scopes = scopesOf(activator);
  if (typeof handle !== 'number') return;
  const scope = scopes.get(handle);
  if (scope === undefined) return;
  scopes.delete(handle);
  scope.cancel();
}
