import type { PollWorkflowTaskQueueResponse } from '../service/api/tasks.js';
import { CachedExecution } from './cached-execution.js';
import { LocalActivities } from './local-activities.js';
import type { CompiledOptions } from './options.js';
import { Slots } from './slots.js';
import { StickyCache } from './sticky-cache.js';
import { asksForStacks, goesOn } from './task-input.js';
import type { WorkflowHost } from './workflow-host.js';

/**
 * The executions that a worker has at hand, and how it comes by one for a task: from the sticky cache when it can go on
 * from where it is, else anew. Owns the cache and the slots of local activities.
 */
export class Executions {
  readonly #options: CompiledOptions;
  readonly #host: WorkflowHost;
  readonly #cache: StickyCache;
  readonly #localSlots: Slots;

  constructor(options: CompiledOptions, host: WorkflowHost) {
    this.#options = options;
    this.#host = host;
    this.#localSlots = new Slots(options.maxConcurrentLocalActivityExecutions);
    this.#cache = new StickyCache(options.maxCachedWorkflows, options.maxCachedWorkflowBytes, (size) =>
      options.metrics.stickyCache('evicted', size),
    );
  }

  get size(): number {
    return this.#cache.size;
  }

  /** Whether executions can stay at all. */
  get stay(): boolean {
    return this.#cache.isOn;
  }

  get(runId: string): CachedExecution | undefined {
    return this.#cache.get(runId);
  }

  /** One for the task, which is its own until `end`; waits while another task has it. */
  async take(task: PollWorkflowTaskQueueResponse): Promise<CachedExecution> {
    const { runId } = task.workflowExecution;
    const stackTraces = asksForStacks(task);
    const cached = this.#cache.get(runId);
    if (cached) {
      if (cached.busy) await cached.begin();
      else cached.busy = true;
      // It may have been evicted, or gone on, while this task waited for it.
      const isHere = this.#cache.get(runId) === cached;
      if (isHere && !stackTraces && goesOn(cached, task)) {
        this.#count('hit');
        return cached;
      }
      cached.end();
      this.#cache.evict(runId);
    }
    return this.#takeNew(task, stackTraces);
  }

  /** The same without waiting, when the task can begin at once: it goes on, or has its whole history. */
  takeNow(task: PollWorkflowTaskQueueResponse): CachedExecution | undefined {
    if (task.nextPageToken || asksForStacks(task)) return undefined;
    const cached = this.#cache.get(task.workflowExecution.runId);
    if (!cached) return task.history.events[0]?.eventId === 1 ? this.#takeNew(task) : undefined;
    if (cached.busy || !goesOn(cached, task)) return undefined;
    this.#count('hit');
    cached.busy = true;
    return cached;
  }

  create(task: PollWorkflowTaskQueueResponse, options?: { readonly stackTraces?: boolean }): CachedExecution {
    const { workflowId, runId } = task.workflowExecution;
    const identity = { workflowId, runId, workflowType: task.workflowType.name };
    const newLocal = ({ state }: CachedExecution) =>
      new LocalActivities(this.#options, state, identity, this.#localSlots);
    return new CachedExecution(this.#options, this.#host, identity, newLocal, options);
  }

  keep(execution: CachedExecution): void {
    this.#cache.keep(execution);
  }

  /** Frees it, in the cache or not. */
  drop(execution: CachedExecution): void {
    if (this.#cache.get(execution.runId) === execution) this.#cache.evict(execution.runId);
    else execution.dispose();
  }

  evict(runId: string): void {
    this.#cache.evict(runId);
  }

  clear(): void {
    this.#cache.clear();
  }

  #takeNew(task: PollWorkflowTaskQueueResponse, stackTraces = false): CachedExecution {
    this.#count('miss');
    const execution = this.create(task, { stackTraces });
    execution.busy = true;
    return execution;
  }

  #count(found: 'hit' | 'miss'): void {
    this.#options.metrics.stickyCache(found, this.#cache.size);
  }
}
