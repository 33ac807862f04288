import type { HistoryEvent } from '@refrain/engine/internal';
import { durationText } from './duration-text.js';
import { eventText, type EventNames } from './event-text.js';

export interface TimelineOptions {
  /** Also the events of workflow tasks that were completed; they say little to a reader. */
  readonly tasks?: boolean;
  /** With each event's id, as `temporal workflow show` counts. */
  readonly eventIds?: boolean;
}

const taskEvents: ReadonlySet<string> = new Set([
  'WorkflowTaskScheduled',
  'WorkflowTaskStarted',
  'WorkflowTaskCompleted',
]);

/** A history as lines of text, with times relative to its start. */
export function timeline(history: readonly HistoryEvent[], options: TimelineOptions = {}): string {
  const startMs = history[0]?.eventTimeMs ?? 0;
  const names = eventNames(history);
  const rows = history
    .filter((event) => options.tasks || !taskEvents.has(event.type))
    .map((event) => ({
      time: `+${durationText(event.eventTimeMs - startMs)}`,
      id: options.eventIds === false ? '' : String(event.eventId),
      text: eventText(event, names),
    }));
  const timeWidth = Math.max(0, ...rows.map((row) => row.time.length));
  const idWidth = Math.max(0, ...rows.map((row) => row.id.length));
  return rows
    .map((row) =>
      [row.time.padEnd(timeWidth), ...(idWidth > 0 ? [row.id.padStart(idWidth)] : []), row.text].join('  '),
    )
    .join('\n');
}

/** Names commands by what they are and their number among their kind: `chargePayment#1`, `timer#2`. */
function eventNames(history: readonly HistoryEvent[]): EventNames {
  const counts = new Map<string, number>();
  const names = new Map<number, string>();
  for (const event of history) {
    const kind = commandKind(event);
    if (kind === undefined) continue;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    names.set(event.eventId, `${kind}#${count}`);
  }
  return (eventId) => names.get(eventId ?? 0) ?? `of event ${eventId}`;
}

function commandKind(event: HistoryEvent): string | undefined {
  switch (event.type) {
    case 'ActivityTaskScheduled':
      return event.attributes.activityType.name;
    case 'StartChildWorkflowExecutionInitiated':
      return event.attributes.workflowType.name;
    case 'TimerStarted':
      return '';
    default:
      return undefined;
  }
}
