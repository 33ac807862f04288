import type { LimitWarning } from '../limit-warnings.js';
import type { HistoryEvent } from '../../history/event.js';
import type { EnumValue } from '../../history/field-kinds.js';
import type {
  Failure,
  Header,
  Memo,
  RetryPolicy,
  SearchAttributes,
  UpdateOutcome,
  UpdateRequest,
  UserMetadata,
  WorkflowExecution,
  WorkflowIdReusePolicy,
} from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';
import type {
  ActivityType,
  Priority,
  TaskQueue,
  VersioningOverride,
  WorkflowExecutionStatus,
  WorkflowQuery,
  WorkflowType,
} from './common.js';

export type WorkflowIdConflictPolicy = 'UNSPECIFIED' | 'FAIL' | 'USE_EXISTING' | 'TERMINATE_EXISTING';

export interface StartWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowId: string;
  readonly workflowType: WorkflowType;
  readonly taskQueue: TaskQueue;
  readonly input?: readonly Payload[];
  readonly workflowExecutionTimeoutMs?: number;
  readonly workflowRunTimeoutMs?: number;
  readonly workflowTaskTimeoutMs?: number;
  readonly identity?: string;
  /** Starting twice with the same request id answers with the first run. */
  readonly requestId?: string;
  readonly workflowIdReusePolicy?: WorkflowIdReusePolicy;
  readonly workflowIdConflictPolicy?: WorkflowIdConflictPolicy;
  readonly retryPolicy?: RetryPolicy;
  readonly cronSchedule?: string;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
  readonly header?: Header;
  readonly workflowStartDelayMs?: number;
  readonly userMetadata?: UserMetadata;
  readonly versioningOverride?: VersioningOverride;
  readonly priority?: Priority;
  /** Recorded on the run's first event: results of an earlier run (schedules). */
  readonly lastCompletionResult?: readonly Payload[];
  readonly continuedFailure?: Failure;
}

export interface StartWorkflowExecutionResponse {
  readonly runId: string;
  /** False: the request met a running execution (USE_EXISTING, or the same request id). */
  readonly started: boolean;
  readonly status: WorkflowExecutionStatus;
}

export interface SignalWithStartWorkflowExecutionRequest extends StartWorkflowExecutionRequest {
  readonly signalName: string;
  readonly signalInput?: readonly Payload[];
}

export interface SignalWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowExecution: WorkflowExecution;
  readonly signalName: string;
  readonly input?: readonly Payload[];
  readonly identity?: string;
  /** A second signal with the same request id is accepted and not recorded. */
  readonly requestId?: string;
  readonly header?: Header;
}

export type QueryRejectCondition = 'NONE' | 'NOT_OPEN' | 'NOT_COMPLETED_CLEANLY';

export interface QueryWorkflowRequest {
  readonly namespace?: string;
  readonly execution: WorkflowExecution;
  readonly query: WorkflowQuery;
  readonly queryRejectCondition?: QueryRejectCondition;
}

export interface QueryWorkflowResponse {
  readonly queryResult?: readonly Payload[];
  readonly queryRejected?: { readonly status: WorkflowExecutionStatus };
}

export type UpdateLifecycleStage = 'UNSPECIFIED' | 'ADMITTED' | 'ACCEPTED' | 'COMPLETED';

export interface UpdateRef {
  readonly workflowExecution: WorkflowExecution;
  readonly updateId: string;
}

export interface UpdateWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowExecution: WorkflowExecution;
  readonly firstExecutionRunId?: string;
  readonly waitPolicy?: { readonly lifecycleStage?: UpdateLifecycleStage };
  /** `meta.updateId` is the key of deduplication; made up when absent. */
  readonly request: UpdateRequest;
}

export interface UpdateWorkflowExecutionResponse {
  readonly updateRef: UpdateRef;
  /** Present once the update is completed or rejected. */
  readonly outcome?: UpdateOutcome;
  /** The stage that was reached when the call returned. */
  readonly stage: UpdateLifecycleStage;
}

export interface PollWorkflowExecutionUpdateRequest {
  readonly namespace?: string;
  readonly updateRef: UpdateRef;
  readonly identity?: string;
  readonly waitPolicy?: { readonly lifecycleStage?: UpdateLifecycleStage };
}

export type ExecuteMultiOperation =
  | { readonly startWorkflow: StartWorkflowExecutionRequest; readonly updateWorkflow?: undefined }
  | { readonly startWorkflow?: undefined; readonly updateWorkflow: UpdateWorkflowExecutionRequest };

/** Update-with-start: exactly a start and then an update of the same workflow id. */
export interface ExecuteMultiOperationRequest {
  readonly namespace?: string;
  readonly operations: readonly ExecuteMultiOperation[];
}

export interface ExecuteMultiOperationResponse {
  readonly responses: readonly [
    { readonly startWorkflow: StartWorkflowExecutionResponse },
    { readonly updateWorkflow: UpdateWorkflowExecutionResponse },
  ];
}

export interface WorkflowExecutionInfo {
  readonly execution: { readonly workflowId: string; readonly runId: string };
  readonly type: WorkflowType;
  readonly startTimeMs: number;
  readonly executionTimeMs: number;
  readonly closeTimeMs?: number;
  readonly status: WorkflowExecutionStatus;
  readonly historyLength: number;
  readonly historySizeBytes: number;
  readonly parentExecution?: WorkflowExecution;
  readonly rootExecution?: WorkflowExecution;
  readonly firstRunId: string;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
  readonly taskQueue: string;
  readonly assignedBuildId?: string;
  readonly versioningInfo?: { readonly behavior: 'PINNED' | 'AUTO_UPGRADE'; readonly buildId?: string };
  readonly executionDurationMs?: number;
}

