import type {
  ContinueAsNewInitiator,
  Failure,
  Memo,
  ParentClosePolicy,
  RetryPolicy,
  SearchAttributes,
  UserMetadata,
  WorkflowExecution,
  WorkflowIdReusePolicy,
  WorkflowTaskFailedCause,
} from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import type { EnumValue, Message } from '../history/field-kinds.js';

/**
 * The contract between the core and whatever runs workflow code: the core sends an `Activation` with jobs,
 * the runtime answers with a `Completion` that holds commands.
 *
 * Names and meaning are those of Temporal's `coresdk.workflow_activation` and `coresdk.workflow_commands`;
 * durations and times are milliseconds (`…Ms`), payloads are in JSON form (base64). `seq` numbers are counted
 * per kind of command, from 1, by the runtime.
 */
export interface Activation {
  readonly runId: string;
  /** Workflow time: the start time of the workflow task. */
  readonly timestampMs: number;
  readonly isReplaying: boolean;
  /** Id of the last event that the workflow task can see. */
  readonly historyLength: number;
  readonly historySizeBytes: number;
  readonly continueAsNewSuggested: boolean;
  /** SDK flags that the history records for the task (replay) or that may be used (live). */
  readonly availableInternalFlags: readonly number[];
  readonly buildId?: string;
  readonly lastSdkVersion?: string;
  readonly jobs: readonly ActivationJob[];
}

export type Headers = Readonly<Record<string, Payload>>;

export interface NamespacedWorkflowExecution {
  readonly namespace: string;
  readonly workflowId: string;
  readonly runId: string;
}

export interface InitializeWorkflow {
  readonly type: 'initializeWorkflow';
  readonly workflowType: string;
  readonly workflowId: string;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly arguments: readonly Payload[];
  /** 64-bit unsigned integer as a decimal string: protobuf's own JSON form. */
  readonly randomnessSeed: string;
  readonly headers: Headers;
  readonly identity: string;
  readonly parentWorkflowInfo?: NamespacedWorkflowExecution;
  readonly rootWorkflow?: WorkflowExecution;
  readonly workflowExecutionTimeoutMs?: number;
  readonly workflowRunTimeoutMs?: number;
  readonly workflowTaskTimeoutMs?: number;
  readonly continuedFromExecutionRunId?: string;
  readonly continuedInitiator?: ContinueAsNewInitiator;
  readonly continuedFailure?: Failure;
  readonly lastCompletionResult?: readonly Payload[];
  readonly firstExecutionRunId: string;
  readonly originalExecutionRunId?: string;
  readonly retryPolicy?: RetryPolicy;
  readonly attempt: number;
  readonly cronSchedule?: string;
  readonly workflowExecutionExpirationTimeMs?: number;
  readonly cronScheduleToScheduleIntervalMs?: number;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
  readonly startTimeMs: number;
  readonly priority?: Message<'Priority'>;
}

/** How an activity, local activity or child workflow ended. */
export type Resolution =
  | { readonly status: 'completed'; readonly result?: Payload }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'cancelled'; readonly failure: Failure }
  | {
      /** Local activities: wait for a timer of `backoffMs`, then schedule `attempt` again. */
      readonly status: 'backoff';
      readonly attempt: number;
      readonly backoffMs: number;
      readonly originalScheduleTimeMs: number;
    };

export type ChildStart =
  | { readonly status: 'succeeded'; readonly runId: string }
  | {
      readonly status: 'failed';
      readonly workflowId: string;
      readonly workflowType: string;
      readonly cause: EnumValue<'StartChildWorkflowExecutionFailedCause'>;
    }
  | { readonly status: 'cancelled'; readonly failure: Failure };

export interface SignalWorkflow {
  readonly type: 'signalWorkflow';
  readonly signalName: string;
  readonly input: readonly Payload[];
  readonly identity: string;
  readonly headers: Headers;
  readonly originatingEventId: number;
}

export interface DoUpdate {
  readonly type: 'doUpdate';
  readonly id: string;
  readonly protocolInstanceId: string;
  readonly name: string;
  readonly input: readonly Payload[];
  readonly headers: Headers;
  readonly identity: string;
  /** False on replay: an accepted update was valid once and for all. */
  readonly runValidator: boolean;
}

