/**
 * Runs inside the sandbox, beside the user's copy of `@temporalio/workflow`, and drives it as the Temporal worker
 * of the same generation does (`worker/workflow/vm-shared`).
 *
 * Owns: the activators of one context, and which of them is current. Does not own: the context, time, history.
 *
 * Invariants:
 * 1. Host objects are read, never handed on: everything that the SDK or workflow code can reach was made in here.
 * 2. Before anything of an execution runs, its activator and its globals are the context's.
 * 3. Each call that may queue microtasks returns to the host, which drains them, before the next call.
 */
import type {
  Activation,
  ActivationJob,
  Completion,
  InitializeWorkflow,
  WorkflowCommand,
} from '../../core/activation.js';
import { absentPatchesOf, withholdPatches } from './absent-patches.js';
import { commandFromProto } from './commands.js';
import type { Failure } from '../../history/messages.js';
import { legacyBatches, modernBatches } from './batches.js';
import type { GlobalSet, GlobalsSwitch } from './globals-switch.js';
import { createGlobalsSwitch } from './globals-switch.js';
import type { JobConversion, ProtoJob } from './jobs.js';
import { jobToProto, seedBytes } from './jobs.js';
import { PromiseStacks } from './promise-stacks.js';
import type { ProtoForm } from '../../history/proto-form.js';
import { createProtoForm } from '../../history/proto-form.js';
import type { Activator, SdkModules, UserExports } from './sdk-types.js';
import { fillLegacyInfo, workflowInfoOf } from './workflow-info.js';

type Dict = Record<string, unknown>;
type Realm = typeof globalThis & { __TEMPORAL__?: unknown; __TEMPORAL_ACTIVATOR__?: Activator | undefined };

export interface DriverOptions {
  /** Record the stack of each command's call. */
  readonly callSites: boolean;
  /** Answer stack traces, from `promises`: the JSON of the bundle's source map. */
  readonly stackTraces: string | undefined;
  readonly namespace: string;
  readonly taskQueue: string;
  /** Names of error classes that fail the workflow instead of its task. */
  readonly workflowFailureErrorTypes: readonly string[];
}

/** One execution, as the host drives it: `start`/`run` queue microtasks, the others do not. */
export interface DrivenExecution {
  /** Evaluates the workflow's modules. Throws what they throw. */
  create(activation: Activation, job: InitializeWorkflow): void;
  /** Number of batches of the activation; each is run by `runBatch`, then microtasks. */
  prepare(activation: Activation): number;
  runBatch(index: number): void;
  /** Unblocks conditions; true when microtasks have to run and this has to be asked again. */
  unblock(): boolean;
  conclude(): Completion;
  /** Calls of sinks since the last time, in order: objects of this realm, to be copied. */
  takeSinkCalls(): readonly SinkCall[];
  failed(error: unknown): Completion;
  /** Makes the SDK fail the current activation, as after an unhandled rejection. */
  reject(error: unknown): void;
  /** Set when `create` has thrown. */
  startFailure(): StartFailure | undefined;
  /** Names of the queries that have a handler, the SDK's own not. */
  queryNames(): readonly string[];
  /** To be told of promises while it is active, for stack traces. */
  readonly promises: PromiseStacks;
  dispose(): void;
}

export interface SinkCall {
  readonly ifaceName: string;
  readonly fnName: string;
  readonly args: readonly unknown[];
  readonly workflowInfo: unknown;
}

/** Why an execution could not start: loading its modules failed, or they have no workflow of its type. */
export interface StartFailure {
  readonly reason: 'import' | 'workflowType';
  readonly message: string;
}

/** What the executions of one context share. */
interface Shared {
  readonly realm: Realm;
  readonly sdk: SdkModules;
  readonly loadUserCode: () => UserExports;
  readonly form: ProtoForm;
  readonly globals: GlobalsSwitch;
  /** Up to 1.10. */
  readonly legacy: boolean;
  readonly conversion: JobConversion;
  /** What `__TEMPORAL_ACTIVATOR__` holds: writing a global costs more than a comparison. */
  current: Activator | undefined;
}

export interface Driver {
  newExecution(options: DriverOptions): DrivenExecution;
  /** Names of the functions that the workflow modules export. Throws what they throw when they load. */
  workflowTypes(): string[];
}

