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
import type { Activation, Completion, InitializeWorkflow, WorkflowCommand } from '../../core/activation.js';
import { commandFromProto } from './commands.js';
import { createGlobalsSwitch } from './globals-switch.js';
import type { JobConversion, ProtoJob } from './jobs.js';
import { jobToProto, seedBytes } from './jobs.js';
import { createProtoForm } from './proto-form.js';
import type { Activator, SdkModules, UserExports } from './sdk-types.js';
import { fillLegacyInfo, workflowInfoOf } from './workflow-info.js';

type Dict = Record<string, unknown>;
type Realm = typeof globalThis & { __TEMPORAL__?: unknown; __TEMPORAL_ACTIVATOR__?: Activator | undefined };

export interface DriverOptions {
  /** Record the stack of each command's call. */
  readonly callSites: boolean;
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
  failed(error: unknown): Completion;
  /** Makes the SDK fail the current activation, as after an unhandled rejection. */
  reject(error: unknown): void;
  dispose(): void;
}

export function createDriver(sdk: SdkModules, loadUserCode: () => UserExports) {
  const realm = globalThis as Realm;
  sdk.overrideGlobals();
  const form = createProtoForm(sdk.time.msToTs);
  const legacy = sdk.api.initialize === undefined;
  const conversion: JobConversion = { form, makeDuration: sdk.time.msToTs, legacy };
  const globals = createGlobalsSwitch(realm);

  return (options: DriverOptions): DrivenExecution => {
    const own = globals.newSet();
    let activator: Activator | undefined;
    let user: UserExports | undefined;
    let batches: ProtoJob[][] = [];
    let base: Dict = {};
    const callSites = new Map<object, string>();

    const enter = () => {
      globals.enter(own);
      realm.__TEMPORAL_ACTIVATOR__ = activator;
    };

    return {
      create(activation, job) {
        enter();
        user = loadUserCode();
        sdk.setConverters(user);
        realm.__TEMPORAL__ = {
          api: sdk.api,
          importWorkflows: user.workflows,
          importInterceptors: user.interceptors,
        };
        sdk.api.initRuntime({
          info: workflowInfoOf(activation, job, options),
          randomnessSeed: seedBytes(job.randomnessSeed),
          now: Math.floor(activation.timestampMs),
          patches: legacy ? patchIdsOf(activation) : [],
          showStackTraceSources: false,
          sourceMap: {},
          getTimeOfDay: () => 0n,
          registeredActivityNames: anyName(),
          stackTracesEnabled: false,
          failureExceptionTypeNames: [...options.workflowFailureErrorTypes],
        });
        activator = realm.__TEMPORAL_ACTIVATOR__!;
        if (legacy) fillLegacyInfo(activator, job, sdk, form);
        if (options.callSites) recordCallSites(activator, callSites);
      },

      prepare(activation) {
        enter();
        const jobs = activation.jobs.map((job) => jobToProto(job, conversion));
        base = activationBase(activation, sdk);
        batches = legacy
          ? legacyBatches(jobs)
          : modernBatches(activation, jobs, activator!, sdk, isQueryOnly(activation));
        return batches.length;
      },

      runBatch(index) {
        enter();
        sdk.api.activate({ ...base, jobs: batches[index] }, index);
      },

      unblock() {
        enter();
        const { blockedConditions, workflowTaskError } = activator!;
        if (batches.length === 0 || (blockedConditions.size === 0 && workflowTaskError === undefined))
          return false;
        return sdk.api.tryUnblockConditions() > 0;
      },

      conclude() {
        enter();
        const { successful } = sdk.api.concludeActivation();
        activator!.getAndResetSinkCalls?.();
        const commands: WorkflowCommand[] = [];
        for (const command of successful.commands) {
          commands.push(commandFromProto(command as Dict, form, callSites.get(command)));
        }
        callSites.clear();
        return {
          status: 'successful',
          commands,
          usedInternalFlags: [...(successful.usedInternalFlags ?? [])],
        };
      },

      failed: (error) => ({ status: 'failed', failure: failureOf(error) }),

      reject(error) {
        if (activator) activator.workflowTaskError ??= error;
      },

      dispose() {
        if (!activator) return;
        enter();
        try {
          sdk.api.dispose();
        } finally {
          activator = undefined;
          user = undefined;
          realm.__TEMPORAL_ACTIVATOR__ = undefined;
          globals.leave();
        }
      },
    };

    function failureOf(error: unknown) {
      const source = activator ?? realm.__TEMPORAL_ACTIVATOR__;
      try {
        if (source) return form.from('Failure', source.errorToFailure(error)) as Dict;
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
  };
}

/** Activities are the worker's business; with local activities the SDK asks whether they are registered. */
function anyName(): Set<string> {
  return new (class extends Set<string> {
    override has(): boolean {
      return true;
    }
  })();
}

function isQueryOnly(activation: Activation): boolean {
  return activation.jobs.length > 0 && activation.jobs.every((job) => job.type === 'queryWorkflow');
}

function patchIdsOf(activation: Activation): string[] {
  return activation.jobs.flatMap((job) => (job.type === 'notifyHasPatch' ? [job.patchId] : []));
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

/** 1.9 and 1.10: patches, signals, the rest (with the start), queries; microtasks after each. */
function legacyBatches(jobs: ProtoJob[]): ProtoJob[][] {
  const ranks: Record<string, number> = { notifyHasPatch: 0, signalWorkflow: 1, queryWorkflow: 3 };
  const batches: ProtoJob[][] = [[], [], [], []];
  for (const job of jobs) batches[ranks[job.variant] ?? 2]!.push(job);
  return batches.filter((batch) => batch.length > 0);
}

/** Id of the SDK's flag ProcessWorkflowActivationJobsAsSingleBatch. */
const SINGLE_BATCH = 2;

function modernBatches(
  activation: Activation,
  jobs: ProtoJob[],
  activator: Activator,
  sdk: SdkModules,
  queries: boolean,
): ProtoJob[][] {
  if (queries) {
    activator.mutateWorkflowInfo((info) => ({
      ...info,
      unsafe: { ...(info['unsafe'] as Dict), isReplaying: true, isReplayingHistoryEvents: false },
    }));
    return [jobs];
  }
  activator.now = Math.floor(activation.timestampMs);
  activator.mutateWorkflowInfo((info) => ({
    ...info,
    historyLength: activation.historyLength,
    historySize: activation.historySizeBytes,
    continueAsNewSuggested: activation.continueAsNewSuggested,
    targetWorkerDeploymentVersionChanged: false,
    currentBuildId: activation.buildId ?? '',
    currentDeploymentVersion: undefined,
    unsafe: {
      ...(info['unsafe'] as Dict),
      isReplaying: activation.isReplaying,
      isReplayingHistoryEvents: activation.isReplaying,
    },
  }));
  activator.addKnownFlags?.([...activation.availableInternalFlags]);
  if (activation.lastSdkVersion) activator.sdkVersion = activation.lastSdkVersion;
  const start = jobs.find((job) => job.variant === 'initializeWorkflow');
  if (start) sdk.api.initialize!(start['initializeWorkflow']);
  const rest: ProtoJob[] = [];
  for (const job of jobs) {
    if (job.variant === 'notifyHasPatch')
      activator.notifyHasPatch(job['notifyHasPatch'] as { patchId: string });
    else rest.push(job);
  }
  const signals = rest.filter((job) => job.variant === 'signalWorkflow');
  const singleBatch = { id: SINGLE_BATCH, default: true, alternativeConditions: singleBatchConditions(sdk) };
  if (signals.length > 0 && !activator.hasFlag!(singleBatch)) {
    return [signals, rest.filter((job) => job.variant !== 'signalWorkflow')].filter(
      (batch) => batch.length > 0,
    );
  }
  const seeds = rest.filter((job) => job.variant === 'updateRandomSeed');
  if (seeds.length > 0) activator.updateRandomSeed(seeds.at(-1)!['updateRandomSeed']);
  return [rest.filter((job) => job.variant !== 'updateRandomSeed')];
}

function singleBatchConditions(sdk: SdkModules): unknown {
  return sdk.flags?.SdkFlags?.['ProcessWorkflowActivationJobsAsSingleBatch']?.alternativeConditions;
}

/** The stack of each command's call, by the command object that the SDK made. */
function recordCallSites(activator: Activator, callSites: Map<object, string>): void {
  const original = activator.pushCommand;
  Error.stackTraceLimit = 50;
  activator.pushCommand = function (command: object, ...rest: unknown[]) {
    const { stack } = new Error('call site');
    if (stack !== undefined) callSites.set(command, stack);
    return original.call(this, command, ...rest);
  };
}
