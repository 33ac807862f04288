import { ActivityFailure, CancelledFailure, ChildWorkflowFailure } from './failures.js';
import { markErrorClass } from './instance-of.js';

/** A value that the code received cannot be handled. */
export class ValueError extends Error {
  declare readonly cause?: unknown;

  constructor(message: string | undefined, cause?: unknown) {
    super(message);
    this.cause = cause;
  }
}
markErrorClass(ValueError, 'ValueError');

export class PayloadConverterError extends ValueError {}
markErrorClass(PayloadConverterError, 'PayloadConverterError');

/** The operation is not possible in the object's current state. */
export class IllegalStateError extends Error {}
markErrorClass(IllegalStateError, 'IllegalStateError');

export class WorkflowNotFoundError extends Error {
  readonly workflowId: string;
  readonly runId: string | undefined;

  constructor(message: string, workflowId: string, runId: string | undefined) {
    super(message);
    this.workflowId = workflowId;
    this.runId = runId;
  }
}
markErrorClass(WorkflowNotFoundError, 'WorkflowNotFoundError');

export class NamespaceNotFoundError extends Error {
  readonly namespace: string;

  constructor(namespace: string) {
    super(`Namespace not found: '${namespace}'`);
    this.namespace = namespace;
  }
}
markErrorClass(NamespaceNotFoundError, 'NamespaceNotFoundError');

/** Thrown by an activity that something else will complete, by its task token. */
export class CompleteAsyncError extends Error {}
markErrorClass(CompleteAsyncError, 'CompleteAsyncError');

export class ExternalStorageNotConfiguredError extends Error {
  constructor(message = 'Detected externally stored payload(s) but external storage is not configured.') {
    super(message);
  }
}
markErrorClass(ExternalStorageNotConfiguredError, 'ExternalStorageNotConfiguredError');

export class WorkflowError extends Error {}
markErrorClass(WorkflowError, 'WorkflowError');

/**
 * Workflow code used something that cannot give the same answer on replay. `code` is `RFN1100`: the page
 * docs/errors/RFN1100.md says what to use instead.
 */
export class DeterminismViolationError extends WorkflowError {
  readonly code = 'RFN1100';
}
markErrorClass(DeterminismViolationError, 'DeterminismViolationError');

/** True when `error` is a cancellation, or an activity's or child's failure that a cancellation caused. */
export function isCancellation(error: unknown): boolean {
  if (error instanceof CancelledFailure) return true;
  const wraps = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return wraps && error.cause instanceof CancelledFailure;
}
