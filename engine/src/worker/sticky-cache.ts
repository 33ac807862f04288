import type { CachedExecution } from './cached-execution.js';

/**
 * The executions that this worker holds, so that their next workflow task brings only what is new.
 *
 * Owns the executions it holds: what it evicts it disposes of. Invariants:
 * 1. It holds at most `maxExecutions`, of an estimated `maxBytes` at most (E10); the least recently used go first.
 * 2. An execution that is at work is never evicted; it may exceed the bounds until its task is answered.
 */
export class StickyCache {
  readonly #maxExecutions: number;
  readonly #maxBytes: number;
  readonly #evicted: (size: number) => void;
  /** In order of use, the least recently used first. */
  readonly #executions = new Map<string, CachedExecution>();
  #bytes = 0;

  constructor(maxExecutions: number, maxBytes: number, evicted: (size: number) => void) {
    this.#maxExecutions = maxExecutions;
    this.#maxBytes = maxBytes;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#executions.size;
  }

  /** Whether executions can stay at all. */
  get isOn(): boolean {
    return this.#maxExecutions > 0;
  }

  get(runId: string): CachedExecution | undefined {
    return this.#executions.get(runId);
  }

  /** Keeps the execution as the most recently used, and makes room. */
  keep(execution: CachedExecution): void {
    this.#forget(execution.runId);
    execution.countedBytes = execution.estimateBytes();
    this.#bytes += execution.countedBytes;
    this.#executions.set(execution.runId, execution);
    if (this.#executions.size <= this.#maxExecutions && this.#bytes <= this.#maxBytes) return;
    for (const candidate of this.#executions.values()) {
      if (this.#executions.size <= this.#maxExecutions && this.#bytes <= this.#maxBytes) return;
      if (candidate.busy) continue;
      this.evict(candidate.runId);
      this.#evicted(this.#executions.size);
    }
  }

  /** Disposes of the execution, if it is here. */
  evict(runId: string): void {
    this.#forget(runId)?.dispose();
  }

  clear(): void {
    for (const runId of [...this.#executions.keys()]) this.evict(runId);
  }

  #forget(runId: string): CachedExecution | undefined {
    const execution = this.#executions.get(runId);
    if (!execution) return undefined;
    this.#executions.delete(runId);
    this.#bytes -= execution.countedBytes;
    return execution;
  }
}
