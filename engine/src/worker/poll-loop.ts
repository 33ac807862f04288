// The module's own: a test that fakes the global timers must not stop the worker.
import { setTimeout } from 'node:timers';
import { hasStatus } from './service-status.js';
import type { Slots } from './slots.js';

export interface PollLoop<T> {
  readonly slots: Slots;
  poll(): Promise<T | undefined>;
  /** Frees the slot that the loop took for it. Must not reject. */
  handle(task: T): Promise<void>;
  failed(error: unknown): void;
}

/** A poll that failed is not sent again at once; the wait grows from the first to the second number. */
const firstWaitMs = 50;
const longestWaitMs = 5_000;

/** One poller: takes a slot, polls, hands the task on without waiting for it, and again. */
export async function pollUntil<T>(stop: AbortSignal, loop: PollLoop<T>): Promise<void> {
  let waitMs = firstWaitMs;
  while (!stop.aborted) {
    if (!loop.slots.tryTake()) await loop.slots.take();
    let task: T | undefined;
    try {
      task = stop.aborted ? undefined : await loop.poll();
      waitMs = firstWaitMs;
    } catch (error) {
      loop.slots.free();
      if (stop.aborted) return;
      if (hasStatus(error, 'UNAVAILABLE')) return;
      loop.failed(error);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      waitMs = Math.min(2 * waitMs, longestWaitMs);
      continue;
    }
    if (task) {
      void loop.handle(task);
      continue;
    }
    loop.slots.free();
    // An empty answer means that the service is closing: do not ask again at once.
    if (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, firstWaitMs));
  }
}
