import type { EventAttributes } from '@refrain/engine/internal';

type Failure = NonNullable<EventAttributes<'WorkflowExecutionFailed'>['failure']>;

/** `CardDeclined: no funds (caused by …)`: a recorded failure in one line. */
export function failureText(failure: Failure | undefined): string {
  if (!failure) return 'no failure recorded';
  const own = `${failureKind(failure)}: ${failure.message ?? ''}`;
  return failure.cause ? `${own} (caused by ${failureText(failure.cause)})` : own;
}

function failureKind(failure: Failure): string {
  if (failure.applicationFailureInfo) return failure.applicationFailureInfo.type || 'ApplicationFailure';
  if (failure.timeoutFailureInfo)
    return `TimeoutFailure ${failure.timeoutFailureInfo.timeoutType ?? ''}`.trim();
  if (failure.canceledFailureInfo) return 'CancelledFailure';
  if (failure.terminatedFailureInfo) return 'TerminatedFailure';
  if (failure.activityFailureInfo)
    return `ActivityFailure of ${failure.activityFailureInfo.activityType?.name ?? '?'}`;
  if (failure.childWorkflowExecutionFailureInfo)
    return `ChildWorkflowFailure of ${failure.childWorkflowExecutionFailureInfo.workflowType?.name ?? '?'}`;
  return 'ServerFailure';
}
