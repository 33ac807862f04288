import type { Duration } from '../failures/duration.js';
import type { SearchAttributePair, SearchAttributes, TypedSearchAttributes } from './search-attributes.js';

/** Options of commands, by Temporal's names and meaning. Durations: milliseconds or text. */

export interface RetryPolicy {
  /** Default 2. At least 1. */
  backoffCoefficient?: number;
  /** Default 1 second. */
  initialInterval?: Duration;
  /** Attempts in all, the first included; default unlimited. */
  maximumAttempts?: number;
  /** Default 100 × initialInterval. */
  maximumInterval?: Duration;
  nonRetryableErrorTypes?: string[];
}

export interface Priority {
  /** Lower is sooner; 1 to 5. */
  priorityKey?: number;
  fairnessKey?: string;
  fairnessWeight?: number;
}

export type VersioningIntent = 'COMPATIBLE' | 'DEFAULT';
export type VersioningBehavior = 'PINNED' | 'AUTO_UPGRADE';

export const ActivityCancellationType = {
  /** Report cancellation at once; the activity is not told. */
  ABANDON: 'ABANDON',
  /** Ask the activity to cancel and report cancellation at once (default). */
  TRY_CANCEL: 'TRY_CANCEL',
  /** Ask the activity to cancel and wait for how it ends. */
  WAIT_CANCELLATION_COMPLETED: 'WAIT_CANCELLATION_COMPLETED',
} as const;
export type ActivityCancellationType =
  (typeof ActivityCancellationType)[keyof typeof ActivityCancellationType];

interface CommonActivityOptions {
  retry?: RetryPolicy;
  startToCloseTimeout?: Duration;
  scheduleToStartTimeout?: Duration;
  scheduleToCloseTimeout?: Duration;
  /** Default `TRY_CANCEL`. */
  cancellationType?: ActivityCancellationType;
  /** One line for people, shown by tools. */
  summary?: string;
}

export interface ActivityOptions extends CommonActivityOptions {
  activityId?: string;
  /** Default: the workflow's own. */
  taskQueue?: string;
  heartbeatTimeout?: Duration;
  allowEagerDispatch?: boolean;
  versioningIntent?: VersioningIntent;
  priority?: Priority;
}

export interface LocalActivityOptions extends CommonActivityOptions {
  /** A longer backoff than this is waited for with a durable timer. Default 1 minute. */
  localRetryThreshold?: Duration;
}

export interface TimerOptions {
  readonly summary?: string;
}

export const ChildWorkflowCancellationType = {
  ABANDON: 'ABANDON',
  TRY_CANCEL: 'TRY_CANCEL',
  WAIT_CANCELLATION_REQUESTED: 'WAIT_CANCELLATION_REQUESTED',
  WAIT_CANCELLATION_COMPLETED: 'WAIT_CANCELLATION_COMPLETED',
} as const;
export type ChildWorkflowCancellationType =
  (typeof ChildWorkflowCancellationType)[keyof typeof ChildWorkflowCancellationType];

export const ParentClosePolicy = {
  TERMINATE: 'TERMINATE',
  ABANDON: 'ABANDON',
  REQUEST_CANCEL: 'REQUEST_CANCEL',
  /** @deprecated Leave the option out. */
  PARENT_CLOSE_POLICY_UNSPECIFIED: undefined,
  /** @deprecated Use `TERMINATE`. */
  PARENT_CLOSE_POLICY_TERMINATE: 'TERMINATE',
  /** @deprecated Use `ABANDON`. */
  PARENT_CLOSE_POLICY_ABANDON: 'ABANDON',
  /** @deprecated Use `REQUEST_CANCEL`. */
  PARENT_CLOSE_POLICY_REQUEST_CANCEL: 'REQUEST_CANCEL',
} as const;
export type ParentClosePolicy = (typeof ParentClosePolicy)[keyof typeof ParentClosePolicy];

