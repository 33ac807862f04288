import type { HistoryEvent } from '@refrain/engine/internal';
type HistoryLike = { readonly events: readonly HistoryEvent[] } | readonly HistoryEvent[];

/** The events of a subject; a promise only where they have to be fetched. */
export function eventsOf(subject: unknown): readonly HistoryEvent[] | Promise<readonly HistoryEvent[]> {
  if (isHistory(subject)) return events(subject);
  if (hasHistory(subject)) return subject.fetchHistory().then(events);
  throw new TypeError(
    'This matcher takes a workflow handle, or the history that handle.fetchHistory() gives. ' +
      'env.run() answers with the result alone: start the workflow with env.start() to have its handle.',
  );
}

function events(history: HistoryLike): readonly HistoryEvent[] {
  return 'events' in history ? history.events : history;
}

function hasHistory(subject: unknown): subject is { fetchHistory(): Promise<HistoryLike> } {
  return typeof (subject as { fetchHistory?: unknown } | null | undefined)?.fetchHistory === 'function';
}

export function isHistory(subject: unknown): subject is HistoryLike {
  const list: unknown = Array.isArray(subject)
    ? subject
    : (subject as { events?: unknown } | null | undefined)?.events;
  return Array.isArray(list) && list.length > 0 && list.every(isEvent);
}

function isEvent(value: unknown): value is HistoryEvent {
  const event = value as Partial<HistoryEvent> | null;
  return (
    typeof event === 'object' &&
    event !== null &&
    typeof event.eventId === 'number' &&
    typeof event.type === 'string' &&
    typeof event.attributes === 'object'
  );
}
