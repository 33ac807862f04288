// The module's own: a test that fakes the global timers must not stop this.
import { setImmediate } from 'node:timers';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Activation, Completion, WorkflowInstance } from '../core/activation.js';
import type { Failure } from '../history/messages.js';
import { copyOut } from '../sandbox/copy.js';
import { underDeadline } from '../sandbox/deadline.js';
import { WorkflowDeadlineError } from '../sandbox/errors.js';
import type { HostSinkCall } from '../sandbox/load.js';
import type { TemporalBundle } from './bundle.js';
import { createTemporalHost, type TemporalHost, type TemporalInstance } from './host.js';
import type { SinkCall } from './inside/driver.js';
import { listenForRejections } from './rejections.js';
import { createStackMapper, withReadableStacks } from './source-stack.js';

export interface HostedInstanceOptions {
  /** Keep what `__stack_trace` answers from. */
  readonly stackTraces?: boolean;
}

export interface WorkerHostOptions {
  readonly workflowFailureErrorTypes: readonly string[];
  /** How long workflow code may run without giving control back; 0: for ever. */
  readonly deadlineMs: number;
  readonly onSinkCall: (call: HostSinkCall) => void;
}

/**
 * Runs a Temporal project's workflows for a worker of the embedded engine, by the project's own copy of the SDK.
 *
 * Owns: the realm that its executions share, and the listening for their rejections until `close`.
 *
 * Invariants:
 * 1. After code that did not give control back nothing more runs in its realm: what it left there would run under
 *    another execution. Instances of that realm are lost (`isLost`), and are made anew from their histories.
 * 2. A rejection that nobody handles fails the workflow task of the execution that made the promise.
 */
export class TemporalWorkerHost {
  /** Undefined when the modules cannot be loaded outside of an execution. */
  readonly workflowTypes: readonly string[] | undefined;
  readonly #bundle: TemporalBundle;
  readonly #options: WorkerHostOptions;
  readonly #readStack: (stack: string) => string;
  readonly #running = new AsyncLocalStorage<HostedInstance>();
  #host: TemporalHost;
  #last: HostedInstance | undefined;
  #stopListening: (() => void) | undefined;

  constructor(bundle: TemporalBundle, options: WorkerHostOptions) {
    this.#bundle = bundle;
    this.#options = options;
    this.#readStack = createStackMapper(bundle.filename, bundle.userSourceMap);
    this.#host = createTemporalHost(bundle);
    this.workflowTypes = this.#guard(() => typesOf(this.#host));
  }

  createInstance({ stackTraces = false }: HostedInstanceOptions = {}): WorkflowInstance {
    this.#stopListening ??= listenForRejections(
      (promise) => this.#host.owns(promise),
      (error) => (this.#running.getStore() ?? this.#last)?.reject(error),
    );
    const { workflowFailureErrorTypes, onSinkCall } = this.#options;
    const host = this.#host;
    const inner = host.createInstance({ workflowFailureErrorTypes, stackTraces });
    const instance: HostedInstance = new HostedInstance(inner, {
      isLost: () => host !== this.#host,
      onSinkCall,
      readStack: this.#readStack,
      activate: (call) => {
        this.#last = instance;
        return this.#running.run(instance, () => this.#guard(call));
      },
    });
    return instance;
  }

  /** Runs the function, and all activations in it, under one deadline. */
  withDeadline<T>(fn: () => T): T {
    return this.#guard(fn);
  }

  /** Rejections of what ran so far are known when it resolves. */
  settled(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #guard<T>(fn: () => T): T {
    const { deadlineMs } = this.#options;
    try {
      return underDeadline(deadlineMs, fn, () => new WorkflowDeadlineError(deadlineMs));
    } catch (error) {
      if (error instanceof WorkflowDeadlineError) this.#host = createTemporalHost(this.#bundle);
      throw error;
    }
  }
}

function typesOf(host: TemporalHost): readonly string[] | undefined {
  try {
    return host.listWorkflowTypes();
  } catch {
    return undefined;
  }
}

interface Surroundings {
  readonly isLost: () => boolean;
  readonly onSinkCall: (call: HostSinkCall) => void;
  readonly readStack: (stack: string) => string;
  readonly activate: (call: () => Completion) => Completion;
}

class HostedInstance implements WorkflowInstance {
  readonly #inner: TemporalInstance;
  readonly #surroundings: Surroundings;
  #rejection: Failure | undefined;

  constructor(inner: TemporalInstance, surroundings: Surroundings) {
    this.#inner = inner;
    this.#surroundings = surroundings;
  }

  get isLost(): boolean {
    return this.#surroundings.isLost();
  }

  activate(activation: Activation): Completion {
    const { activate, onSinkCall, readStack } = this.#surroundings;
    if (this.isLost) {
      return {
        status: 'failed',
        failure: { message: 'Other workflow code of this worker did not end in time' },
      };
    }
    try {
      return withReadableStacks(
        activate(() => this.#inner.activate(activation)),
        readStack,
      );
    } catch (error) {
      if (!(error instanceof WorkflowDeadlineError)) throw error;
      return { status: 'failed', failure: failureOf(error) };
    } finally {
      if (!this.isLost) for (const call of this.#inner.takeSinkCalls()) onSinkCall(copyCall(call));
    }
  }

  reject(error: unknown): void {
    const failure = failureOf(error);
    const stackTrace = this.#surroundings.readStack(failure.stackTrace ?? '');
    this.#rejection ??= { ...failure, stackTrace };
    this.#inner.reject(error);
  }

  takeRejection(): Failure | undefined {
    return this.#rejection;
  }

  dispose(): void {
    if (!this.isLost) this.#inner.dispose();
  }
}

function failureOf(error: unknown): Failure {
  const { message = String(error), stack = '', name = 'Error' } = (error ?? {}) as Partial<Error>;
  return {
    message,
    source: 'TypeScriptSDK',
    stackTrace: stack,
    applicationFailureInfo: { type: name, nonRetryable: false },
  };
}

function copyCall(call: SinkCall): HostSinkCall {
  return copyOut({ ...call, args: call.args.map(readableFields) }) as HostSinkCall;
}

/** Errors have no fields that a copy would take, and are what is logged most: alone or as an attribute. */
function readableFields(value: unknown): unknown {
  if (isErrorLike(value)) return readableError(value);
  if (typeof value !== 'object' || value === null || !Object.values(value).some(isErrorLike)) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    isErrorLike(field) ? readableError(field) : (field as unknown),
  ]);
  return Object.fromEntries(fields);
}

function isErrorLike(value: unknown): value is Error {
  const { message, stack } = (value ?? {}) as Partial<Error>;
  return typeof message === 'string' && typeof stack === 'string';
}

function readableError(error: Error): object {
  const { name, message, stack } = error;
  return { ...error, name, message, stack };
}