export function createDriver(sdk: SdkModules, loadUserCode: () => UserExports): Driver {
  const realm = globalThis as Realm;
  sdk.overrideGlobals();
  const form = createProtoForm(sdk.time.msToTs);
  const legacy = sdk.api.initialize === undefined;
  const conversion: JobConversion = { form, makeDuration: sdk.time.msToTs, legacy };
  const shared: Shared = {
    realm,
    sdk,
    loadUserCode,
    form,
    globals: createGlobalsSwitch(realm),
    legacy,
    conversion,
    current: undefined,
  };
  return {
    newExecution: (options) => new HostedExecution(shared, options),
    workflowTypes: () => workflowTypesOf(shared),
  };
}

function workflowTypesOf({ globals, loadUserCode }: Shared): string[] {
  globals.enter(globals.newSet());
  try {
    return functionNames(loadUserCode().workflows());
  } finally {
    globals.leave();
  }
}

function functionNames(exported: Dict): string[] {
  return Object.keys(exported).filter((name) => typeof exported[name] === 'function');
}

class HostedExecution implements DrivenExecution {
  private readonly shared: Shared;
  private readonly options: DriverOptions;
  private readonly ownGlobals: GlobalSet;
  readonly promises = new PromiseStacks(() => this.shared.realm.__TEMPORAL_ACTIVATOR__);
  private activator: Activator | undefined;
  private batches: ProtoJob[][] = [];
  private base: Dict = {};
  private phase: 'import' | 'workflowType' | 'started' = 'import';
  private failure: StartFailure | undefined;
  private readonly callSites = new Map<object, string>();

  constructor(shared: Shared, options: DriverOptions) {
    this.shared = shared;
    this.options = options;
    this.ownGlobals = shared.globals.newSet();
  }

  create(activation: Activation, job: InitializeWorkflow): void {
    try {
      this.load(activation, job);
      this.phase = 'started';
    } catch (error) {
      if (this.phase === 'import') this.failure = { reason: 'import', message: String(error) };
      throw error;
    }
  }

  private load(activation: Activation, job: InitializeWorkflow): void {
    const { sdk, realm, legacy, form } = this.shared;
    const { stackTraces } = this.options;
    this.enter();
    const user = this.shared.loadUserCode();
    sdk.setConverters(user);
    realm.__TEMPORAL__ = {
      api: sdk.api,
      importWorkflows: () => this.noteWorkflows(user.workflows(), job.workflowType),
      importInterceptors: user.interceptors,
    };
    sdk.api.initRuntime({
      info: workflowInfoOf(activation, job, this.options),
      randomnessSeed: seedBytes(job.randomnessSeed),
      now: Math.floor(activation.timestampMs),
      patches: legacy ? patchIdsOf(activation) : [],
      showStackTraceSources: stackTraces !== undefined,
      sourceMap: stackTraces === undefined ? {} : (JSON.parse(stackTraces) as object),
      getTimeOfDay: () => 0n,
      registeredActivityNames: anyName(),
      stackTracesEnabled: stackTraces !== undefined,
      failureExceptionTypeNames: [...this.options.workflowFailureErrorTypes],
    });
    this.activator = realm.__TEMPORAL_ACTIVATOR__!;
    this.shared.current = this.activator;
    if (legacy) fillLegacyInfo(this.activator, job, sdk, form);
    const absent = absentPatchesOf(activation);
    if (absent.length > 0) withholdPatches(this.activator, absent);
    if (this.options.callSites) recordCallSites(this.activator, this.callSites);
  }

  private noteWorkflows(exported: Dict, type: string): Dict {
    if (typeof exported[type] !== 'function' && typeof exported['default'] !== 'function') {
      const names = functionNames(exported);
      this.phase = 'workflowType';
      this.failure = {
        reason: 'workflowType',
        message: `there is no workflow \`${type}\`; the workflow file exports ${names.join(', ') || 'none'}`,
      };
    }
    return exported;
  }

  startFailure(): StartFailure | undefined {
    return this.failure;
  }

  queryNames(): readonly string[] {
    const names = this.activator ? [...this.activator.queryHandlers.keys()] : [];
    return names.filter((name) => !name.startsWith('__'));
  }

  prepare(activation: Activation): number {
    const { sdk, legacy, conversion } = this.shared;
    this.enter();
    const jobs = activation.jobs.filter(isForSdk).map((job) => jobToProto(job, conversion));
    this.base = activationBase(activation, sdk);
    this.batches = legacy ? legacyBatches(jobs) : modernBatches(activation, jobs, this.activator!, sdk);
    return this.batches.length;
  }

