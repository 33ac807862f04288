import { nextStep, respond } from '../core/execution.js';
import type { Step } from '../core/step.js';
import type { CachedExecution } from './cached-execution.js';
import type { WorkflowHost } from './workflow-host.js';

/** Who waits for an execution to get somewhere. Must not throw. */
export interface Advance {
  readonly execution: CachedExecution;
  stepped(step: Step): void;
  failed(error: unknown): void;
}

/** Executions that share one deadline. */
const batchSize = 64;
/** Activations of one execution in a batch: a long replay lets others in between. */
const activationsPerTurn = 100;
/** A batch that took so long ends, far from the deadline. */
const batchMs = 100;

/**
 * Runs executions a batch at a time. Arming a deadline starts a thread; a batch arms it once.
 *
 * Invariants:
 * 1. Executions run in the order in which they came; a turn runs at most `batchSize` of them (E10).
 * 2. When the deadline passes, the execution that ran then fails its workflow task, and the others go on.
 */
export class ActivationQueue {
  readonly #host: WorkflowHost;
  readonly #inNextTurn: (call: () => void) => void;
  #entries: Advance[] = [];
  #isScheduled = false;

  /** `inNextTurn` calls back when what else is ready to run has run. */
  constructor(host: WorkflowHost, inNextTurn: (call: () => void) => void) {
    this.#host = host;
    this.#inNextTurn = inNextTurn;
  }

  /** Runs the execution until it waits for something from outside. */
  add(advance: Advance): void {
    this.#entries.push(advance);
    this.#schedule();
  }

  /** The same with a promise. */
  run(execution: CachedExecution): Promise<Step> {
    return new Promise((stepped, failed) => this.add({ execution, stepped, failed }));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#inNextTurn(() => {
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
    this.#entries = this.#entries.slice(steps.length + (failure ? 1 : 0));
    for (const [index, step] of steps.entries()) if (!step) this.#entries.push(batch[index]!);
    if (this.#entries.length > 0) this.#schedule();
    for (const [index, step] of steps.entries()) if (step) batch[index]!.stepped(step);
    if (failure) fail(batch[steps.length]!, failure.error);
  }
}

function fail({ execution, stepped, failed }: Advance, error: unknown): void {
  if (!(error instanceof Error)) return failed(error);
  const { message, stack = '', name } = error;
  const applicationFailureInfo = { type: name, nonRetryable: false };
  respond(execution.state, {
    status: 'failed',
    failure: { message, stackTrace: stack, source: 'Refrain', applicationFailureInfo },
  });
  stepped(nextStep(execution.state));
}
