import type { Activation, Completion } from '../core/activation.js';
import { createExecution, nextStep, respond, takeLocalActivityRequests } from '../core/execution.js';
import type { ExecutionState } from '../core/state.js';
import type { Step } from '../core/step.js';
import type { LocalActivities } from './local-activities.js';
import type { CompiledOptions } from './options.js';
import { decodePayloads, encodePayloads } from '../converter/payload-codec.js';
import type { HostedWorkflowInstance, WorkflowHost } from './workflow-host.js';

export interface ExecutionIdentity {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
}

/** What an execution costs besides its history: the realm's share of an instance, machines, maps. */
const baseBytes = 24 * 1024;
/** A run's code keeps part of what its history holds. */
const bytesPerHistoryByte = 2;

/**
 * One execution in this worker: the core's state and the instance that runs the code. They belong together: what
 * the one has been fed, the other has seen.
 */
export class CachedExecution {
  readonly runId: string;
  readonly identity: ExecutionIdentity;
  readonly state: ExecutionState;
  readonly local: LocalActivities;
  /** A task of it is being worked on. */
  busy = false;
  countedBytes = 0;
  readonly #instance: HostedWorkflowInstance;
  readonly #options: CompiledOptions;
  #waiting: (() => void)[] = [];
  #disposed = false;

  constructor(
    options: CompiledOptions,
    host: WorkflowHost,
    identity: ExecutionIdentity,
    newLocalActivities: (execution: CachedExecution) => LocalActivities,
    instanceOptions?: { readonly stackTraces?: boolean },
  ) {
    const { namespace, taskQueue, buildId } = options;
    this.#options = options;
    this.runId = identity.runId;
    this.identity = identity;
    this.state = createExecution({
      namespace,
      taskQueue,
      workflowId: identity.workflowId,
      runId: identity.runId,
      sdkName: 'refrain',
      ...(buildId ? { buildId } : {}),
    });
    this.#instance = host.createInstance(instanceOptions);
    this.local = newLocalActivities(this);
  }

  /** It cannot go on from here: its code has to be replayed. */
  get isLost(): boolean {
    return this.state.dead !== undefined || this.#instance.isLost === true;
  }

  estimateBytes(): number {
    return baseBytes + bytesPerHistoryByte * this.state.clock.historySizeBytes;
  }

  /** One task at a time; whoever comes meanwhile waits. */
  async begin(): Promise<void> {
    while (this.busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.busy = true;
  }

  end(): void {
    this.busy = false;
    this.#waiting.shift()?.();
  }

  /** Runs the code until it waits for something from outside; undefined when there is more after so many activations. */
  advance(maxActivations: number): Step | undefined {
    for (let count = 0; ; count++) {
      const step = nextStep(this.state);
      if (step.type !== 'activate') return this.#afterSteps(step);
      respond(this.state, this.#activate(step.activation));
      if (count >= maxActivations && !this.state.dead) return undefined;
    }
  }

  /** The same where payloads go through codecs. */
  async advanceWithCodecs(): Promise<Step> {
    const { codecs } = this.#options;
    for (;;) {
      const step = nextStep(this.state);
      if (step.type !== 'activate') return this.#afterSteps(step);
      const activation = await decodePayloads(codecs, step.activation);
      respond(this.state, await encodePayloads(codecs, this.#activate(activation)));
    }
  }

  /** The step again, unless the code has left a rejection unhandled: then the workflow task fails with it. */
  async settle(step: Step, settled: () => Promise<void>): Promise<Step> {
    await settled();
    const failure = this.#instance.takeRejection?.();
    if (!failure || step.type === 'failed') return step;
    respond(this.state, { status: 'failed', failure });
    return nextStep(this.state);
  }

  #afterSteps(step: Step): Step {
    this.local.take(takeLocalActivityRequests(this.state));
    return step;
  }

  /** Errors of the code itself are in the completion; what is thrown is a defect, or the deadline of a batch. */
  #activate(activation: Activation): Completion {
    return this.#instance.activate(activation);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.local.abandon();
    try {
      this.#instance.dispose();
    } catch (error) {
      this.#options.logger.warn('A workflow instance could not be disposed of', { error, ...this.identity });
    }
  }
}
