import type { Failure } from '../history/messages.js';
import type { Duration } from './duration.js';
import { isError, isRecord, markErrorClass } from './instance-of.js';

/**
 * The failures that cross the borders between workflows, activities and clients. Names, fields and meaning
 * are those of Temporal's TypeScript SDK (`@temporalio/common`, failure.ts).
 */

export const TimeoutType = {
  START_TO_CLOSE: 'START_TO_CLOSE',
  SCHEDULE_TO_START: 'SCHEDULE_TO_START',
  SCHEDULE_TO_CLOSE: 'SCHEDULE_TO_CLOSE',
  HEARTBEAT: 'HEARTBEAT',
} as const;
export type TimeoutType = (typeof TimeoutType)[keyof typeof TimeoutType] | undefined;

export const RetryState = {
  IN_PROGRESS: 'IN_PROGRESS',
  NON_RETRYABLE_FAILURE: 'NON_RETRYABLE_FAILURE',
  TIMEOUT: 'TIMEOUT',
  MAXIMUM_ATTEMPTS_REACHED: 'MAXIMUM_ATTEMPTS_REACHED',
  RETRY_POLICY_NOT_SET: 'RETRY_POLICY_NOT_SET',
  INTERNAL_SERVER_ERROR: 'INTERNAL_SERVER_ERROR',
  CANCEL_REQUESTED: 'CANCEL_REQUESTED',
} as const;
export type RetryState = (typeof RetryState)[keyof typeof RetryState] | undefined;

export const ApplicationFailureCategory = { BENIGN: 'BENIGN' } as const;
export type ApplicationFailureCategory =
  (typeof ApplicationFailureCategory)[keyof typeof ApplicationFailureCategory];

/** Base of all failures. Never extend it or its children; throw `ApplicationFailure`. */
export class TemporalFailure extends Error {
  /** The recorded failure that this error was made from, when it came from outside. */
  declare failure?: Failure;
  declare readonly cause?: Error;

  constructor(message?: string | null, cause?: Error) {
    super(message ?? undefined);
    this.cause = cause as Error;
  }
}
markErrorClass(TemporalFailure, 'TemporalFailure');

/** Made by the service itself. */
export class ServerFailure extends TemporalFailure {
  readonly nonRetryable: boolean;

  constructor(message: string | undefined, nonRetryable: boolean, cause?: Error) {
    super(message, cause);
    this.nonRetryable = nonRetryable;
  }
}
markErrorClass(ServerFailure, 'ServerFailure');

export interface ApplicationFailureOptions {
  message?: string;
  /** Compared with `RetryPolicy.nonRetryableErrorTypes`. */
  type?: string;
  /** Default false. */
  nonRetryable?: boolean;
  details?: unknown[];
  /** Overrides the delay before the next attempt; the policy's limits still hold. */
  nextRetryDelay?: Duration;
  cause?: Error;
  category?: ApplicationFailureCategory;
}

/**
 * What user code throws to fail a workflow or an activity. In a workflow every other error fails only the
 * workflow task, which is retried; in an activity other errors are converted to this one.
 */
export class ApplicationFailure extends TemporalFailure {
  readonly type?: string | null | undefined;
  readonly nonRetryable?: boolean | null | undefined;
  readonly details?: unknown[] | null | undefined;
  readonly nextRetryDelay?: Duration | null | undefined;
  readonly category?: ApplicationFailureCategory | null | undefined;

  constructor(
    message?: string | null,
    type?: string | null,
    nonRetryable?: boolean | null,
    details?: unknown[] | null,
    cause?: Error,
    nextRetryDelay?: Duration | null,
    category?: ApplicationFailureCategory | null,
  ) {
    super(message, cause);
    this.type = type;
    this.nonRetryable = nonRetryable;
    this.details = details;
    this.nextRetryDelay = nextRetryDelay;
    this.category = category;
  }

  static fromError(error: unknown, overrides?: ApplicationFailureOptions): ApplicationFailure {
    const failure = ensureApplicationFailure(error);
    Object.assign(failure, overrides);
    return failure;
  }

  static create(options: ApplicationFailureOptions): ApplicationFailure {
    const { message, type, nonRetryable = false, details, nextRetryDelay, cause, category } = options;
    return new this(message, type, nonRetryable, details, cause, nextRetryDelay, category);
  }

