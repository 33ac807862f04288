import { payload } from './interpreter.js';

/** What the world still owes to the execution. */
export type Pending =
  | { type: 'activity'; scheduledEventId: number; startedEventId: number; cancelRequested: boolean }
  | { type: 'timer'; timerId: string; startedEventId: number }
  | {
      type: 'child';
      initiatedEventId: number;
      startedEventId: number;
      workflowId: string;
      name: string;
      cancelRequested: boolean;
    }
  | { type: 'signal' | 'cancel'; initiatedEventId: number; child?: string | undefined };

/** Writes events and draws choices. */
export interface Recorder {
  record(type: string, attributes: object): number;
  choose(bound: number): number;
}

export function progressActivity(
  to: Recorder,
  entry: Extract<Pending, { type: 'activity' }>,
  remove: () => void,
): void {
  const { scheduledEventId } = entry;
  const choice = to.choose(5);
  const failure = { message: 'failed' };
  if (entry.cancelRequested && choice === 0) {
    remove();
    to.record('ActivityTaskCanceled', { scheduledEventId, startedEventId: entry.startedEventId });
  } else if (choice === 1) {
    remove();
    to.record('ActivityTaskTimedOut', {
      scheduledEventId,
      startedEventId: entry.startedEventId,
      failure,
    });
  } else if (entry.startedEventId === 0) {
    entry.startedEventId = to.record('ActivityTaskStarted', { scheduledEventId, attempt: 1 });
  } else {
    remove();
    const startedEventId = entry.startedEventId;
    if (choice === 2) to.record('ActivityTaskFailed', { scheduledEventId, startedEventId, failure });
    else
      to.record('ActivityTaskCompleted', {
        scheduledEventId,
        startedEventId,
        result: [payload(scheduledEventId)],
      });
  }
}

export function progressChild(
  to: Recorder,
  entry: Extract<Pending, { type: 'child' }>,
  remove: () => void,
): void {
  const { initiatedEventId, workflowId, name } = entry;
  const base = {
    initiatedEventId,
    workflowType: { name },
    workflowExecution: { workflowId, runId: `${workflowId}-run` },
  };
  const choice = to.choose(6);
  if (entry.startedEventId === 0) {
    if (choice === 1) {
      remove();
      to.record('StartChildWorkflowExecutionFailed', { ...base, cause: 'WORKFLOW_ALREADY_EXISTS' });
    } else entry.startedEventId = to.record('ChildWorkflowExecutionStarted', base);
    return;
  }
  remove();
  const ended = { ...base, startedEventId: entry.startedEventId };
  if (choice === 1) to.record('ChildWorkflowExecutionFailed', { ...ended, failure: { message: 'failed' } });
  else if (choice === 2) to.record('ChildWorkflowExecutionTimedOut', ended);
  else if (choice === 3) to.record('ChildWorkflowExecutionTerminated', ended);
  else if (entry.cancelRequested) to.record('ChildWorkflowExecutionCanceled', ended);
  else to.record('ChildWorkflowExecutionCompleted', { ...ended, result: [payload(workflowId)] });
}

export function progressExternal(
  to: Recorder,
  entry: Extract<Pending, { type: 'signal' | 'cancel' }>,
  pending: readonly Pending[],
): void {
  const { initiatedEventId, child } = entry;
  const failed = to.choose(3) === 1;
  if (entry.type === 'signal') {
    const cause = 'EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND';
    if (failed) to.record('SignalExternalWorkflowExecutionFailed', { initiatedEventId, cause });
    else to.record('ExternalWorkflowExecutionSignaled', { initiatedEventId });
  } else if (failed) {
    to.record('RequestCancelExternalWorkflowExecutionFailed', {
      initiatedEventId,
      cause: 'NAMESPACE_NOT_FOUND',
    });
  } else {
    to.record('ExternalWorkflowExecutionCancelRequested', { initiatedEventId });
    for (const other of pending) {
      if (other.type === 'child' && other.workflowId === child) other.cancelRequested = true;
    }
  }
}
