// The module's own: a test that fakes the global timers must not stop the worker.
import { setTimeout } from 'node:timers';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { InputError } from '../errors.js';
import { IllegalStateError } from '../failures/errors.js';
import { ActivityRunner } from './activity-runner.js';
import type { CompiledOptions, WorkerOptions } from './options.js';
import { compileOptions } from './options.js';
import { findTemporalActivities } from './temporal-activities.js';
import { Turns } from './turns.js';
import { WorkflowRunner } from './workflow-runner.js';

export type WorkerState =
  'INITIALIZED' | 'RUNNING' | 'STOPPING' | 'DRAINING' | 'DRAINED' | 'STOPPED' | 'FAILED';

export interface WorkerStatus {
  readonly runState: WorkerState;
  readonly numInFlightWorkflowActivations: number;
  readonly numInFlightActivities: number;
  readonly numCachedWorkflows: number;
}

/**
 * Serves one task queue: runs its workflows' code and its activities.
 *
 * Owns: its pollers and all that runs in it. A worker runs once: `run` until `shutdown`. On shutdown it polls no
 * more, answers what it has begun, cancels activities after the grace time, and gives up after the force time.
 */
export class Worker {
  readonly options: CompiledOptions;
  readonly #ownsHost: boolean;
  readonly #activities: ActivityRunner | undefined;
  readonly #workflows: WorkflowRunner | undefined;
  readonly #stop = new AbortController();
  #state: WorkerState = 'INITIALIZED';
  #forced: ((error: Error) => void) | undefined;

  private constructor(options: CompiledOptions, ownsHost: boolean) {
    this.options = options;
    this.#ownsHost = ownsHost;
    // Each poll that waits listens to it.
    setMaxListeners(0, this.#stop.signal);
    const { workflowHost, activities, identity, taskQueue, directTasks } = options;
    const direct = directTasks && { tasks: directTasks, turns: new Turns() };
    const runner = Object.keys(activities).length > 0 ? new ActivityRunner(options, direct) : undefined;
    this.#activities = runner;
    if (workflowHost) {
      const stickyQueue = `${identity}:${taskQueue}:${randomUUID()}`;
      this.#workflows = new WorkflowRunner(options, workflowHost, stickyQueue, runner, direct);
    }
  }

  /** Throws `InputError` that names the option that cannot be. */
  static async create(options: WorkerOptions): Promise<Worker> {
    findTemporalActivities();
    return new Worker(await compileOptions(options), options.workflowHost === undefined);
  }

  /** The workflow types that this worker serves. */
  get workflowTypes(): readonly string[] {
    return this.options.workflowHost?.workflowTypes ?? [];
  }

  getState(): WorkerState {
    return this.#state;
  }

  getStatus(): WorkerStatus {
    return {
      runState: this.#state,
      numInFlightWorkflowActivations: this.#workflows?.inFlight ?? 0,
      numInFlightActivities: this.#activities?.runningCount ?? 0,
      numCachedWorkflows: this.#workflows?.cachedCount ?? 0,
    };
  }

  /** Serves until `shutdown`; resolves when all that was begun is answered. */
  async run(): Promise<void> {
    if (this.#state !== 'INITIALIZED') throw new IllegalStateError('Poller was already started');
    this.#state = 'RUNNING';
    const forced = new Promise<never>((_resolve, reject) => (this.#forced = reject));
    try {
      await Promise.race([this.#serve(), forced]);
      this.#state = 'STOPPED';
    } catch (error) {
      this.#state = 'FAILED';
      throw error;
    } finally {
      await this.#workflows?.close();
      if (this.#ownsHost) this.options.workflowHost?.close?.();
    }
  }

  /** Runs while the promise is pending, or while the function's promise is; then shuts down. */
  async runUntil<T>(work: Promise<T> | (() => Promise<T>)): Promise<T> {
    const running = this.run();
    const failed = running.then(() => {
      throw new IllegalStateError('Worker stopped while the promise passed to `runUntil` was pending');
    });
    failed.catch(() => undefined);
    try {
      return await Promise.race([typeof work === 'function' ? work() : work, failed]);
    } finally {
      if (this.#state === 'RUNNING') this.shutdown();
      await running;
    }
  }

  /** Begins a graceful shutdown. */
  shutdown(): void {
    if (this.#state !== 'RUNNING') {
      throw new IllegalStateError(`Not running. Current state: ${this.#state}`);
    }
    this.#state = 'STOPPING';
    this.#stop.abort(new InputError('RFN2022', 'The worker is shutting down'));
    const { shutdownGraceMs, shutdownForceMs } = this.options;
    const after = (ms: number, call: () => void) => setTimeout(call, ms).unref();
    after(shutdownGraceMs, () => this.#activities?.cancelAll());
    if (shutdownForceMs === undefined) return;
    after(shutdownForceMs, () => {
      const message = 'Timed out while waiting for worker to shutdown gracefully';
      this.#forced?.(new InputError('RFN2022', message));
    });
  }

  async #serve(): Promise<void> {
    const { signal } = this.#stop;
    await Promise.all([this.#workflows?.poll(signal), this.#activities?.poll(signal)]);
    this.#state = 'DRAINING';
    await Promise.all([this.#workflows?.whenIdle(), this.#activities?.whenIdle()]);
    this.#state = 'DRAINED';
  }
}
