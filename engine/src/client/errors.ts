import { WorkflowNotFoundError } from '../failures/errors.js';
import { WorkflowExecutionAlreadyStartedError } from '../failures/failures.js';
import { markErrorClass } from '../failures/instance-of.js';

/** Errors of the client, by the names of `@temporalio/client`. */

/** The workflow ended without a result; `cause` is its failure, cancellation, termination or timeout. */
export class WorkflowFailedError extends Error {
  readonly retryState: string | undefined;
  override readonly cause: Error | undefined;

  constructor(message: string, cause: Error | undefined, retryState: string | undefined) {
    super(message);
    this.cause = cause;
    this.retryState = retryState;
  }
}
markErrorClass(WorkflowFailedError, 'WorkflowFailedError');

/** The run continued as new, and the handle was told not to follow. */
export class WorkflowContinuedAsNewError extends Error {
  readonly newExecutionRunId: string;

  constructor(message: string, newExecutionRunId: string) {
    super(message);
    this.newExecutionRunId = newExecutionRunId;
  }
}
markErrorClass(WorkflowContinuedAsNewError, 'WorkflowContinuedAsNewError');

/** The update was rejected, or its handler failed. */
export class WorkflowUpdateFailedError extends Error {
  override readonly cause: Error | undefined;

  constructor(message: string, cause: Error | undefined) {
    super(message);
    this.cause = cause;
  }
}
markErrorClass(WorkflowUpdateFailedError, 'WorkflowUpdateFailedError');

/** The call that waited for the update ended; the update itself may still come through. */
export class WorkflowUpdateRPCTimeoutOrCancelledError extends Error {
  override readonly cause: Error | undefined;

  constructor(message: string, cause?: Error) {
    super(message);
    this.cause = cause;
  }
}
markErrorClass(WorkflowUpdateRPCTimeoutOrCancelledError, 'WorkflowUpdateRPCTimeoutOrCancelledError');

/** The run's status is one that the query's reject condition names. */
export class QueryRejectedError extends Error {
  readonly status: string;

  constructor(status: string) {
    super(`Query rejected, workflow status: ${status}`);
    this.status = status;
  }
}
markErrorClass(QueryRejectedError, 'QueryRejectedError');

/** The workflow has no handler of that name, or the handler threw. */
export class QueryNotRegisteredError extends Error {
  override readonly cause: Error | undefined;

  constructor(message: string, cause?: Error) {
    super(message);
    this.cause = cause;
  }
}
markErrorClass(QueryNotRegisteredError, 'QueryNotRegisteredError');

/** The activity has ended, or has never been. */
export class ActivityNotFoundError extends Error {}
markErrorClass(ActivityNotFoundError, 'ActivityNotFoundError');

export class ActivityCompletionError extends Error {}
markErrorClass(ActivityCompletionError, 'ActivityCompletionError');

/** The workflow asks that the activity be cancelled. */
export class ActivityCancelledError extends Error {}
markErrorClass(ActivityCancelledError, 'ActivityCancelledError');

export class ScheduleAlreadyRunning extends Error {
  readonly scheduleId: string;

  constructor(message: string, scheduleId: string) {
    super(message);
    this.scheduleId = scheduleId;
  }
}
markErrorClass(ScheduleAlreadyRunning, 'ScheduleAlreadyRunning');

export class ScheduleNotFoundError extends Error {
  readonly scheduleId: string;

  constructor(message: string, scheduleId: string) {
    super(message);
    this.scheduleId = scheduleId;
  }
}
markErrorClass(ScheduleNotFoundError, 'ScheduleNotFoundError');

/** The shape of the service's errors, in process or decoded from gRPC. */
export interface Refusal extends Error {
  readonly status: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export function isRefusal(error: unknown, status?: string): error is Refusal {
  if (!(error instanceof Error) || !('status' in error) || !('reason' in error)) return false;
  return status === undefined || error.status === status;
}

/** Turns a refusal about a workflow into the error that Temporal's client throws. */
export function workflowErrorOf(error: unknown, workflowId: string, runId?: string): unknown {
  if (isRefusal(error, 'NOT_FOUND')) return new WorkflowNotFoundError(error.message, workflowId, runId);
  if (isRefusal(error, 'ALREADY_EXISTS')) {
    const type = String(error.details['workflowType'] ?? '');
    return new WorkflowExecutionAlreadyStartedError(error.message, workflowId, type);
  }
  return error;
}
