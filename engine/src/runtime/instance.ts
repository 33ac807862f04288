import type { Activation, ActivationJob, Completion, WorkflowCommand } from '../core/activation.js';
import { DeterminismViolationError, IllegalStateError } from '../failures/errors.js';
import { ensureApplicationFailure } from '../failures/failures.js';
import { isError } from '../failures/instance-of.js';
import type { Failure } from '../history/messages.js';
import { defaultFailureConverter } from '../converter/failure-converter.js';
import { defaultPayloadConverter } from '../converter/payload-converter.js';
import { Activator, setActivator, type ActivatorOptions, type SinkCall } from './activator.js';
import { inContext } from './async-context.js';
import { addBuiltInQueries } from './built-in-queries.js';
import type { ErrorClass } from './function-types.js';
import { makeInfo, type UnsafeWorkflowInfo } from './info.js';
import { composeInterceptors, type ActivateInput, type WorkflowInterceptorsFactory } from './interceptors.js';
import { initializeWorkflow, startWorkflow, warnAboutUnfinishedHandlers } from './lifecycle.js';
import { doUpdate, queryWorkflow, rejectBufferedUpdates, signalWorkflow } from './messages.js';
import { fillWithRandom, uuid4FromRandom } from './random.js';
import { realm, type Realm } from './realm.js';
import {
  fireTimer,
  resolveActivity,
  resolveChild,
  resolveChildStart,
  resolveExternal,
} from './resolve-jobs.js';
import { explainError } from './explain-error.js';

/** What evaluating the bundle's modules gives. Evaluated afresh for each execution. */
export interface WorkflowModules {
  readonly workflows: Readonly<Record<string, unknown>>;
  readonly interceptors: readonly { readonly interceptors?: WorkflowInterceptorsFactory }[];
  readonly payloadConverter?: Activator['payloadConverter'];
  readonly failureConverter?: Activator['failureConverter'];
}

/** SDK flags whose behaviour this runtime has; live activations report them, as Temporal's SDK does. */
const usedInternalFlags = [1, 2];

interface DefinitionOptions {
  readonly failureExceptionTypes?: readonly ErrorClass[];
}

/**
 * One execution in the sandbox. It owns its activator and is driven by `activate` only, synchronously and never
 * twice at once; the first activation must hold `initializeWorkflow`.
 */
export class RuntimeInstance {
  #activator: Activator | undefined;
  readonly #evaluate: () => WorkflowModules;
  readonly #options: ActivatorOptions;
  readonly #realm: Realm;

  constructor(evaluate: () => WorkflowModules, options: ActivatorOptions) {
    if (realm === undefined) throw new IllegalStateError('A workflow instance needs the sandbox');
    this.#realm = realm;
    this.#evaluate = evaluate;
    this.#options = options;
  }

  activate(activation: Activation): Completion {
    this.#enter();
    try {
      return this.#run(activation);
    } catch (error) {
      return this.#failed(error);
    } finally {
      this.#leave();
    }
  }

  /** Names of the queries that have a handler now, the built-in ones too. */
  queryNames(): string[] {
    return [...(this.#activator?.queryHandlers.keys() ?? [])];
  }

  takeSinkCalls(): SinkCall[] {
    return this.#activator?.sinkCalls.splice(0) ?? [];
  }

  dispose(): void {
    const activator = this.#activator;
    if (activator === undefined) return;
    this.#enter();
    try {
      composeInterceptors(activator.interceptors.internals, 'dispose', () => undefined)({});
    } catch {
      // An execution that is thrown away has nobody to tell.
    } finally {
      this.#leave();
      this.#activator = undefined;
    }
  }

  #enter(): void {
    const activator = this.#activator;
    setActivator(activator);
    if (activator) this.#connectSources(activator);
  }

  #leave(): void {
    setActivator(undefined);
    this.#realm.context.current = undefined;
    this.#realm.clearJobs();
  }

