import { nextStep, respond } from '../core/execution.js';
import type { Step } from '../core/step.js';
import type { CachedExecution } from './cached-execution.js';
import type { WorkflowHost } from './workflow-host.js';

interface Entry {
  readonly execution: CachedExecution;
  readonly resolve: (step: Step) => void;
  readonly reject: (error: unknown) => void;
}

/** Executions that share one deadline. */
const batchSize = 64;
/** Activations of one execution in a batch: a long replay lets others in between. */
const activationsPerTurn = 100;
/** A batch that took so long ends, far from the deadline. */
const batchMs = 100;

/**
 * Runs executions a batch at a time, once per turn of the event loop. Arming a deadline starts a thread; a batch
 * arms it once.
 *
 * Invariants:
 * 1. Executions run in the order in which they came; a turn runs at most `batchSize` of them (E10).
 * 2. When the deadline passes, the execution that ran then fails its workflow task, and the others go on.
 */
export class ActivationQueue {
  readonly #host: WorkflowHost;
  #entries: Entry[] = [];
  #isScheduled = false;

  constructor(host: WorkflowHost) {
    this.#host = host;
  }

  /** Runs the execution until it waits for something from outside. */
  run(execution: CachedExecution): Promise<Step> {
    return new Promise((resolve, reject) => {
      this.#entries.push({ execution, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#runBatch();
    });
  }

  #runBatch(): void {
    const batch = this.#entries.slice(0, batchSize);
    const steps: (Step | undefined)[] = [];
    const run = (): void => {
      const endMs = performance.now() + batchMs;
      while (steps.length < batch.length && performance.now() < endMs) {
        steps.push(batch[steps.length]!.execution.advance(activationsPerTurn));
      }
    };
    let failure: { readonly error: unknown } | undefined;
    try {
      if (this.#host.withDeadline) this.#host.withDeadline(run);
      else run();
    } catch (error) {
      failure = { error };
    }
    const later = this.#entries.slice(steps.length + (failure ? 1 : 0));
    for (const [index, step] of steps.entries()) {
      if (step) batch[index]!.resolve(step);
      else later.push(batch[index]!);
    }
    this.#entries = later;
    if (failure) fail(batch[steps.length]!, failure.error);
    if (later.length > 0) this.#schedule();
  }
}

function fail({ execution, resolve, reject }: Entry, error: unknown): void {
  if (!(error instanceof Error)) return reject(error);
  const { message, stack = '', name } = error;
  const applicationFailureInfo = { type: name, nonRetryable: false };
  respond(execution.state, {
    status: 'failed',
    failure: { message, stackTrace: stack, source: 'Refrain', applicationFailureInfo },
  });
  resolve(nextStep(execution.state));
}
