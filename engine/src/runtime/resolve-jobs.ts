import type { ActivationJob, ChildStart, Resolution } from '../core/activation.js';
import { WorkflowExecutionAlreadyStartedError } from '../failures/failures.js';
import type { Failure } from '../history/messages.js';
import type { Activator, Pending } from './activator.js';

type JobOf<T extends ActivationJob['type']> = Extract<ActivationJob, { readonly type: T }>;

/** Rejects a local activity's promise when it is to be tried again after a timer. Never seen by user code. */
export class LocalActivityBackoff extends Error {
  readonly attempt: number;
  readonly backoffMs: number;
  readonly originalScheduleTimeMs: number;

  constructor(result: Extract<Resolution, { status: 'backoff' }>) {
    super('The local activity is to be tried again after a timer');
    this.attempt = result.attempt;
    this.backoffMs = result.backoffMs;
    this.originalScheduleTimeMs = result.originalScheduleTimeMs;
  }
}

export function fireTimer(activator: Activator, job: JobOf<'fireTimer'>): void {
  // A timer that was cancelled at once is not known any more.
  activator.take('timer', job.seq)?.resolve(undefined as never);
}

export function resolveActivity(activator: Activator, job: JobOf<'resolveActivity'>): void {
  const pending = activator.takeExisting('activity', job.seq);
  if (job.result.status === 'backoff') pending.reject(new LocalActivityBackoff(job.result));
  else settle(activator, pending, job.result);
}

export function resolveChildStart(
  activator: Activator,
  job: JobOf<'resolveChildWorkflowExecutionStart'>,
): void {
  const pending = activator.takeExisting('childStart', job.seq);
  const result: ChildStart = job.result;
  if (result.status === 'succeeded') {
    pending.resolve(result.runId as never);
    return;
  }
  activator.take('childComplete', job.seq);
  pending.reject(
    result.status === 'cancelled'
      ? activator.fromFailure(result.failure, pending.context)
      : new WorkflowExecutionAlreadyStartedError(
          'Workflow execution already started',
          result.workflowId,
          result.workflowType,
        ),
  );
}

export function resolveChild(activator: Activator, job: JobOf<'resolveChildWorkflowExecution'>): void {
  settle(activator, activator.takeExisting('childComplete', job.seq), job.result);
}

export function resolveExternal(
  activator: Activator,
  kind: 'signalWorkflow' | 'cancelWorkflow',
  seq: number,
  failure: Failure | undefined,
): void {
  const pending = activator.takeExisting(kind, seq);
  if (failure) pending.reject(activator.fromFailure(failure, pending.context));
  else pending.resolve(undefined as never);
}

function settle(activator: Activator, pending: Pending, result: Resolution): void {
  if (result.status === 'completed') {
    const value =
      result.result === undefined ? undefined : activator.fromPayload(result.result, pending.context);
    pending.resolve(value as never);
  } else if (result.status !== 'backoff') {
    pending.reject(activator.fromFailure(result.failure, pending.context));
  }
}