  #connectSources(activator: Activator): void {
    const { source } = this.#realm;
    source.now = () => activator.nowMs;
    source.random = () => activator.random.next();
  }

  #run(activation: Activation): Completion {
    const first = activation.jobs.find((job) => job.type === 'initializeWorkflow');
    let activator = this.#activator;
    if (activator === undefined) {
      if (first === undefined)
        throw new IllegalStateError('The first activation must initialize the workflow');
      activator = this.#create(activation, first);
    }
    this.#update(activator, activation);
    if (first) synchronously(activator, () => initializeWorkflow(activator, first));
    const isQuery =
      activation.jobs.length > 0 && activation.jobs.every((job) => job.type === 'queryWorkflow');
    this.#process(activator, activation);
    return this.#conclude(activator, activation, isQuery);
  }

  #create(activation: Activation, job: Extract<ActivationJob, { type: 'initializeWorkflow' }>): Activator {
    const unsafe = makeUnsafe(this.#realm, activation.isReplaying);
    const info = makeInfo(job, activation.runId, activation.timestampMs, unsafe);
    const activator = new Activator(info, activation.timestampMs, job.randomnessSeed, this.#options);
    this.#activator = activator;
    setActivator(activator);
    this.#connectSources(activator);
    addBuiltInQueries(activator);
    synchronously(activator, () => load(activator, this.#evaluate()));
    return activator;
  }

  #update(activator: Activator, activation: Activation): void {
    activator.nowMs = activation.timestampMs;
    activator.info = {
      ...activator.info,
      historyLength: activation.historyLength,
      historySize: activation.historySizeBytes,
      continueAsNewSuggested: activation.continueAsNewSuggested,
      ...(activation.buildId ? { currentBuildId: activation.buildId } : {}),
      unsafe: makeUnsafe(this.#realm, activation.isReplaying),
    };
  }

  /** Jobs run in one batch: promise jobs run when all of them have been handled. */
  #process(activator: Activator, activation: Activation): void {
    const rest: ActivationJob[] = [];
    for (const job of activation.jobs) if (!applyEarly(activator, job)) rest.push(job);
    const handle = ({ activation: { jobs } }: ActivateInput): void => {
      let start: Extract<ActivationJob, { type: 'initializeWorkflow' }> | undefined;
      for (const job of jobs) {
        if (job.type === 'initializeWorkflow') {
          start = job;
          continue;
        }
        applyJob(activator, job);
        if (job.type !== 'queryWorkflow') unblockConditions(activator);
      }
      if (start) {
        startWorkflow(activator, start);
        unblockConditions(activator);
      }
    };
    const run = composeInterceptors(activator.interceptors.internals, 'activate', handle);
    synchronously(activator, () => run({ activation: { ...activation, jobs: rest }, batchIndex: 0 }));
    do this.#realm.runJobs();
    while (synchronously(activator, () => unblockConditions(activator)) > 0);
  }

  #conclude(activator: Activator, activation: Activation, isQuery: boolean): Completion {
    const unhandled = this.#realm.takeUnhandledRejection();
    if (unhandled) throw unhandled.reason;
    synchronously(activator, () => rejectBufferedUpdates(activator));
    const commands = composeInterceptors(
      activator.interceptors.internals,
      'concludeActivation',
      (input) => input,
    )({
      commands: activator.commands.splice(0),
    }).commands;
    if (isQuery) refuseCommandsOfQuery(activator, commands);
    else if (activator.completed) warnAboutUnfinishedHandlers(activator);
    return {
      status: 'successful',
      commands,
      usedInternalFlags: activation.isReplaying ? [...activation.availableInternalFlags] : usedInternalFlags,
    };
  }

  /** The workflow task fails; whatever commands were issued are dropped, and the execution is to be evicted. */
  #failed(thrown: unknown): Completion {
    const error = explainError(thrown);
    const activator = this.#activator;
    if (activator) activator.commands = [];
    const isViolation = error instanceof DeterminismViolationError;
    return {
      status: 'failed',
      failure: toFailure(activator, error),
      ...(isViolation ? { cause: 'NON_DETERMINISTIC_ERROR' as const } : {}),
    };
  }
}

function toFailure(activator: Activator | undefined, error: unknown): Failure {
  // What is no error has no type to tell; the converter says what to do instead.
  const failure = isError(error) ? ensureApplicationFailure(error) : error;
  try {
    if (activator) return activator.toFailure(failure);
  } catch {
    // The user's converter is what failed: fall back to the default one.
  }
  return defaultFailureConverter.errorToFailure(failure, defaultPayloadConverter);
}

function synchronously<T>(activator: Activator, fn: () => T): T {
  activator.isSynchronous = true;
  try {
    return inContext(undefined, fn);
  } finally {
    activator.isSynchronous = false;
  }
}

function makeUnsafe({ host }: Realm, isReplaying: boolean): UnsafeWorkflowInfo {
  const random = (): number => host.random();
  return {
    now: () => host.now(),
    isReplaying,
    isReplayingHistoryEvents: isReplaying,
    random: {
      random,
      uuid4: () => uuid4FromRandom(random),
      fillRandom: (bytes) => fillWithRandom(random, bytes),
    },
  };
}

