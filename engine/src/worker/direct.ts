import type { DirectTasks } from '../service/direct-tasks.js';
import type { Turns } from './turns.js';

/** What a worker in the service's process has besides `service`. */
export interface Direct {
  readonly tasks: DirectTasks;
  readonly turns: Turns;
}

export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Whether it could be stored makes no difference to who only waits for the end. */
export function whenStored(tasks: DirectTasks): Promise<void> {
  return new Promise((resolve) => tasks.whenDurable(() => resolve()));
}
