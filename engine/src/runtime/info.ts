import type { RetryPolicy as RecordedRetryPolicy } from '../history/messages.js';
import type { InitializeWorkflow } from '../core/activation.js';
import type { Priority, RetryPolicy } from './options.js';
import { TypedSearchAttributes, type SearchAttributes } from './search-attributes.js';

export interface ParentWorkflowInfo {
  workflowId: string;
  runId: string;
  namespace: string;
}

export interface RootWorkflowInfo {
  workflowId: string;
  runId: string;
}

/** Fresh entropy of the host: for query handlers only. */
export interface UnsafeRandomSource {
  random(): number;
  uuid4(): string;
  fillRandom(bytes: Uint8Array): Uint8Array;
}

/** Never use these in workflow logic: they differ between a run and its replay. */
export interface UnsafeWorkflowInfo {
  /** The host's clock, in milliseconds. */
  readonly now: () => number;
  readonly isReplaying: boolean;
  /** False also in query handlers and update validators, which are never replayed. */
  readonly isReplayingHistoryEvents: boolean;
  readonly random: UnsafeRandomSource;
}

/** What `workflowInfo()` returns: a copy as of now. */
export interface WorkflowInfo {
  readonly workflowId: string;
  readonly runId: string;
  readonly workflowType: string;
  /** @deprecated Use `typedSearchAttributes`. */
  readonly searchAttributes: SearchAttributes;
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly memo?: Record<string, unknown>;
  readonly parent?: ParentWorkflowInfo;
  readonly root?: RootWorkflowInfo;
  readonly lastResult?: unknown;
  readonly lastFailure?: Error;
  readonly historyLength: number;
  /** In bytes. */
  readonly historySize: number;
  readonly continueAsNewSuggested: boolean;
  readonly targetWorkerDeploymentVersionChanged: boolean;
  readonly taskQueue: string;
  readonly namespace: string;
  readonly firstExecutionRunId: string;
  readonly originalExecutionRunId: string;
  readonly continuedFromExecutionRunId?: string;
  /** When the chain of runs began. */
  readonly startTime: Date;
  /** When this run began. */
  readonly runStartTime: Date;
  readonly executionTimeoutMs?: number;
  readonly executionExpirationTime?: Date;
  readonly runTimeoutMs?: number;
  readonly taskTimeoutMs: number;
  readonly retryPolicy?: RetryPolicy;
  readonly attempt: number;
  readonly cronSchedule?: string;
  readonly cronScheduleToScheduleInterval?: number;
  readonly currentBuildId?: string;
  readonly unsafe: UnsafeWorkflowInfo;
  readonly priority?: Priority;
}

/** Drops keys that are `undefined`, so that optional fields are absent rather than present and undefined. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const copy = {} as Record<string, unknown>;
  for (const [key, field] of Object.entries(value)) if (field !== undefined) copy[key] = field;
  return copy as { [K in keyof T]: Exclude<T[K], undefined> };
}

const defaultTaskTimeoutMs = 10_000;

/** Everything about a run that does not change and needs no converter. */
export function makeInfo(
  job: InitializeWorkflow,
  runId: string,
  nowMs: number,
  unsafe: UnsafeWorkflowInfo,
): WorkflowInfo {
  const parent = job.parentWorkflowInfo;
  const root = job.rootWorkflow;
  return defined({
    workflowId: job.workflowId,
    runId,
    workflowType: job.workflowType,
    searchAttributes: {},
    typedSearchAttributes: new TypedSearchAttributes(),
    parent: parent && { workflowId: parent.workflowId, runId: parent.runId, namespace: parent.namespace },
    root: root && { workflowId: root.workflowId ?? '', runId: root.runId ?? '' },
    historyLength: 0,
    historySize: 0,
    continueAsNewSuggested: false,
    targetWorkerDeploymentVersionChanged: false,
    taskQueue: job.taskQueue,
    namespace: job.namespace,
    firstExecutionRunId: job.firstExecutionRunId,
    originalExecutionRunId: job.originalExecutionRunId ?? job.firstExecutionRunId,
    continuedFromExecutionRunId: job.continuedFromExecutionRunId || undefined,
    startTime: new Date(job.startTimeMs),
    runStartTime: new Date(nowMs),
    executionTimeoutMs: job.workflowExecutionTimeoutMs,
    executionExpirationTime:
      job.workflowExecutionExpirationTimeMs === undefined
        ? undefined
        : new Date(job.workflowExecutionExpirationTimeMs),
    runTimeoutMs: job.workflowRunTimeoutMs,
    taskTimeoutMs: job.workflowTaskTimeoutMs ?? defaultTaskTimeoutMs,
    retryPolicy: job.retryPolicy && decompileRetryPolicy(job.retryPolicy),
    attempt: job.attempt,
    cronSchedule: job.cronSchedule || undefined,
    cronScheduleToScheduleInterval: job.cronScheduleToScheduleIntervalMs,
    priority: job.priority && defined({ ...job.priority }),
    unsafe,
  }) as WorkflowInfo;
}

function decompileRetryPolicy(policy: RecordedRetryPolicy): RetryPolicy {
  return defined({
    backoffCoefficient: policy.backoffCoefficient,
    maximumAttempts: policy.maximumAttempts,
    maximumInterval: policy.maximumIntervalMs,
    initialInterval: policy.initialIntervalMs,
    nonRetryableErrorTypes: policy.nonRetryableErrorTypes && [...policy.nonRetryableErrorTypes],
  });
}