  runBatch(index: number): void {
    this.enter();
    this.shared.sdk.api.activate({ ...this.base, jobs: this.batches[index] }, index);
  }

  unblock(): boolean {
    this.enter();
    const { blockedConditions, workflowTaskError } = this.activator!;
    if (blockedConditions.size === 0 && workflowTaskError === undefined) return false;
    return this.shared.sdk.api.tryUnblockConditions() > 0;
  }

  conclude(): Completion {
    this.enter();
    const { successful } = this.shared.sdk.api.concludeActivation();
    const commands: WorkflowCommand[] = [];
    for (const command of successful.commands) {
      commands.push(commandFromProto(command as Dict, this.shared.form, this.callSites.get(command)));
    }
    this.callSites.clear();
    return { status: 'successful', commands, usedInternalFlags: [...(successful.usedInternalFlags ?? [])] };
  }

  takeSinkCalls(): readonly SinkCall[] {
    return (this.activator?.getAndResetSinkCalls?.() ?? []) as readonly SinkCall[];
  }

  failed(error: unknown): Completion {
    return { status: 'failed', failure: this.failureOf(error) };
  }

  reject(error: unknown): void {
    if (this.activator) this.activator.workflowTaskError ??= error;
  }

  dispose(): void {
    if (!this.activator) return;
    const { sdk, realm, globals } = this.shared;
    this.enter();
    try {
      sdk.api.dispose();
    } finally {
      this.activator = undefined;
      realm.__TEMPORAL_ACTIVATOR__ = undefined;
      this.shared.current = undefined;
      globals.leave();
    }
  }

  private enter(): void {
    const { shared, activator } = this;
    shared.globals.enter(this.ownGlobals);
    if (shared.current === activator) return;
    shared.current = activator;
    shared.realm.__TEMPORAL_ACTIVATOR__ = activator;
  }

  private failureOf(error: unknown): Failure {
    const source = this.activator;
    try {
      if (source) return this.shared.form.from('Failure', source.errorToFailure(error)) as Failure;
    } catch {
      // A failure converter that throws must not hide the error itself.
    }
    const { message, stack, name } = (error ?? {}) as Partial<Error>;
    return {
      message: message ?? String(error),
      stackTrace: stack ?? '',
      applicationFailureInfo: { type: name ?? 'Error' },
    };
  }
}

/** Activities are the worker's business; with local activities the SDK asks whether they are registered. */
function anyName(): Set<string> {
  return new (class extends Set<string> {
    override has(): boolean {
      return true;
    }
  })();
}

function patchIdsOf(activation: Activation): string[] {
  return activation.jobs.flatMap((job) =>
    job.type === 'notifyHasPatch' && !job.isAbsent ? [job.patchId] : [],
  );
}

/** Its jobs know no absent patches. */
function isForSdk(job: ActivationJob): boolean {
  return job.type !== 'notifyHasPatch' || !job.isAbsent;
}

function activationBase(activation: Activation, sdk: SdkModules): Dict {
  return {
    runId: activation.runId,
    timestamp: sdk.time.msToTs(Math.floor(activation.timestampMs)),
    isReplaying: activation.isReplaying,
    historyLength: activation.historyLength,
    historySizeBytes: { toNumber: () => activation.historySizeBytes },
    continueAsNewSuggested: activation.continueAsNewSuggested,
    availableInternalFlags: [...activation.availableInternalFlags],
    buildIdForCurrentTask: activation.buildId,
    lastSdkVersion: activation.lastSdkVersion,
  };
}

/**
 * The stack of each command's call, by the command object that the SDK made. What ends the run by an error was asked for
 * where the error was made.
 */
function recordCallSites(activator: Activator, callSites: Map<object, string>): void {
  const { pushCommand, handleWorkflowFailure } = activator;
  let failedAt: string | undefined;
  Error.stackTraceLimit = 50;
  activator.pushCommand = function (command: object, ...rest: unknown[]) {
    const stack = failedAt ?? new Error('call site').stack;
    if (stack !== undefined) callSites.set(command, stack);
    return pushCommand.call(this, command, ...rest);
  };
  activator.handleWorkflowFailure = function (error: unknown) {
    failedAt = (error as Partial<Error> | undefined)?.stack;
    try {
      return handleWorkflowFailure.call(this, error);
    } finally {
      failedAt = undefined;
    }
  };
}
