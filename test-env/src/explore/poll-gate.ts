import type { TaskApi } from '@refrain/engine/internal';
import type { Poll } from '../host/worker-view.js';

type Task = TaskApi.PollWorkflowTaskQueueResponse;

interface Held {
  readonly poll: Poll;
  readonly give: (task: Task) => void;
}

/**
 * Holds the workers' polls for workflow tasks back until a run wants a task to be taken. It owns the polls that
 * wait; a poll that found nothing goes on waiting.
 */
export class PollGate {
  readonly #held = new Set<Held>();

  admit(poll: Poll, signal: AbortSignal | undefined): Promise<Task | undefined> {
    return new Promise((resolve, reject) => {
      const held: Held = {
        poll,
        give: (task) => {
          this.#held.delete(held);
          resolve(task);
        },
      };
      this.#held.add(held);
      signal?.addEventListener(
        'abort',
        () => {
          if (this.#held.delete(held)) reject(signal.reason as Error);
        },
        { once: true },
      );
    });
  }

  /** Lets polls through until one has brought a task to its worker; false when there is none to be had. */
  async deliver(settled: () => Promise<void>): Promise<boolean> {
    return (await this.#poll((held, task) => held.give(task), settled)) !== undefined;
  }

  /** Takes a task and gives it to nobody: its worker died with it. */
  async lose(settled: () => Promise<void>): Promise<Task | undefined> {
    return this.#poll(() => undefined, settled);
  }

  async #poll(
    onTask: (held: Held, task: Task) => void,
    settled: () => Promise<void>,
  ): Promise<Task | undefined> {
    const enough = new AbortController();
    let taken: Task | undefined;
    const polls = [...this.#held].map(async (held) => {
      const task = await held.poll(enough.signal).catch(() => undefined);
      if (!task) return;
      taken ??= task;
      onTask(held, task);
      enough.abort();
    });
    await settled();
    enough.abort();
    await Promise.all(polls);
    return taken;
  }
}