  static retryable(message?: string | null, type?: string | null, ...details: unknown[]): ApplicationFailure {
    return new this(message, type ?? 'Error', false, details);
  }

  static nonRetryable(
    message?: string | null,
    type?: string | null,
    ...details: unknown[]
  ): ApplicationFailure {
    return new this(message, type ?? 'Error', true, details);
  }
}
markErrorClass(ApplicationFailure, 'ApplicationFailure');

/** Cancellation was requested. Let it propagate, or catch it to go on. */
export class CancelledFailure extends TemporalFailure {
  readonly details: unknown[];

  constructor(message: string | undefined, details: unknown[] = [], cause?: Error) {
    super(message, cause);
    this.details = details;
  }
}
markErrorClass(CancelledFailure, 'CancelledFailure');

export class TerminatedFailure extends TemporalFailure {}
markErrorClass(TerminatedFailure, 'TerminatedFailure');

export class TimeoutFailure extends TemporalFailure {
  readonly lastHeartbeatDetails: unknown;
  readonly timeoutType: TimeoutType;

  constructor(message: string | undefined, lastHeartbeatDetails: unknown, timeoutType: TimeoutType) {
    super(message);
    this.lastHeartbeatDetails = lastHeartbeatDetails;
    this.timeoutType = timeoutType;
  }
}
markErrorClass(TimeoutFailure, 'TimeoutFailure');

/** An activity failed; `cause` says why. */
export class ActivityFailure extends TemporalFailure {
  readonly activityType: string;
  readonly activityId: string | undefined;
  readonly retryState: RetryState;
  readonly identity: string | undefined;

  constructor(
    message: string | undefined,
    activityType: string,
    activityId: string | undefined,
    retryState: RetryState,
    identity: string | undefined,
    cause?: Error,
  ) {
    super(message, cause);
    this.activityType = activityType;
    this.activityId = activityId;
    this.retryState = retryState;
    this.identity = identity;
  }
}
markErrorClass(ActivityFailure, 'ActivityFailure');

export interface WorkflowExecution {
  readonly workflowId?: string | null | undefined;
  readonly runId?: string | null | undefined;
}

/** A child workflow failed; `cause` says why. */
export class ChildWorkflowFailure extends TemporalFailure {
  readonly namespace: string | undefined;
  readonly execution: WorkflowExecution;
  readonly workflowType: string;
  readonly retryState: RetryState;

  constructor(
    namespace: string | undefined,
    execution: WorkflowExecution,
    workflowType: string,
    retryState: RetryState,
    cause?: Error,
  ) {
    super('Child Workflow execution failed', cause);
    this.namespace = namespace;
    this.execution = execution;
    this.workflowType = workflowType;
    this.retryState = retryState;
  }
}
markErrorClass(ChildWorkflowFailure, 'ChildWorkflowFailure');

/** A running (or, by policy, a closed) workflow already has this id. */
export class WorkflowExecutionAlreadyStartedError extends TemporalFailure {
  readonly workflowId: string;
  readonly workflowType: string;

  constructor(message: string, workflowId: string, workflowType: string) {
    super(message);
    this.workflowId = workflowId;
    this.workflowType = workflowType;
  }
}
markErrorClass(WorkflowExecutionAlreadyStartedError, 'WorkflowExecutionAlreadyStartedError');

/** Returns `error` if it is an `ApplicationFailure`, else one with its message, class name, stack and cause. */
export function ensureApplicationFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const record = isRecord(error) ? error : undefined;
  const message = (record && String(record.message)) || String(error);
  const constructorName = (record?.constructor as { name?: string } | undefined)?.name;
  const type = record ? (constructorName ?? (record.name as string | undefined)) : undefined;
  const failure = ApplicationFailure.create({
    message,
    ...(type ? { type } : {}),
    nonRetryable: false,
    ...(isError(record?.cause) ? { cause: record.cause } : {}),
  });
  failure.stack = record ? String(record.stack) : '';
  return failure;
}

export function ensureTemporalFailure(error: unknown): TemporalFailure {
  return error instanceof TemporalFailure ? error : ensureApplicationFailure(error);
}

/** The message at the end of the cause chain. */
export function rootCause(error: unknown): string | undefined {
  if (error instanceof TemporalFailure) return error.cause ? rootCause(error.cause) : error.message;
  if (isError(error)) return error.message;
  return typeof error === 'string' ? error : undefined;
}
