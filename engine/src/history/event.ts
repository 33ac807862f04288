import type { Fields } from './field-kinds.js';
import type { Link, UserMetadata } from './messages.js';
import { otherEvents } from './schema/other-events.js';
import { taskEvents } from './schema/task-events.js';
import { workflowEvents } from './schema/workflow-events.js';

/** Attribute tables of every event type, by the type's name without `EVENT_TYPE_`, in Pascal case. */
export const eventTable = { ...workflowEvents, ...taskEvents, ...otherEvents };

export type EventType = keyof typeof eventTable;
export type EventAttributes<T extends EventType> = Fields<(typeof eventTable)[T]>;

interface EventBase {
  /** 1, 2, 3 … without a gap. */
  readonly eventId: number;
  /** Milliseconds since the epoch; may have a fraction. */
  readonly eventTimeMs: number;
  readonly version?: number;
  readonly taskId?: number;
  /** A worker that does not know the type may skip the event. */
  readonly workerMayIgnore?: boolean;
  readonly userMetadata?: UserMetadata;
  readonly links?: readonly Link[];
}

export type EventOf<T extends EventType> = EventBase & {
  readonly type: T;
  readonly attributes: EventAttributes<T>;
};

/** An event of a type that a newer server records. */
export interface UnknownEvent extends EventBase {
  readonly type: 'Unknown';
  /** The type's name or number as the file has it. */
  readonly recordedType: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** One recorded event, with Temporal's event model by name; discriminated by `type`. */
export type HistoryEvent = { [T in EventType]: EventOf<T> }[EventType] | UnknownEvent;