export type PendingActivityState = 'SCHEDULED' | 'STARTED' | 'CANCEL_REQUESTED';

export interface PendingActivityInfo {
  readonly activityId: string;
  readonly activityType: ActivityType;
  readonly state: PendingActivityState;
  readonly heartbeatDetails?: readonly Payload[];
  readonly lastHeartbeatTimeMs?: number;
  readonly lastStartedTimeMs?: number;
  readonly attempt: number;
  readonly maximumAttempts: number;
  readonly scheduledTimeMs: number;
  readonly expirationTimeMs?: number;
  readonly nextAttemptScheduleTimeMs?: number;
  readonly lastFailure?: Failure;
  readonly lastWorkerIdentity?: string;
  readonly taskQueue: string;
}

export interface PendingWorkflowTaskInfo {
  readonly state: 'SCHEDULED' | 'STARTED';
  readonly scheduledTimeMs: number;
  readonly originalScheduledTimeMs: number;
  readonly startedTimeMs?: number;
  readonly attempt: number;
  readonly lastFailure?: Failure;
  readonly lastFailureCause?: EnumValue<'WorkflowTaskFailedCause'>;
}

export interface PendingChildExecutionInfo {
  readonly workflowId: string;
  readonly runId?: string;
  readonly workflowTypeName: string;
  readonly initiatedId: number;
  readonly parentClosePolicy: EnumValue<'ParentClosePolicy'>;
}

export interface DescribeWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly execution: WorkflowExecution;
}

export interface DescribeWorkflowExecutionResponse {
  readonly executionConfig: {
    readonly taskQueue: TaskQueue;
    readonly workflowExecutionTimeoutMs?: number;
    readonly workflowRunTimeoutMs?: number;
    readonly defaultWorkflowTaskTimeoutMs?: number;
    readonly userMetadata?: UserMetadata;
  };
  readonly workflowExecutionInfo: WorkflowExecutionInfo;
  readonly pendingActivities: readonly PendingActivityInfo[];
  readonly pendingChildren: readonly PendingChildExecutionInfo[];
  readonly pendingWorkflowTask?: PendingWorkflowTaskInfo;
  readonly pendingTimers: readonly { readonly timerId: string; readonly fireTimeMs: number }[];
  /** Limits that the run is near to, or has reached. */
  readonly limitWarnings: readonly LimitWarning[];
}

export interface ListWorkflowExecutionsRequest {
  readonly namespace?: string;
  readonly query?: string;
  readonly pageSize?: number;
  readonly nextPageToken?: string;
}

export interface ListWorkflowExecutionsResponse {
  readonly executions: readonly WorkflowExecutionInfo[];
  readonly nextPageToken?: string;
}

export interface CountWorkflowExecutionsRequest {
  readonly namespace?: string;
  readonly query?: string;
}

export interface CountWorkflowExecutionsResponse {
  readonly count: number;
  readonly groups: readonly { readonly groupValues: readonly string[]; readonly count: number }[];
}

export interface GetWorkflowExecutionHistoryRequest {
  readonly namespace?: string;
  readonly execution: WorkflowExecution;
  readonly maximumPageSize?: number;
  readonly nextPageToken?: string;
  /** Long poll: wait for events after the page token (or for the close event, with the filter). */
  readonly waitNewEvent?: boolean;
  readonly historyEventFilterType?: 'ALL_EVENT' | 'CLOSE_EVENT';
}

export interface GetWorkflowExecutionHistoryResponse {
  readonly history: { readonly events: readonly HistoryEvent[] };
  readonly nextPageToken?: string;
}

export interface RequestCancelWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowExecution: WorkflowExecution;
  readonly identity?: string;
  readonly requestId?: string;
  readonly firstExecutionRunId?: string;
  readonly reason?: string;
}

export interface TerminateWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowExecution: WorkflowExecution;
  readonly reason?: string;
  readonly details?: readonly Payload[];
  readonly identity?: string;
  readonly firstExecutionRunId?: string;
}

export interface ResetWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowExecution: WorkflowExecution;
  readonly reason?: string;
  /** The WorkflowTaskCompleted, …Failed or …TimedOut (or Started) event that is replaced. */
  readonly workflowTaskFinishEventId: number;
  readonly requestId?: string;
  /** What is not given to the new run again of what came after the reset point. */
  readonly resetReapplyExcludeTypes?: readonly ResetReapplyExcludeType[];
  /** The older form: what is. `SIGNAL` leaves updates out, `NONE` both. */
  readonly resetReapplyType?: 'UNSPECIFIED' | 'SIGNAL' | 'NONE' | 'ALL_ELIGIBLE';
  /** Refused: there are none that the engine could carry out. */
  readonly postResetOperations?: readonly unknown[];
}

export type ResetReapplyExcludeType = 'SIGNAL' | 'UPDATE' | 'NEXUS' | 'CANCEL_REQUEST';

export interface DeleteWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowExecution: WorkflowExecution;
}

/** Takes a recorded history in as a run: closed as it is, open to be continued (not in Temporal's API). */
export interface ImportWorkflowExecutionRequest {
  readonly namespace?: string;
  readonly workflowId?: string;
  readonly events: readonly HistoryEvent[];
}
