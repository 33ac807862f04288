import type { HistoryEvent } from '../history/event.js';

/**
 * A history is applied in sequences: each normally ends with the WorkflowTaskStarted whose activation it feeds.
 * The rules are sdk-core's (docs/architecture/replay-rules.md, 1).
 */

const commandEvents = new Set<string>([
  'ActivityTaskScheduled',
  'ActivityTaskCancelRequested',
  'MarkerRecorded',
  'RequestCancelExternalWorkflowExecutionInitiated',
  'SignalExternalWorkflowExecutionInitiated',
  'StartChildWorkflowExecutionInitiated',
  'TimerCanceled',
  'TimerStarted',
  'UpsertWorkflowSearchAttributes',
  'WorkflowPropertiesModified',
  'NexusOperationScheduled',
  'NexusOperationCancelRequested',
  'WorkflowExecutionCanceled',
  'WorkflowExecutionCompleted',
  'WorkflowExecutionContinuedAsNew',
  'WorkflowExecutionFailed',
  'WorkflowExecutionUpdateAccepted',
  'WorkflowExecutionUpdateRejected',
  'WorkflowExecutionUpdateCompleted',
]);

const finalEvents = new Set<string>([
  'WorkflowExecutionCompleted',
  'WorkflowExecutionFailed',
  'WorkflowExecutionCanceled',
  'WorkflowExecutionTimedOut',
  'WorkflowExecutionContinuedAsNew',
  'WorkflowExecutionTerminated',
]);

/** After a WorkflowTaskStarted: the task never answered. */
const unanswered = new Set<string>([
  'WorkflowTaskFailed',
  'WorkflowTaskTimedOut',
  'WorkflowExecutionTimedOut',
  'WorkflowExecutionTerminated',
  'WorkflowExecutionCanceled',
]);

/** Whether a command of the code made the event. */
export function isCommandEvent(event: HistoryEvent): boolean {
  return commandEvents.has(event.type);
}

/** Whether the event ends the run. */
export function isFinalEvent(event: HistoryEvent): boolean {
  return finalEvents.has(event.type);
}

/**
 * The index after the last event of the sequence that begins at index `from`. `mergeHeartbeats`: tasks that only
 * kept local activities alive end no sequence, as in sdk-core.
 */
export function endOfSequence(
  events: readonly HistoryEvent[],
  from: number,
  mergeHeartbeats: boolean,
): number {
  let sawCommand = false;
  let sawCommandOrStarted = false;
  /** Indexes of the tasks that this sequence runs over without skipping them. */
  const unskipped: number[] = [];
  for (let index = from; index < events.length; index++) {
    const event = events[index]!;
    const { type } = event;
    if (commandEvents.has(type)) sawCommand = sawCommandOrStarted = true;
    else if (type === 'WorkflowExecutionStarted') sawCommandOrStarted = true;
    if (finalEvents.has(type)) return index + 1;
    if (type !== 'WorkflowTaskStarted') continue;

    const next = events[index + 1];
    if (next && unanswered.has(next.type)) continue;
    unskipped.push(index);
    const afterNext = events[index + 2];
    if (next?.type === 'WorkflowTaskCompleted' && afterNext) {
      // A heartbeat of a task that waits for local activities.
      if (mergeHeartbeats && !sawCommand && afterNext.type === 'WorkflowTaskScheduled') continue;
      if (afterNext.type !== 'WorkflowExecutionUpdateAccepted') return index + 1;
      return endForUpdate(
        events,
        unskipped,
        afterNext.attributes.acceptedRequestSequencingEventId ?? 0,
        index,
      );
    }
    if (sawCommandOrStarted || !mergeHeartbeats) return index + 1;
  }
  return events.length;
}

/** An update runs in the task that received it: the last one before the event that it follows. */
function endForUpdate(
  events: readonly HistoryEvent[],
  unskipped: readonly number[],
  sequencingEventId: number,
  here: number,
): number {
  for (let at = unskipped.length - 1; at >= 0; at--) {
    const index = unskipped[at]!;
    if (events[index]!.eventId < sequencingEventId) return index + 1;
  }
  return here + 1;
}

/** The event that began what this event belongs to; undefined for events that stand alone. */
export function initiatingEventId(event: HistoryEvent): number | undefined {
  switch (event.type) {
    case 'ActivityTaskStarted':
    case 'ActivityTaskCompleted':
    case 'ActivityTaskFailed':
    case 'ActivityTaskTimedOut':
    case 'ActivityTaskCanceled':
    case 'NexusOperationStarted':
    case 'NexusOperationCompleted':
    case 'NexusOperationFailed':
    case 'NexusOperationTimedOut':
    case 'NexusOperationCanceled':
      return event.attributes.scheduledEventId;
    case 'TimerFired':
      return event.attributes.startedEventId ?? 0;
    case 'RequestCancelExternalWorkflowExecutionFailed':
    case 'ExternalWorkflowExecutionCancelRequested':
    case 'StartChildWorkflowExecutionFailed':
    case 'ChildWorkflowExecutionStarted':
    case 'ChildWorkflowExecutionCompleted':
    case 'ChildWorkflowExecutionFailed':
    case 'ChildWorkflowExecutionCanceled':
    case 'ChildWorkflowExecutionTimedOut':
    case 'ChildWorkflowExecutionTerminated':
    case 'SignalExternalWorkflowExecutionFailed':
    case 'ExternalWorkflowExecutionSignaled':
      return event.attributes.initiatedEventId;
    default:
      return undefined;
  }
}
