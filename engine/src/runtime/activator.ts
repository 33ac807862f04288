import { isError } from '../failures/instance-of.js';
import {
  arrayToRecorded,
  defaultPayloadConverter,
  fromRecorded,
  toRecorded,
  type PayloadConverter,
  type SerializationContext,
  type WorkflowSerializationContext,
} from '../converter/payload-converter.js';
import { defaultFailureConverter, type FailureConverter } from '../converter/failure-converter.js';
import type { InitializeWorkflow, DoUpdate, SignalWorkflow, WorkflowCommand } from '../core/activation.js';
import { DeterminismViolationError, IllegalStateError } from '../failures/errors.js';
import type { Failure, UserMetadata } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import { Alea } from './alea.js';
import { AsyncLocalStorage } from './async-context.js';
import { RootCancellationScope } from './cancellation-scope.js';
import type {
  ErrorClass,
  WorkflowQueryType,
  WorkflowSignalType,
  WorkflowUpdateType,
} from './function-types.js';
import type { WorkflowUpdateValidatorType } from './function-types.js';
import type { WorkflowInfo } from './info.js';
import type { WorkflowInterceptors } from './interceptors.js';
import type { HandlerUnfinishedPolicy } from './options.js';
import { seedBytes, streamSeed } from './random.js';
import { realm } from './realm.js';

/** A promise that a later job settles. */
export interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
  readonly context: SerializationContext;
}

export interface Condition {
  readonly fn: () => boolean;
  readonly resolve: () => void;
}

export type PendingKind =
  'timer' | 'activity' | 'childStart' | 'childComplete' | 'signalWorkflow' | 'cancelWorkflow';

interface Described {
  readonly description?: string | undefined;
}

export interface SignalEntry extends Described {
  readonly handler: WorkflowSignalType;
  readonly unfinishedPolicy: HandlerUnfinishedPolicy;
}

export interface UpdateEntry extends SignalEntry {
  readonly handler: WorkflowUpdateType;
  readonly validator?: WorkflowUpdateValidatorType | undefined;
}

export interface QueryEntry extends Described {
  readonly handler: WorkflowQueryType;
}

export interface HandlerExecution {
  readonly name: string;
  readonly unfinishedPolicy: HandlerUnfinishedPolicy;
  readonly id?: string;
}

export interface SinkCall {
  readonly ifaceName: string;
  readonly fnName: string;
  readonly args: unknown[];
  readonly workflowInfo: WorkflowInfo;
}

/** Why commands are refused at the moment (E7). */
export type ReadOnlyReason = 'a query handler' | 'an update validator' | 'a side effect';

/** Set in the async context of query handlers, so that what they start cannot issue commands later either. */
export const readOnlyStore = new AsyncLocalStorage<ReadOnlyReason>();

export interface ActivatorOptions {
  readonly captureCallSites: boolean;
  readonly stackTraces: boolean;
  /** Names of error classes that fail the run rather than the workflow task. */
  readonly workflowFailureErrorTypes: readonly string[];
}

/**
 * The state of one execution: what it waits for, its handlers, its sequence numbers and its random stream, and
 * the commands of the activation that runs.
 *
 * Invariants:
 * 1. Sequence numbers and the random stream change only outside queries and validators (E7).
 * 2. A pending entry is removed before it is settled; each is settled at most once.
 * 3. After a terminal command no command is added by user code that runs on.
 */
export class Activator {
  readonly pending: Readonly<Record<PendingKind, Map<number, Pending>>> = {
    timer: new Map(),
    activity: new Map(),
    childStart: new Map(),
    childComplete: new Map(),
    signalWorkflow: new Map(),
    cancelWorkflow: new Map(),
  };
  readonly nextSeq = {
    timer: 1,
    activity: 1,
    childWorkflow: 1,
    signalWorkflow: 1,
    cancelWorkflow: 1,
    condition: 1,
    sideEffect: 1,
  };
  readonly conditions = new Map<number, Condition>();

  readonly signalHandlers = new Map<string, SignalEntry>();
  readonly updateHandlers = new Map<string, UpdateEntry>();
  readonly queryHandlers = new Map<string, QueryEntry>();
  defaultSignalHandler: ((name: string, ...args: unknown[]) => void | Promise<void>) | undefined;
  defaultUpdateHandler: ((name: string, ...args: unknown[]) => unknown) | undefined;
  defaultQueryHandler: ((name: string, ...args: unknown[]) => unknown) | undefined;
  bufferedSignals: SignalWorkflow[] = [];
  bufferedUpdates: DoUpdate[] = [];
  readonly signalsInProgress = new Map<number, HandlerExecution>();
  readonly updatesInProgress = new Map<string, HandlerExecution>();
  nextSignalExecution = 0;

  /** Patches, versions and side effects that history is known to hold. */
  readonly knownPatches = new Set<string>();
  readonly patchDecisions = new Map<string, boolean>();
  readonly sentPatches = new Set<string>();
  readonly knownVersions = new Map<string, number>();
  readonly versionDecisions = new Map<string, number>();
  readonly knownSideEffects = new Map<number, Payload | undefined>();

  readonly interceptors: Required<WorkflowInterceptors> = { inbound: [], outbound: [], internals: [] };
  readonly rootScope = new RootCancellationScope();
  readonly options: ActivatorOptions;
  payloadConverter: PayloadConverter = defaultPayloadConverter;
  failureConverter: FailureConverter = defaultFailureConverter;

  info: WorkflowInfo;
  nowMs: number;
  random: Alea;
  seed: readonly number[];
  readonly randomStreams = new Map<string, Alea>();

