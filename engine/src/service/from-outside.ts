import type { EventAttributes, HistoryEvent } from '../history/event.js';
import type { UserMetadata, WorkflowExecution } from '../history/messages.js';
import { ServiceError } from './errors.js';
import { limits } from './limits.js';
import type { ChildState } from './state.js';
import type { Transition } from './transition.js';
import { append, finish } from './transition.js';
import { isBeforeFirstTask, scheduleWorkflowTask, wake } from './workflow-task.js';

/** Transitions that something outside the run causes: clients, other runs, its children. */

/** Starts a run: its first event, and its first workflow task unless that has to wait. */
export function startRun(
  t: Transition,
  attributes: EventAttributes<'WorkflowExecutionStarted'>,
  userMetadata?: UserMetadata,
): void {
  append(t, 'WorkflowExecutionStarted', attributes, { userMetadata });
}

export function firstWorkflowTask(t: Transition): void {
  if (!isBeforeFirstTask(t.state)) scheduleWorkflowTask(t);
  finish(t);
}

/** Returns false when a signal with this request id is in the history already. */
export function signalRun(t: Transition, attributes: EventAttributes<'WorkflowExecutionSignaled'>): boolean {
  const { state } = t;
  if (attributes.requestId && state.signalRequestIds.has(attributes.requestId)) return false;
  if (state.signalCount >= limits.signalsPerRun) {
    throw new ServiceError(
      'RFN2004',
      'RESOURCE_EXHAUSTED',
      'ResourceExhausted',
      `workflow ${state.workflowId} has received the limit of ${limits.signalsPerRun} signals in this run; ` +
        'continue as new before',
    );
  }
  checkBuffer(t);
  append(t, 'WorkflowExecutionSignaled', attributes);
  return true;
}

/** Backpressure: a workflow task that never ends must not gather events without bound. */
function checkBuffer(t: Transition): void {
  if (t.state.buffered.length < limits.bufferedEvents) return;
  throw new ServiceError(
    'RFN2004',
    'RESOURCE_EXHAUSTED',
    'ResourceExhausted',
    `workflow ${t.state.workflowId} has ${limits.bufferedEvents} events that wait for its workflow task to end`,
  );
}

/** Returns false when a cancellation was requested before. */
export function requestCancel(
  t: Transition,
  attributes: EventAttributes<'WorkflowExecutionCancelRequested'>,
): boolean {
  if (t.state.cancelRequested) return false;
  append(t, 'WorkflowExecutionCancelRequested', attributes);
  wake(t);
  return true;
}

export function childStarted(t: Transition, child: ChildState, runId: string): void {
  const { workflowId, workflowType, header } = child.initiated;
  append(t, 'ChildWorkflowExecutionStarted', {
    namespace: t.namespace,
    initiatedEventId: child.initiatedEventId,
    workflowExecution: { workflowId: workflowId!, runId },
    workflowType,
    ...(header && { header }),
  });
  child.runId = runId;
  wake(t);
}

export function childStartFailed(t: Transition, child: ChildState): void {
  const { workflowId, workflowType, control } = child.initiated;
  append(t, 'StartChildWorkflowExecutionFailed', {
    namespace: t.namespace,
    workflowId: workflowId!,
    workflowType,
    cause: 'WORKFLOW_ALREADY_EXISTS',
    ...(control && { control }),
    initiatedEventId: child.initiatedEventId,
  });
  wake(t);
}

/** Tells the parent how a child ended; `closing` is the child's last event. */
export function childClosed(
  t: Transition,
  child: ChildState,
  execution: WorkflowExecution,
  closing: HistoryEvent,
): void {
  const common = {
    namespace: t.namespace,
    workflowExecution: execution,
    workflowType: child.initiated.workflowType,
    initiatedEventId: child.initiatedEventId,
    startedEventId: child.startedEventId,
  };
  switch (closing.type) {
    case 'WorkflowExecutionCompleted': {
      const { result } = closing.attributes;
      append(t, 'ChildWorkflowExecutionCompleted', { ...(result && { result }), ...common });
      break;
    }
    case 'WorkflowExecutionFailed': {
      const { failure, retryState } = closing.attributes;
      append(t, 'ChildWorkflowExecutionFailed', {
        ...(failure && { failure }),
        ...common,
        ...(retryState && { retryState }),
      });
      break;
    }
    case 'WorkflowExecutionCanceled': {
      const { details } = closing.attributes;
      append(t, 'ChildWorkflowExecutionCanceled', { ...(details && { details }), ...common });
      break;
    }
    case 'WorkflowExecutionTimedOut': {
      const { retryState } = closing.attributes;
      append(t, 'ChildWorkflowExecutionTimedOut', { ...common, ...(retryState && { retryState }) });
      break;
    }
    case 'WorkflowExecutionTerminated':
      append(t, 'ChildWorkflowExecutionTerminated', common);
      break;
    default:
      return;
  }
  wake(t);
}

export function externalSignalResult(
  t: Transition,
  initiatedEventId: number,
  initiated: EventAttributes<'SignalExternalWorkflowExecutionInitiated'>,
  delivered: boolean,
): void {
  const { workflowExecution, control } = initiated;
  const common = {
    initiatedEventId,
    namespace: t.namespace,
    ...(workflowExecution && { workflowExecution }),
    ...(control && { control }),
  };
  if (delivered) append(t, 'ExternalWorkflowExecutionSignaled', common);
  else {
    append(t, 'SignalExternalWorkflowExecutionFailed', {
      cause: 'EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND',
      ...common,
    });
  }
  wake(t);
}

export function externalCancelResult(
  t: Transition,
  initiatedEventId: number,
  initiated: EventAttributes<'RequestCancelExternalWorkflowExecutionInitiated'>,
  delivered: boolean,
): void {
  const { workflowExecution, control } = initiated;
  const common = {
    initiatedEventId,
    namespace: t.namespace,
    ...(workflowExecution && { workflowExecution }),
  };
  if (delivered) append(t, 'ExternalWorkflowExecutionCancelRequested', common);
  else {
    append(t, 'RequestCancelExternalWorkflowExecutionFailed', {
      cause: 'EXTERNAL_WORKFLOW_EXECUTION_NOT_FOUND',
      ...common,
      ...(control && { control }),
    });
  }
  wake(t);
}
