import { HistoryFormatError } from './errors.js';
import { eventFromJson } from './event-json.js';
import type { HistoryEvent } from './event.js';

/** A history as Temporal's tools write it: `{ "events": [ … ] }`, in `history` or bare as a list. */
export function historyFromJson(json: unknown): readonly HistoryEvent[] {
  const list = eventListOf(json);
  if (!list) {
    throw new HistoryFormatError('RFN1001', '', 'expected a history: an object with a list of `events`');
  }
  const events = list.map((event, index) => eventFromJson(event, index + 1));
  checkHistory(events);
  return events;
}

function eventListOf(json: unknown): readonly unknown[] | undefined {
  if (Array.isArray(json)) return json;
  if (typeof json !== 'object' || json === null) return undefined;
  const { events, history } = json as { events?: unknown; history?: unknown };
  if (Array.isArray(events)) return events;
  return history === undefined ? undefined : eventListOf(history);
}

/**
 * Throws `HistoryFormatError` for what no server records: no events, another first event than
 * WorkflowExecutionStarted, gaps in the ids, events after the end of the run, references to events that are
 * not there or come later.
 */
export function checkHistory(events: readonly HistoryEvent[]): void {
  if (events.length === 0) throw new HistoryFormatError('RFN1004', '', 'the history has no events');
  if (events[0]!.type !== 'WorkflowExecutionStarted') {
    throw new HistoryFormatError(
      'RFN1004',
      'event 1',
      `a history begins with WorkflowExecutionStarted, found ${events[0]!.type}`,
    );
  }
  const refuse = (event: HistoryEvent, detail: string) =>
    new HistoryFormatError('RFN1004', `event ${event.eventId}`, detail);
  for (let index = 0; index < events.length; index++) {
    const event = events[index]!;
    if (event.eventId !== index + 1) {
      throw refuse(event, `event ids count without a gap; expected ${index + 1}`);
    }
    if (index > 0 && event.type === 'WorkflowExecutionStarted') {
      throw refuse(event, 'WorkflowExecutionStarted stands only once');
    }
    if (index < events.length - 1 && finalTypes.has(event.type)) {
      throw refuse(event, `nothing comes after ${event.type}`);
    }
    const attributes = event.attributes as Readonly<Record<string, unknown>>;
    for (const name of references) {
      const id = attributes[name];
      if (typeof id !== 'number' || id === 0 || (id >= 1 && id < event.eventId)) continue;
      throw refuse(event, `\`${name}\` is ${id}, which is not an earlier event`);
    }
  }
}

const finalTypes = new Set<string>([
  'WorkflowExecutionCompleted',
  'WorkflowExecutionFailed',
  'WorkflowExecutionCanceled',
  'WorkflowExecutionTimedOut',
  'WorkflowExecutionContinuedAsNew',
  'WorkflowExecutionTerminated',
]);

const references = ['scheduledEventId', 'initiatedEventId', 'acceptedEventId'] as const;
