const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/** Like `addEventListener('abort')`, but cheap for the many calls of a worker that share one signal. */
export function onAbort(signal: AbortSignal, callback: () => void): void {
  let set = callbacks.get(signal);
  if (!set) {
    const all = new Set<() => void>();
    set = all;
    callbacks.set(signal, all);
    signal.addEventListener('abort', () => [...all].forEach((call) => call()), { once: true });
  }
  set.add(callback);
}

export function offAbort(signal: AbortSignal, callback: () => void): void {
  callbacks.get(signal)?.delete(callback);
}

/** Calls back when the signal is aborted, at once if it is already. */
export function whenAborted(signal: AbortSignal | undefined, callback: () => void): void {
  if (signal?.aborted) callback();
  else if (signal) onAbort(signal, callback);
}
