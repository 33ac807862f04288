import type { Runs } from './runs.js';
import { isRunning } from './state.js';
import type { QueuedTask } from './task-queues.js';

/**
 * Owns the tokens of the tasks that workers have. A token leaves when its task is answered; one whose worker died is
 * never answered, and is dropped once its task has timed out.
 *
 * Bound (E10): twice the tasks that are really with workers, and `slack`.
 */
export class TasksWithWorkers {
  readonly #tokens = new Set<string>();
  readonly #isPending: (token: string) => boolean;
  #sweepAt = slack;

  /** `isPending`: whether the service still waits for the answer to this token. */
  constructor(isPending: (token: string) => boolean) {
    this.#isPending = isPending;
  }

  add(token: string): void {
    this.#tokens.add(token);
    if (this.#tokens.size <= this.#sweepAt) return;
    this.#sweep();
    this.#sweepAt = 2 * this.#tokens.size + slack;
  }

  delete(token: string): void {
    this.#tokens.delete(token);
  }

  clear(): void {
    this.#tokens.clear();
  }

  /** How many tasks workers have now. */
  count(): number {
    this.#sweep();
    return this.#tokens.size;
  }

  #sweep(): void {
    for (const token of this.#tokens) if (!this.#isPending(token)) this.#tokens.delete(token);
  }
}

const slack = 1000;

/** Whether the task of a token is still with the worker that took it: not answered, timed out or ended with its run. */
export function isPendingTask(runs: Runs, token: string): boolean {
  const [, kind, key, rest = ''] = /^([waq])\.(\d+)\.(.+)$/.exec(token) ?? [];
  const run = runs.get(Number(key));
  if (!run) return false;
  if (kind === 'q') return run.queries?.has(rest) ?? false;
  const [scheduledEventId, attempt] = rest.split('.').map(Number);
  if (kind === 'w') {
    const task = run.state.workflowTask;
    return (
      task !== undefined &&
      task.startedEventId !== 0 &&
      task.scheduledEventId === scheduledEventId &&
      task.attempt === attempt
    );
  }
  const activity = run.state.activities.get(scheduledEventId!);
  return activity !== undefined && activity.startedTimeMs !== 0 && activity.attempt === attempt;
}

/** Whether a queued task is still to be done: its run may have ended, or the task gone to another queue. */
export function isWaitingTask(runs: Runs, { run: key, scheduledEventId, queryId }: QueuedTask): boolean {
  const run = runs.get(key);
  if (!run) return false;
  if (queryId !== undefined) return run.queries?.get(queryId)?.sentWith === -1;
  if (!isRunning(run.state)) return false;
  if (scheduledEventId === 0) return run.state.workflowTask?.startedEventId === 0;
  return run.state.activities.get(scheduledEventId)?.startedTimeMs === 0;
}