export interface QueryWorkflow {
  readonly type: 'queryWorkflow';
  readonly queryId: string;
  readonly queryType: string;
  readonly arguments: readonly Payload[];
  readonly headers: Headers;
}

export type ActivationJob =
  | InitializeWorkflow
  | SignalWorkflow
  | DoUpdate
  | QueryWorkflow
  | { readonly type: 'fireTimer'; readonly seq: number }
  | {
      readonly type: 'resolveActivity';
      readonly seq: number;
      readonly isLocal: boolean;
      readonly result: Resolution;
    }
  | { readonly type: 'resolveChildWorkflowExecutionStart'; readonly seq: number; readonly result: ChildStart }
  | { readonly type: 'resolveChildWorkflowExecution'; readonly seq: number; readonly result: Resolution }
  | { readonly type: 'resolveSignalExternalWorkflow'; readonly seq: number; readonly failure?: Failure }
  | {
      readonly type: 'resolveRequestCancelExternalWorkflow';
      readonly seq: number;
      readonly failure?: Failure;
    }
  | { readonly type: 'updateRandomSeed'; readonly randomnessSeed: string }
  | { readonly type: 'cancelWorkflow'; readonly reason: string }
  /** These three come before the other jobs of the workflow task whose marker they announce. */
  /** `isAbsent` decides against the patch: only tests do, and only our own runtime knows it. */
  | { readonly type: 'notifyHasPatch'; readonly patchId: string; readonly isAbsent?: true }
  | { readonly type: 'notifyHasVersion'; readonly changeId: string; readonly version: number }
  | { readonly type: 'resolveSideEffect'; readonly seq: number; readonly value: Payload | undefined }
  | { readonly type: 'removeFromCache'; readonly reason: string };

export type ActivityCancellationType = 'TRY_CANCEL' | 'WAIT_CANCELLATION_COMPLETED' | 'ABANDON';
export type ChildWorkflowCancellationType =
  'ABANDON' | 'TRY_CANCEL' | 'WAIT_CANCELLATION_COMPLETED' | 'WAIT_CANCELLATION_REQUESTED';

interface CommandBase {
  readonly userMetadata?: UserMetadata;
  /** Raw stack of the call, present only where the host asked for call sites (see replay's explanations). */
  readonly callSite?: string;
}

interface ActivityOptions {
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly headers: Headers;
  readonly arguments: readonly Payload[];
  readonly scheduleToCloseTimeoutMs?: number;
  readonly scheduleToStartTimeoutMs?: number;
  readonly startToCloseTimeoutMs?: number;
  readonly retryPolicy?: RetryPolicy;
  readonly cancellationType: ActivityCancellationType;
}

export interface ScheduleActivity extends CommandBase, ActivityOptions {
  readonly type: 'scheduleActivity';
  /** Absent: the workflow's own task queue. */
  readonly taskQueue?: string;
  readonly heartbeatTimeoutMs?: number;
  readonly doNotEagerlyExecute?: boolean;
  readonly priority?: Message<'Priority'>;
}

export interface ScheduleLocalActivity extends CommandBase, ActivityOptions {
  readonly type: 'scheduleLocalActivity';
  readonly attempt: number;
  readonly originalScheduleTimeMs?: number;
  readonly localRetryThresholdMs?: number;
}

export interface StartChildWorkflowExecution extends CommandBase {
  readonly type: 'startChildWorkflowExecution';
  readonly seq: number;
  readonly namespace?: string;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly taskQueue?: string;
  readonly input: readonly Payload[];
  readonly workflowExecutionTimeoutMs?: number;
  readonly workflowRunTimeoutMs?: number;
  readonly workflowTaskTimeoutMs?: number;
  readonly parentClosePolicy: ParentClosePolicy;
  readonly workflowIdReusePolicy: WorkflowIdReusePolicy;
  readonly retryPolicy?: RetryPolicy;
  readonly cronSchedule?: string;
  readonly headers: Headers;
  readonly memo?: Readonly<Record<string, Payload>>;
  readonly searchAttributes?: SearchAttributes;
  readonly cancellationType: ChildWorkflowCancellationType;
  readonly priority?: Message<'Priority'>;
}

