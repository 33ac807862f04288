import { promiseHooks } from 'node:v8';

/** Frames that are asked for: those of the SDK and of the host come first, and are left out. */
const frames = 50;

export interface PromiseTracker {
  /** Whether the promise is one of the workflow's. */
  owns(promise: Promise<unknown>): boolean;
  /** `stack` is that of the call which has made the promise; its first line is not a frame. */
  made(promise: Promise<unknown>, parent: Promise<unknown> | undefined, stack: string): void;
  settled(promise: Promise<unknown>): void;
}

/**
 * Tells of the promises that are made and settled while the function runs, as the SDK's worker does always. It is slow,
 * and holds for the whole process; here it is on only while an execution is replayed for its stacks.
 */
export function trackingPromises<T>(tracker: PromiseTracker, fn: () => T): T {
  const stop = promiseHooks.createHook({
    init(promise, parent) {
      if (!tracker.owns(promise)) return;
      const { stackTraceLimit } = Error;
      Error.stackTraceLimit = frames;
      const { stack = '' } = new Error();
      Error.stackTraceLimit = stackTraceLimit;
      tracker.made(promise, parent as Promise<unknown> | undefined, stack);
    },
    settled(promise) {
      if (tracker.owns(promise)) tracker.settled(promise);
    },
  }) as () => void;
  try {
    return fn();
  } finally {
    stop();
  }
}
