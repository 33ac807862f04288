import type { CommandAttributes } from '../history/command.js';
import type { EventAttributes, HistoryEvent } from '../history/event.js';
import type { ContinueAsNewInitiator, Failure, RetryState } from '../history/messages.js';
import type { Payload } from '../history/payload.js';
import { nextCronBackoffMs } from './schedule/cron.js';
import { decideRetry } from './retry-policy.js';
import type { ExecutionState } from './state.js';
import type { Transition } from './transition.js';
import { append, flushBuffer } from './transition.js';
import { failWorkflowTask } from './workflow-task.js';
import { limits } from './limits.js';

/**
 * The ends of a run. One that has a retry policy or a cron schedule may go on in a new run; the closing event
 * then names it, and the parent hears nothing yet.
 */
export function completeRun(
  t: Transition,
  result: readonly Payload[] | undefined,
  completedId: number,
): void {
  const next = nextByCron(t, { lastCompletionResult: result });
  const event = append(t, 'WorkflowExecutionCompleted', {
    ...(result && { result }),
    workflowTaskCompletedEventId: completedId,
    ...newRunId(next),
  });
  close(t, event, next);
}

export function failRun(t: Transition, failure: Failure, completedId: number | undefined): void {
  const { next, retryState } = nextByRetry(t, failure);
  const event = append(t, 'WorkflowExecutionFailed', {
    failure,
    retryState,
    ...(completedId !== undefined && { workflowTaskCompletedEventId: completedId }),
    ...newRunId(next),
  });
  close(t, event, next);
}

export function cancelRun(t: Transition, details: readonly Payload[] | undefined, completedId: number): void {
  const event = append(t, 'WorkflowExecutionCanceled', {
    workflowTaskCompletedEventId: completedId,
    ...(details && { details }),
  });
  close(t, event, undefined);
}

export function continueRun(
  t: Transition,
  a: CommandAttributes<'ContinueAsNewWorkflowExecution'>,
  completedId: number,
): void {
  const { started } = t.state;
  const runId = t.random.uuid();
  const taskQueue = { name: a.taskQueue?.name || started.taskQueue?.name || '', kind: 'NORMAL' as const };
  const memo = a.memo ?? { fields: t.state.memo };
  const searchAttributes = a.searchAttributes ?? { indexedFields: t.state.searchAttributes };
  const input = a.input ?? [];
  const timeouts = {
    workflowRunTimeoutMs: a.workflowRunTimeoutMs || started.workflowRunTimeoutMs || 0,
    workflowTaskTimeoutMs:
      a.workflowTaskTimeoutMs || started.workflowTaskTimeoutMs || limits.workflowTaskTimeoutMs,
  };
  const event = append(t, 'WorkflowExecutionContinuedAsNew', {
    newExecutionRunId: runId,
    workflowType: a.workflowType,
    taskQueue,
    input,
    ...timeouts,
    workflowTaskCompletedEventId: completedId,
    ...(a.backoffStartIntervalMs && { backoffStartIntervalMs: a.backoffStartIntervalMs }),
    ...(a.initiator && a.initiator !== 'UNSPECIFIED' && { initiator: a.initiator }),
    ...(a.header && { header: a.header }),
    memo,
    searchAttributes,
  });
  const attributes = successor(t.state, runId, {
    initiator: 'WORKFLOW',
    backoffMs: a.backoffStartIntervalMs ?? 0,
    attempt: 1,
    changes: {
      workflowType: a.workflowType,
      taskQueue,
      input,
      ...timeouts,
      memo,
      searchAttributes,
      ...(a.header && { header: a.header }),
      ...(a.retryPolicy && { retryPolicy: a.retryPolicy }),
      ...(a.lastCompletionResult && { lastCompletionResult: a.lastCompletionResult }),
    },
  });
  close(t, event, { runId, attributes });
}

export function terminateRun(
  t: Transition,
  attributes: EventAttributes<'WorkflowExecutionTerminated'>,
): void {
  endTaskInFlight(t);
  close(t, append(t, 'WorkflowExecutionTerminated', attributes), undefined);
}

/** Who terminates the current run when the workflow is reset. */
export const resetterIdentity = 'history-resetter';

export function isEndByReset(event: HistoryEvent): boolean {
  return event.type === 'WorkflowExecutionTerminated' && event.attributes.identity === resetterIdentity;
}

