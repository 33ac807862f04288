import type { Command } from '../../history/command.js';
import type { HistoryEvent } from '../../history/event.js';
import type { Message } from '../../history/field-kinds.js';
import type {
  Failure,
  Header,
  RetryPolicy,
  WorkflowExecution,
  WorkflowTaskFailedCause,
} from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';
import type {
  ActivityType,
  Priority,
  ProtocolMessage,
  TaskQueue,
  VersioningBehavior,
  WorkerVersionCapabilities,
  WorkflowExecutionStatus,
  WorkflowQuery,
  WorkflowQueryResult,
  WorkflowType,
} from './common.js';

export interface PollWorkflowTaskQueueRequest {
  readonly namespace?: string;
  /** `kind: 'STICKY'` with `normalName` polls a worker's own queue. */
  readonly taskQueue: TaskQueue;
  readonly identity?: string;
  readonly workerVersionCapabilities?: WorkerVersionCapabilities;
  /**
   * The worker lives in the service's process: when the process dies, so do its tasks, and the service hands
   * them out again at once when it opens the file, without waiting for a timeout. (Not in Temporal's API.)
   */
  readonly embedded?: boolean;
}

export interface PollWorkflowTaskQueueResponse {
  /** Opaque; valid for one answer. */
  readonly taskToken: string;
  readonly workflowExecution: { readonly workflowId: string; readonly runId: string };
  readonly workflowType: WorkflowType;
  /** The WorkflowTaskStarted event of the last task that was completed; 0 when none was. */
  readonly previousStartedEventId: number;
  readonly startedEventId: number;
  readonly attempt: number;
  readonly backlogCountHint: number;
  /**
   * Whole from event 1 on a normal queue; on a sticky queue, the events after `previousStartedEventId`. A worker
   * that lost its cache asks for the rest with getWorkflowExecutionHistory.
   */
  readonly history: { readonly events: readonly HistoryEvent[] };
  /** The history goes on: its next page is to be had of getWorkflowExecutionHistory, by this token. */
  readonly nextPageToken?: string;
  /** A query without a workflow task; answered by respondQueryTaskCompleted. */
  readonly query?: WorkflowQuery;
  /** Queries answered together with the workflow task (`queryResults` of its completion). */
  readonly queries: Readonly<Record<string, WorkflowQuery>>;
  readonly messages: readonly ProtocolMessage[];
  readonly scheduledTimeMs: number;
  readonly startedTimeMs: number;
  readonly workflowExecutionTaskQueue: TaskQueue;
}

export interface StickyExecutionAttributes {
  readonly workerTaskQueue: TaskQueue;
  readonly scheduleToStartTimeoutMs?: number;
}

export interface RespondWorkflowTaskCompletedRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly commands: readonly Command[];
  readonly identity?: string;
  /** Where the next task of this run goes: the worker that has it in its cache. */
  readonly stickyAttributes?: StickyExecutionAttributes;
  /** The answer may hold the next workflow task of this run, when there is one. */
  readonly returnNewWorkflowTask?: boolean;
  readonly forceCreateNewWorkflowTask?: boolean;
  readonly queryResults?: Readonly<Record<string, WorkflowQueryResult>>;
  readonly messages?: readonly ProtocolMessage[];
  readonly sdkMetadata?: Message<'WorkflowTaskCompletedMetadata'>;
  readonly meteringMetadata?: Message<'MeteringMetadata'>;
  readonly workerVersionStamp?: Message<'WorkerVersionStamp'>;
  readonly versioningBehavior?: VersioningBehavior;
  readonly capabilities?: { readonly discardSpeculativeWorkflowTaskWithEvents?: boolean };
}

export interface RespondWorkflowTaskCompletedResponse {
  readonly workflowTask?: PollWorkflowTaskQueueResponse;
  /** Activities that the command asked to run eagerly (`requestEagerExecution`), already started. */
  readonly activityTasks: readonly PollActivityTaskQueueResponse[];
  /** The task has left no events: the next one begins after this event. */
  readonly resetHistoryEventId?: number;
}

export interface RespondWorkflowTaskFailedRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly cause: WorkflowTaskFailedCause;
  readonly failure?: Failure;
  readonly identity?: string;
  readonly workerVersion?: Message<'WorkerVersionStamp'>;
}

export interface RespondQueryTaskCompletedRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly completedType: 'ANSWERED' | 'FAILED';
  readonly queryResult?: readonly Payload[];
  readonly errorMessage?: string;
  readonly failure?: Failure;
}

export interface PollActivityTaskQueueRequest {
  readonly namespace?: string;
  readonly taskQueue: TaskQueue;
  readonly identity?: string;
  /** Limit over all pollers of the queue. */
  readonly taskQueueMetadata?: { readonly maxTasksPerSecond?: number };
  readonly workerVersionCapabilities?: WorkerVersionCapabilities;
  /** See PollWorkflowTaskQueueRequest. */
  readonly embedded?: boolean;
}

export interface PollActivityTaskQueueResponse {
  readonly taskToken: string;
  readonly workflowNamespace: string;
  readonly workflowType: WorkflowType;
  readonly workflowExecution: { readonly workflowId: string; readonly runId: string };
  readonly activityType: ActivityType;
  readonly activityId: string;
  readonly header?: Header;
  readonly input?: readonly Payload[];
  readonly heartbeatDetails?: readonly Payload[];
  readonly scheduledTimeMs: number;
  readonly currentAttemptScheduledTimeMs: number;
  readonly startedTimeMs: number;
  readonly attempt: number;
  readonly scheduleToCloseTimeoutMs?: number;
  readonly startToCloseTimeoutMs?: number;
  readonly heartbeatTimeoutMs?: number;
  readonly retryPolicy?: RetryPolicy;
  readonly priority?: Priority;
}

/** A worker goes: what waits for it alone goes to others at once. */
export interface ShutdownWorkerRequest {
  readonly namespace?: string;
  readonly stickyTaskQueue: string;
  readonly identity?: string;
  readonly reason?: string;
}

export interface RespondActivityTaskCompletedRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly result?: readonly Payload[];
  readonly identity?: string;
  readonly workerVersion?: Message<'WorkerVersionStamp'>;
}

export interface RespondActivityTaskFailedRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly failure: Failure;
  readonly identity?: string;
  readonly lastHeartbeatDetails?: readonly Payload[];
  readonly workerVersion?: Message<'WorkerVersionStamp'>;
}

export interface RespondActivityTaskCanceledRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly details?: readonly Payload[];
  readonly identity?: string;
  readonly workerVersion?: Message<'WorkerVersionStamp'>;
}

export interface RecordActivityTaskHeartbeatRequest {
  readonly namespace?: string;
  readonly taskToken: string;
  readonly details?: readonly Payload[];
  readonly identity?: string;
}

export interface RecordActivityTaskHeartbeatResponse {
  readonly cancelRequested: boolean;
}

/** Async completion by ids. An absent run id means the current run. */
export interface ActivityById {
  readonly namespace?: string;
  readonly workflowId: string;
  readonly runId?: string;
  readonly activityId: string;
}

export type RespondActivityTaskCompletedByIdRequest = ActivityById &
  Omit<RespondActivityTaskCompletedRequest, 'taskToken' | 'workerVersion'>;
export type RespondActivityTaskFailedByIdRequest = ActivityById &
  Omit<RespondActivityTaskFailedRequest, 'taskToken' | 'workerVersion'>;
export type RespondActivityTaskCanceledByIdRequest = ActivityById &
  Omit<RespondActivityTaskCanceledRequest, 'taskToken' | 'workerVersion'>;
export type RecordActivityTaskHeartbeatByIdRequest = ActivityById &
  Omit<RecordActivityTaskHeartbeatRequest, 'taskToken'>;

export interface PollerInfo {
  readonly identity: string;
  readonly lastAccessTimeMs: number;
  readonly buildId?: string;
}

export interface DescribeTaskQueueRequest {
  readonly namespace?: string;
  readonly taskQueue: TaskQueue;
  readonly taskQueueType: 'WORKFLOW' | 'ACTIVITY';
}

export interface DescribeTaskQueueResponse {
  readonly pollers: readonly PollerInfo[];
  readonly approximateBacklogCount: number;
}

export interface WorkflowExecutionRef extends WorkflowExecution {
  readonly status?: WorkflowExecutionStatus;
}