  workflow: ((...args: never[]) => Promise<unknown>) | undefined;
  failureErrorClasses: readonly ErrorClass[] | undefined;
  definitionOptions: (() => { failureExceptionTypes?: readonly ErrorClass[] }) | undefined;
  startJob: InitializeWorkflow | undefined;
  currentDetails = '';

  commands: WorkflowCommand[] = [];
  sinkCalls: SinkCall[] = [];
  /** Stacks of what the execution waits for, for `__stack_trace`. */
  readonly waitingStacks = new Map<object, object>();
  completed = false;
  cancelled = false;
  /** The first error that fails the workflow task. */
  taskError: { readonly error: unknown } | undefined;
  /** True while jobs run synchronously: then a task error is thrown at once. */
  isSynchronous = false;
  readOnly: ReadOnlyReason | undefined;

  constructor(info: WorkflowInfo, nowMs: number, randomnessSeed: string, options: ActivatorOptions) {
    this.info = info;
    this.nowMs = nowMs;
    this.seed = seedBytes(randomnessSeed);
    this.random = new Alea(this.seed);
    this.options = options;
  }

  setSeed(randomnessSeed: string): void {
    this.seed = seedBytes(randomnessSeed);
    this.random = new Alea(this.seed);
    this.randomStreams.clear();
  }

  randomStream(name: string): Alea {
    let stream = this.randomStreams.get(name);
    if (stream === undefined) {
      stream = new Alea(streamSeed(this.seed, name));
      this.randomStreams.set(name, stream);
    }
    return stream;
  }

  /** @throws DeterminismViolationError inside query handlers and update validators (E7). */
  assertMayCommand(api: string): void {
    const reason = this.readOnly ?? readOnlyStore.getStore();
    if (reason === undefined) return;
    throw new DeterminismViolationError(
      `${api} cannot be used in ${reason}: it would change the execution, and ${reason} is not part of its ` +
        'history. Return what you know, or do it in a signal or update handler.',
    );
  }

  push(command: WorkflowCommand): void {
    if (command.type !== 'respondToQuery') this.assertMayCommand(command.type);
    const callSite = this.options.captureCallSites ? currentCallSite() : undefined;
    this.commands.push(callSite === undefined ? command : { callSite, ...command });
  }

  /** `error`: what ended the run; where it was made is where the code asked for the end. */
  pushTerminal(command: WorkflowCommand, error?: unknown): void {
    const callSite = this.options.captureCallSites && isError(error) ? error.stack : undefined;
    this.push(callSite ? { ...command, callSite } : command);
    this.completed = true;
  }

  wait(kind: PendingKind, seq: number, entry: Pending): void {
    this.pending[kind].set(seq, entry);
    this.rememberStack(entry);
  }

  take(kind: PendingKind, seq: number): Pending | undefined {
    const entry = this.pending[kind].get(seq);
    if (entry !== undefined) {
      this.pending[kind].delete(seq);
      this.waitingStacks.delete(entry);
    }
    return entry;
  }

  rememberStack(key: object): void {
    if (!this.options.stackTraces || realm === undefined) return;
    const holder = {};
    realm.captureStack(holder);
    this.waitingStacks.set(key, holder);
  }

  takeExisting(kind: PendingKind, seq: number): Pending {
    const entry = this.take(kind, seq);
    if (entry === undefined) throw new IllegalStateError(`Nothing waits for ${kind} ${seq}`);
    return entry;
  }

  /** Fails the workflow task. Only the first error counts. */
  failTask(error: unknown): void {
    this.taskError ??= { error };
    if (this.isSynchronous) throw this.taskError.error;
  }

  throwTaskError(): void {
    if (this.taskError) throw this.taskError.error;
  }

  workflowContext(): WorkflowSerializationContext {
    return { type: 'workflow', namespace: this.info.namespace, workflowId: this.info.workflowId };
  }

  toPayload(value: unknown, context: SerializationContext = this.workflowContext()): Payload {
    return toRecorded(this.payloadConverter, value, context);
  }

  toPayloads(values: readonly unknown[], context: SerializationContext): Payload[] {
    return arrayToRecorded(this.payloadConverter, values, context);
  }

  fromPayload(payload: Payload, context: SerializationContext = this.workflowContext()): unknown {
    return fromRecorded(this.payloadConverter, payload, context);
  }

  toFailure(error: unknown): Failure {
    return this.failureConverter.errorToFailure(error, this.payloadConverter, this.workflowContext());
  }

  fromFailure(failure: Failure, context: SerializationContext = this.workflowContext()): Error {
    return this.failureConverter.failureToError(failure, this.payloadConverter, context);
  }

  userMetadata(summary: string | undefined, details?: string): { userMetadata?: UserMetadata } {
    if (summary === undefined && details === undefined) return {};
    return {
      userMetadata: {
        ...(summary === undefined ? {} : { summary: this.toPayload(summary) }),
        ...(details === undefined ? {} : { details: this.toPayload(details) }),
      },
    };
  }
}

/** The frames of user code below this call, raw (positions in the bundle). */
function currentCallSite(): string | undefined {
  if (realm === undefined) return undefined;
  const holder = {};
  realm.captureStack(holder);
  return realm.formatStack(holder, false) || undefined;
}

let active: Activator | undefined;

export function setActivator(activator: Activator | undefined): void {
  active = activator;
}

export function maybeActivator(): Activator | undefined {
  return active;
}

/** @throws IllegalStateError outside an execution. */
export function activatorFor(api: string): Activator {
  if (active === undefined) {
    throw new IllegalStateError(`Workflow.${api}(...) may only be used from a Workflow Execution.`);
  }
  return active;
}

/** The same, for calls that change the execution. */
export function commandingActivator(api: string): Activator {
  const activator = activatorFor(api);
  activator.assertMayCommand(api);
  return activator;
}