/** The run timeout may be retried; the execution timeout ends the chain. */
export function timeOutRun(t: Transition): void {
  endTaskInFlight(t);
  const failure = timeoutFailure;
  const expired = t.nowMs >= (t.state.started.workflowExecutionExpirationTimeMs || Infinity);
  const { next, retryState } = expired
    ? { next: undefined, retryState: 'TIMEOUT' as const }
    : nextByRetry(t, failure);
  const event = append(t, 'WorkflowExecutionTimedOut', { retryState, ...newRunId(next) });
  close(t, event, next);
}

const timeoutFailure: Failure = {
  message: 'workflow timeout',
  source: 'Server',
  timeoutFailureInfo: { timeoutType: 'START_TO_CLOSE' },
};

/** What the code has not answered yet, it never will. */
function endTaskInFlight(t: Transition): void {
  if (t.state.workflowTask?.startedEventId) failWorkflowTask(t, { cause: 'FORCE_CLOSE_COMMAND' }, false);
  flushBuffer(t);
}

interface NextRun {
  readonly runId: string;
  readonly attributes: EventAttributes<'WorkflowExecutionStarted'>;
}

function newRunId(next: NextRun | undefined) {
  return next && { newExecutionRunId: next.runId };
}

function close(t: Transition, event: HistoryEvent, next: NextRun | undefined): void {
  t.effects.push({ type: 'closed', event, newRunId: next?.runId });
  if (next) t.effects.push({ type: 'startRun', ...next });
}

function nextByRetry(t: Transition, failure: Failure): { next: NextRun | undefined; retryState: RetryState } {
  const { started } = t.state;
  const attempt = started.attempt ?? 1;
  const expirationMs = started.workflowExecutionExpirationTimeMs || Infinity;
  const answer = decideRetry({ policy: started.retryPolicy, attempt, failure, nowMs: t.nowMs, expirationMs });
  if (answer.retryState !== 'IN_PROGRESS') {
    return { next: nextByCron(t, { continuedFailure: failure }), retryState: answer.retryState };
  }
  const runId = t.random.uuid();
  const attributes = successor(t.state, runId, {
    initiator: 'RETRY',
    backoffMs: answer.backoffMs,
    attempt: attempt + 1,
    changes: { continuedFailure: failure },
  });
  return { next: { runId, attributes }, retryState: 'IN_PROGRESS' };
}

function nextByCron(
  t: Transition,
  changes: {
    readonly lastCompletionResult?: readonly Payload[] | undefined;
    readonly continuedFailure?: Failure;
  },
): NextRun | undefined {
  const { started, startTimeMs } = t.state;
  if (!started.cronSchedule) return undefined;
  const executionTimeMs = startTimeMs + (started.firstWorkflowTaskBackoffMs ?? 0);
  const backoffMs = nextCronBackoffMs(started.cronSchedule, executionTimeMs, t.nowMs);
  if (backoffMs === undefined) return undefined;
  const runId = t.random.uuid();
  const attributes = successor(t.state, runId, {
    initiator: 'CRON_SCHEDULE',
    backoffMs,
    attempt: 1,
    changes,
  });
  return { runId, attributes };
}

interface Succession {
  readonly initiator: ContinueAsNewInitiator;
  readonly backoffMs: number;
  readonly attempt: number;
  readonly changes: Partial<EventAttributes<'WorkflowExecutionStarted'>>;
}

/** The first event of the run that goes on with the chain. */
function successor(
  state: ExecutionState,
  runId: string,
  { initiator, backoffMs, attempt, changes }: Succession,
): EventAttributes<'WorkflowExecutionStarted'> {
  const { continuedFailure: _, firstWorkflowTaskBackoffMs: __, ...kept } = state.started;
  return {
    ...kept,
    memo: { fields: state.memo },
    searchAttributes: { indexedFields: state.searchAttributes },
    ...changes,
    initiator,
    attempt,
    continuedExecutionRunId: state.runId,
    originalExecutionRunId: runId,
    firstExecutionRunId: kept.firstExecutionRunId ?? state.runId,
    ...(backoffMs > 0 && { firstWorkflowTaskBackoffMs: backoffMs }),
    ...(state.pinned && state.buildId !== undefined && { inheritedBuildId: state.buildId }),
  };
}
