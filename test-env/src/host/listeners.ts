import type { EventOf, EventType, HistoryEvent } from '@refrain/engine/internal';

export interface Execution {
  readonly workflowId: string;
  readonly runId: string;
}

export type EventListener<T extends EventType = EventType> = (
  event: EventOf<T>,
  execution: Execution,
) => void;

/**
 * Tells listeners of recorded events, each event once, in the order of its execution. It owns the listeners and
 * how far each execution has been told.
 */
export class Listeners {
  readonly #byType = new Map<EventType, Set<EventListener>>();
  readonly #toldUntil = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#byType.size === 0;
  }

  /** Calls back for every event of the type that is recorded from now on; returns what ends that. */
  add<T extends EventType>(type: T, listener: EventListener<T>): () => void {
    const listeners = this.#byType.get(type) ?? new Set();
    this.#byType.set(type, listeners.add(listener as EventListener));
    return () => {
      listeners.delete(listener as EventListener);
      if (listeners.size === 0) this.#byType.delete(type);
    };
  }

  /** Events of an execution, known ones included. */
  tell(execution: Execution, events: readonly HistoryEvent[]): void {
    const until = this.#toldUntil.get(execution.runId) ?? 0;
    for (const event of events) {
      if (event.eventId <= until || event.type === 'Unknown') continue;
      this.#toldUntil.set(execution.runId, event.eventId);
      for (const listener of this.#byType.get(event.type) ?? []) listener(event, execution);
    }
  }
}