export const WorkflowIdReusePolicy = {
  ALLOW_DUPLICATE: 'ALLOW_DUPLICATE',
  ALLOW_DUPLICATE_FAILED_ONLY: 'ALLOW_DUPLICATE_FAILED_ONLY',
  REJECT_DUPLICATE: 'REJECT_DUPLICATE',
  TERMINATE_IF_RUNNING: 'TERMINATE_IF_RUNNING',
  /** @deprecated Leave the option out. */
  WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED: undefined,
  /** @deprecated Use `ALLOW_DUPLICATE`. */
  WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE: 'ALLOW_DUPLICATE',
  /** @deprecated Use `ALLOW_DUPLICATE_FAILED_ONLY`. */
  WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY: 'ALLOW_DUPLICATE_FAILED_ONLY',
  /** @deprecated Use `REJECT_DUPLICATE`. */
  WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE: 'REJECT_DUPLICATE',
  /** @deprecated Use `TERMINATE_IF_RUNNING`. */
  WORKFLOW_ID_REUSE_POLICY_TERMINATE_IF_RUNNING: 'TERMINATE_IF_RUNNING',
} as const;
export type WorkflowIdReusePolicy = (typeof WorkflowIdReusePolicy)[keyof typeof WorkflowIdReusePolicy];

export const WorkflowIdConflictPolicy = {
  FAIL: 'FAIL',
  USE_EXISTING: 'USE_EXISTING',
  TERMINATE_EXISTING: 'TERMINATE_EXISTING',
} as const;
export type WorkflowIdConflictPolicy =
  (typeof WorkflowIdConflictPolicy)[keyof typeof WorkflowIdConflictPolicy];

export const HandlerUnfinishedPolicy = {
  /** Log a warning when the workflow ends while the handler runs (default). */
  WARN_AND_ABANDON: 'WARN_AND_ABANDON',
  ABANDON: 'ABANDON',
} as const;
export type HandlerUnfinishedPolicy = (typeof HandlerUnfinishedPolicy)[keyof typeof HandlerUnfinishedPolicy];

export interface WorkflowDurationOptions {
  workflowRunTimeout?: Duration;
  workflowExecutionTimeout?: Duration;
  workflowTaskTimeout?: Duration;
}

export interface BaseWorkflowOptions {
  workflowIdReusePolicy?: WorkflowIdReusePolicy;
  workflowIdConflictPolicy?: WorkflowIdConflictPolicy;
  retry?: RetryPolicy;
  cronSchedule?: string;
  memo?: Record<string, unknown>;
  /** @deprecated Use `typedSearchAttributes`. */
  searchAttributes?: SearchAttributes;
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  staticDetails?: string;
  staticSummary?: string;
  priority?: Priority;
}

export type CommonWorkflowOptions = BaseWorkflowOptions & WorkflowDurationOptions;

export interface ChildWorkflowOptions extends Omit<CommonWorkflowOptions, 'workflowIdConflictPolicy'> {
  /** Default: a uuid from the workflow's random stream. */
  workflowId?: string;
  taskQueue?: string;
  /** Default `WAIT_CANCELLATION_COMPLETED`. */
  cancellationType?: ChildWorkflowCancellationType;
  /** Default `TERMINATE`. */
  parentClosePolicy?: ParentClosePolicy;
  versioningIntent?: VersioningIntent;
}

export type ChildWorkflowOptionsWithDefaults = ChildWorkflowOptions & {
  workflowId: string;
  cancellationType: ChildWorkflowCancellationType;
  args: unknown[];
};

export interface ContinueAsNewOptions {
  workflowType?: string;
  taskQueue?: string;
  workflowRunTimeout?: Duration;
  workflowTaskTimeout?: Duration;
  /** Delay before the first workflow task of the new run. */
  backoffStartInterval?: Duration;
  memo?: Record<string, unknown>;
  /** @deprecated Use `typedSearchAttributes`. */
  searchAttributes?: SearchAttributes;
  typedSearchAttributes?: SearchAttributePair[] | TypedSearchAttributes;
  versioningIntent?: VersioningIntent;
}
