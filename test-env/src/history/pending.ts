import type { HistoryEvent } from '@refrain/engine/internal';
import { durationText } from './duration-text.js';
import { payloadsText } from './payload-text.js';

/** Something that an open execution waits for, or left behind when it closed. */
export interface PendingCommand {
  readonly kind: 'timer' | 'activity' | 'child';
  readonly name: string;
  readonly eventId: number;
  readonly cancelRequested: boolean;
  /** When a timer is due. */
  readonly dueMs?: number;
}

/** Timers, activities and children of a history that have not ended. */
export function pendingCommands(history: readonly HistoryEvent[]): PendingCommand[] {
  const pending = new Map<number, PendingCommand>();
  for (const event of history) {
    const opened = openedBy(event);
    if (opened) pending.set(event.eventId, opened);
    else if (event.type === 'ActivityTaskCancelRequested') {
      const activity = pending.get(event.attributes.scheduledEventId);
      if (activity) pending.set(activity.eventId, { ...activity, cancelRequested: true });
    } else {
      const closed = closedBy(event);
      if (closed !== undefined) pending.delete(closed);
    }
  }
  return [...pending.values()];
}

/** Names of the updates that were accepted, and that nothing has answered. */
export function unansweredUpdates(history: readonly HistoryEvent[]): string[] {
  const accepted = new Map<number, string>();
  for (const event of history) {
    if (event.type === 'WorkflowExecutionUpdateAccepted')
      accepted.set(event.eventId, event.attributes.acceptedRequest?.input?.name ?? '?');
    if (event.type === 'WorkflowExecutionUpdateCompleted')
      accepted.delete(Number(event.attributes.acceptedEventId));
  }
  return [...accepted.values()];
}

/** `timer of 24h, due at +1d`: for messages. */
export function describePending(command: PendingCommand, startMs: number): string {
  const due = command.dueMs === undefined ? '' : `, due at +${durationText(command.dueMs - startMs)}`;
  return `${command.kind} ${command.name}${due}${command.cancelRequested ? ' (cancellation requested)' : ''}`;
}

function openedBy(event: HistoryEvent): PendingCommand | undefined {
  const base = { eventId: event.eventId, cancelRequested: false };
  switch (event.type) {
    case 'TimerStarted': {
      const lastsMs = event.attributes.startToFireTimeoutMs ?? 0;
      return {
        ...base,
        kind: 'timer',
        name: `of ${durationText(lastsMs)}`,
        dueMs: event.eventTimeMs + lastsMs,
      };
    }
    case 'ActivityTaskScheduled':
      return {
        ...base,
        kind: 'activity',
        name: `${event.attributes.activityType.name}(${payloadsText(event.attributes.input)})`,
      };
    case 'StartChildWorkflowExecutionInitiated':
      return { ...base, kind: 'child', name: event.attributes.workflowType.name };
    default:
      return undefined;
  }
}

/** Event id of the command that an event ends. */
function closedBy(event: HistoryEvent): number | undefined {
  switch (event.type) {
    case 'TimerFired':
    case 'TimerCanceled':
      return event.attributes.startedEventId;
    case 'ActivityTaskCompleted':
    case 'ActivityTaskFailed':
    case 'ActivityTaskTimedOut':
    case 'ActivityTaskCanceled':
      return event.attributes.scheduledEventId;
    case 'StartChildWorkflowExecutionFailed':
    case 'ChildWorkflowExecutionCompleted':
    case 'ChildWorkflowExecutionFailed':
    case 'ChildWorkflowExecutionCanceled':
    case 'ChildWorkflowExecutionTimedOut':
    case 'ChildWorkflowExecutionTerminated':
      return event.attributes.initiatedEventId;
    default:
      return undefined;
  }
}