export interface ContinueAsNewWorkflowExecution extends CommandBase {
  readonly type: 'continueAsNewWorkflowExecution';
  readonly workflowType: string;
  readonly taskQueue?: string;
  readonly arguments: readonly Payload[];
  readonly workflowRunTimeoutMs?: number;
  readonly workflowTaskTimeoutMs?: number;
  readonly backoffStartIntervalMs?: number;
  readonly memo?: Readonly<Record<string, Payload>>;
  readonly headers: Headers;
  readonly searchAttributes?: SearchAttributes;
  readonly retryPolicy?: RetryPolicy;
}

/** Which execution a signal or a cancellation goes to. */
type Target =
  | { readonly workflowExecution: NamespacedWorkflowExecution; readonly childWorkflowId?: undefined }
  | { readonly workflowExecution?: undefined; readonly childWorkflowId: string };

export type SignalExternalWorkflowExecution = CommandBase &
  Target & {
    readonly type: 'signalExternalWorkflowExecution';
    readonly seq: number;
    readonly signalName: string;
    readonly args: readonly Payload[];
    readonly headers: Headers;
  };

export type RequestCancelExternalWorkflowExecution = CommandBase & {
  readonly type: 'requestCancelExternalWorkflowExecution';
  readonly seq: number;
  readonly workflowExecution: NamespacedWorkflowExecution;
  readonly reason: string;
};

export type UpdateResponse = CommandBase & {
  readonly type: 'updateResponse';
  readonly protocolInstanceId: string;
} & (
    | { readonly status: 'accepted' }
    | { readonly status: 'rejected'; readonly failure: Failure }
    | { readonly status: 'completed'; readonly result?: Payload }
  );

export type QueryResult = CommandBase & { readonly type: 'respondToQuery'; readonly queryId: string } & (
    | { readonly status: 'succeeded'; readonly response?: Payload }
    | { readonly status: 'failed'; readonly failure: Failure }
  );

type With<T> = CommandBase & Readonly<T>;

/** What workflow code asked for, in the order in which it asked. */
export type WorkflowCommand =
  | ScheduleActivity
  | ScheduleLocalActivity
  | StartChildWorkflowExecution
  | ContinueAsNewWorkflowExecution
  | SignalExternalWorkflowExecution
  | RequestCancelExternalWorkflowExecution
  | UpdateResponse
  | QueryResult
  | With<{ type: 'startTimer'; seq: number; startToFireTimeoutMs: number }>
  | With<{ type: 'cancelTimer'; seq: number }>
  | With<{ type: 'requestCancelActivity'; seq: number }>
  | With<{ type: 'requestCancelLocalActivity'; seq: number }>
  | With<{ type: 'cancelChildWorkflowExecution'; childWorkflowSeq: number; reason: string }>
  | With<{ type: 'cancelSignalWorkflow'; seq: number }>
  | With<{ type: 'setPatchMarker'; patchId: string; deprecated: boolean }>
  | With<{ type: 'setVersionMarker'; changeId: string; version: number }>
  | With<{ type: 'recordSideEffect'; seq: number; value?: Payload }>
  | With<{ type: 'upsertWorkflowSearchAttributes'; searchAttributes: SearchAttributes }>
  | With<{ type: 'modifyWorkflowProperties'; upsertedMemo: Memo }>
  | With<{ type: 'completeWorkflowExecution'; result?: Payload }>
  | With<{ type: 'failWorkflowExecution'; failure: Failure }>
  | With<{ type: 'cancelWorkflowExecution' }>;

export type Completion =
  | {
      readonly status: 'successful';
      readonly commands: readonly WorkflowCommand[];
      readonly usedInternalFlags: readonly number[];
    }
  /** The workflow task failed; the execution itself did not. */
  | { readonly status: 'failed'; readonly failure: Failure; readonly cause?: WorkflowTaskFailedCause };

/**
 * One running instance of workflow code. Both runtimes (ours and the hosted `@temporalio/workflow`) are
 * driven through it. Calls are synchronous and never overlap.
 */
export interface WorkflowInstance {
  activate(activation: Activation): Completion;
  /** Frees what the instance holds; no call may follow. */
  dispose(): void;
}
