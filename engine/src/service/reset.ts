import type { EventAttributes, HistoryEvent } from '../history/event.js';
import type { Failure } from '../history/messages.js';
import type { ResetReapplyExcludeType, ResetWorkflowExecutionRequest } from './api/workflow.js';
import { invalidArgument } from './errors.js';
import type { ExecutionState } from './state.js';
import type { Effect, Transition } from './transition.js';
import { append, flushBuffer } from './transition.js';

/** What a reset does to the run that it makes. The rules are those of Temporal's server. */

/** The events that the new run keeps. The workflow task that they leave open is the one that is replaced. */
export function keptEvents(history: readonly HistoryEvent[], finishId: number): readonly HistoryEvent[] {
  if (!(finishId > 1 && finishId <= history.length)) {
    throw invalidArgument(
      `workflowTaskFinishEventId: must be > 1 and <= the run's last event, ${history.length}; found ${finishId}`,
    );
  }
  const kept = history.slice(0, finishId - 1);
  const lastOfTask = kept.findLast(({ type }) => type.startsWith('WorkflowTask'))?.type;
  if (lastOfTask !== 'WorkflowTaskScheduled' && lastOfTask !== 'WorkflowTaskStarted') {
    throw invalidArgument(
      `workflowTaskFinishEventId: can only reset to an event ID in range [WorkflowTaskScheduled +1, ` +
        `WorkflowTaskStarted + 1]; event ${finishId} is ${history[finishId - 1]!.type}`,
    );
  }
  return kept;
}

export function excludedTypes(request: ResetWorkflowExecutionRequest): ReadonlySet<ResetReapplyExcludeType> {
  const excluded = new Set(request.resetReapplyExcludeTypes);
  if (request.resetReapplyType === 'SIGNAL' || request.resetReapplyType === 'NONE') excluded.add('UPDATE');
  if (request.resetReapplyType === 'NONE') excluded.add('SIGNAL');
  return excluded;
}

export interface ResetOrigin {
  readonly baseRunId: string;
  readonly reason: string;
}

/** Fails the open workflow task of the kept history, and what of it was under way with a worker. */
export function breakOff(t: Transition, kept: readonly HistoryEvent[], origin: ResetOrigin): void {
  const { state } = t;
  const failure: Failure = { message: origin.reason, resetWorkflowFailureInfo: {} };
  const { scheduledEventId } = state.workflowTask!;
  const identity = 'history-service';
  if (!state.workflowTask!.startedEventId) {
    append(t, 'WorkflowTaskStarted', { scheduledEventId, identity, requestId: t.random.uuid() });
  }
  const { startedEventId } = state.workflowTask!;
  append(t, 'WorkflowTaskFailed', {
    ...{ scheduledEventId, startedEventId, cause: 'RESET_WORKFLOW', failure, identity },
    ...{ baseRunId: origin.baseRunId, newRunId: state.runId },
  });
  for (const event of kept) {
    if (event.type !== 'ActivityTaskStarted') continue;
    const { scheduledEventId: ofActivity, identity: worker } = event.attributes;
    if (!state.activities.has(ofActivity)) continue;
    append(t, 'ActivityTaskFailed', {
      ...{ failure, scheduledEventId: ofActivity, startedEventId: event.eventId },
      ...{ ...(worker !== undefined && { identity: worker }), retryState: 'NON_RETRYABLE_FAILURE' },
    });
  }
  flushBuffer(t);
}

/** Gives the run what came after the reset point from outside: signals, updates, and how its children went on. */
export function reapply(
  t: Transition,
  events: readonly HistoryEvent[],
  excluded: ReadonlySet<ResetReapplyExcludeType>,
): void {
  for (const event of events) {
    if (event.type === 'WorkflowExecutionSignaled') {
      if (!excluded.has('SIGNAL')) append(t, 'WorkflowExecutionSignaled', event.attributes);
    } else if (childEventTypes.has(event.type)) childWentOn(t, event);
    else if (!excluded.has('UPDATE')) admitAgain(t, event);
    // One at a time: together, signals would come before outcomes.
    flushBuffer(t);
  }
}

/** An update has its request in the first of its events; it is asked for again, however far it had come. */
function admitAgain(t: Transition, event: HistoryEvent): void {
  const request =
    event.type === 'WorkflowExecutionUpdateAdmitted'
      ? event.attributes.request
      : event.type === 'WorkflowExecutionUpdateAccepted'
        ? event.attributes.acceptedRequest
        : undefined;
  if (request) append(t, 'WorkflowExecutionUpdateAdmitted', { request, origin: 'REAPPLY' });
}

const childEventTypes: ReadonlySet<string> = new Set([
  'ChildWorkflowExecutionStarted',
  'StartChildWorkflowExecutionFailed',
  'ChildWorkflowExecutionCompleted',
  'ChildWorkflowExecutionFailed',
  'ChildWorkflowExecutionCanceled',
  'ChildWorkflowExecutionTimedOut',
  'ChildWorkflowExecutionTerminated',
]);

/** A child that the kept history has begun goes on for the new run. */
function childWentOn(t: Transition, event: HistoryEvent): void {
  const attributes = event.attributes as EventAttributes<'ChildWorkflowExecutionStarted'>;
  const child = t.state.children.get(attributes.initiatedEventId);
  if (!child) return;
  const { startedEventId } = child;
  const isStart = event.type === 'ChildWorkflowExecutionStarted';
  if (isStart && startedEventId !== 0) return;
  const outcome = { ...attributes, ...(!isStart && { startedEventId }) };
  append(t, event.type as 'ChildWorkflowExecutionStarted', outcome);
}

/** What a history asks for and has no answer to: it is asked for again. */
export function unansweredRequests(state: ExecutionState, kept: readonly HistoryEvent[]): readonly Effect[] {
  const effects: Effect[] = [];
  for (const scheduledEventId of state.activities.keys()) {
    effects.push({ type: 'dispatchActivity', scheduledEventId });
  }
  for (const child of state.children.values()) {
    if (child.runId === undefined) effects.push({ type: 'startChild', child });
  }
  for (const { eventId: initiatedEventId, type, attributes } of kept) {
    if (type === 'SignalExternalWorkflowExecutionInitiated' && state.externalSignals.has(initiatedEventId)) {
      effects.push({ type: 'signalExternal', initiatedEventId, attributes });
    } else if (
      type === 'RequestCancelExternalWorkflowExecutionInitiated' &&
      state.externalCancels.has(initiatedEventId)
    ) {
      effects.push({ type: 'cancelExternal', initiatedEventId, attributes });
    }
  }
  return effects;
}