function load(activator: Activator, modules: WorkflowModules): void {
  if (modules.payloadConverter) activator.payloadConverter = modules.payloadConverter;
  if (modules.failureConverter) activator.failureConverter = modules.failureConverter;
  for (const { interceptors: factory } of modules.interceptors) {
    if (factory === undefined) continue;
    if (typeof factory !== 'function') {
      throw new TypeError(
        `Failed to initialize workflow interceptors: expected a function, got ${typeof factory}`,
      );
    }
    const { inbound = [], outbound = [], internals = [] } = factory();
    activator.interceptors.inbound.push(...inbound);
    activator.interceptors.outbound.push(...outbound);
    activator.interceptors.internals.push(...internals);
  }
  const type = activator.info.workflowType;
  const exported = Object.hasOwn(modules.workflows, type) ? modules.workflows[type] : undefined;
  const workflow = typeof exported === 'function' ? exported : modules.workflows.default;
  if (typeof workflow !== 'function') {
    const found =
      exported === undefined
        ? 'no such function is exported by the workflow bundle'
        : `got ${typeof exported}`;
    throw new TypeError(`Failed to initialize workflow of type '${type}': ${found}`);
  }
  activator.workflow = workflow as NonNullable<Activator['workflow']>;
  const { workflowDefinitionOptions: options } = workflow as {
    workflowDefinitionOptions?: DefinitionOptions | (() => DefinitionOptions);
  };
  if (typeof options === 'function') activator.definitionOptions = options;
  else if (options) activator.failureErrorClasses = options.failureExceptionTypes;
}

/** What other jobs of the activation rely on. */
function applyEarly(activator: Activator, job: ActivationJob): boolean {
  switch (job.type) {
    case 'notifyHasPatch':
      if (job.isAbsent) activator.patchDecisions.set(job.patchId, false);
      else activator.knownPatches.add(job.patchId);
      return true;
    case 'notifyHasVersion':
      activator.knownVersions.set(job.changeId, job.version);
      return true;
    case 'resolveSideEffect':
      activator.knownSideEffects.set(job.seq, job.value);
      return true;
    case 'updateRandomSeed':
      activator.setSeed(job.randomnessSeed);
      return true;
    default:
      return false;
  }
}

function applyJob(activator: Activator, job: ActivationJob): void {
  switch (job.type) {
    case 'fireTimer':
      return fireTimer(activator, job);
    case 'resolveActivity':
      return resolveActivity(activator, job);
    case 'resolveChildWorkflowExecutionStart':
      return resolveChildStart(activator, job);
    case 'resolveChildWorkflowExecution':
      return resolveChild(activator, job);
    case 'resolveSignalExternalWorkflow':
      return resolveExternal(activator, 'signalWorkflow', job.seq, job.failure);
    case 'resolveRequestCancelExternalWorkflow':
      return resolveExternal(activator, 'cancelWorkflow', job.seq, job.failure);
    case 'signalWorkflow':
      return signalWorkflow(activator, job);
    case 'doUpdate':
      return doUpdate(activator, job);
    case 'queryWorkflow':
      return queryWorkflow(activator, job);
    case 'cancelWorkflow':
      activator.cancelled = true;
      return activator.rootScope.cancel();
    default:
      throw new IllegalStateError(`Unexpected job ${job.type}`);
  }
}

/** Evaluates the conditions in the order in which they began to wait, again until none becomes true. */
export function unblockConditions(activator: Activator): number {
  let unblocked = 0;
  for (;;) {
    activator.throwTaskError();
    const before = unblocked;
    for (const [seq, condition] of activator.conditions) {
      if (!condition.fn()) continue;
      condition.resolve();
      unblocked++;
      activator.conditions.delete(seq);
      activator.waitingStacks.delete(condition);
    }
    if (unblocked === before) return unblocked;
  }
}

/** A query that woke workflow code has changed the execution: it must not be used any more. */
function refuseCommandsOfQuery(activator: Activator, commands: readonly WorkflowCommand[]): void {
  const other = commands.find((command) => command.type !== 'respondToQuery');
  if (other === undefined) return;
  throw new DeterminismViolationError(
    `A query handler made the workflow issue a command (${other.type}). Query handlers must not settle promises or ` +
      'change state that the workflow waits for.',
  );
}
