import { HistoryFormatError, located } from './errors.js';
import type { EventType, HistoryEvent } from './event.js';
import { eventTable } from './event.js';
import type { ValueCodec } from './json-codec.js';
import { pascalCase, tableCodec } from './json-codec.js';
import { eventTypeNumbers } from './schema/event-types.js';

interface TypeCodec {
  readonly type: EventType;
  /** `EVENT_TYPE_TIMER_STARTED` */
  readonly jsonType: string;
  /** `timerStartedEventAttributes` */
  readonly attributesName: string;
  readonly codec: ValueCodec;
}

const eventHead = tableCodec({
  eventId: 'int!',
  eventTime: 'timestamp',
  version: 'int',
  taskId: 'int',
  workerMayIgnore: 'bool',
  userMetadata: 'UserMetadata',
  links: 'Link[]',
});

const bySpelling = new Map<string, TypeCodec>();
const byType = new Map<string, TypeCodec>();
for (const [screaming, number] of Object.entries(eventTypeNumbers)) {
  const type = pascalCase(screaming);
  if (!(type in eventTable)) continue;
  const entry: TypeCodec = {
    type: type as EventType,
    jsonType: `EVENT_TYPE_${screaming}`,
    attributesName: `${type.charAt(0).toLowerCase()}${type.slice(1)}EventAttributes`,
    codec: tableCodec(eventTable[type as EventType]),
  };
  byType.set(type, entry);
  for (const spelling of [type, screaming, entry.jsonType, String(number)]) bySpelling.set(spelling, entry);
}

/**
 * Reads one event of Temporal's JSON (either spelling of enums, protobuf's or protobuf.js's forms of times).
 * Throws `HistoryFormatError`; `path` names the event in its message.
 */
export function eventFromJson(json: unknown, path = 'event'): HistoryEvent {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new HistoryFormatError('RFN1001', path, `expected an event, found ${JSON.stringify(json)}`);
  }
  const source = json as Record<string, unknown>;
  const { eventType, head, attributes } = splitEvent(source, path);
  const decoded = decodeAt(eventHead, head, path) as { eventId: number; eventTimeMs?: number };
  const base = { ...decoded, eventTimeMs: decoded.eventTimeMs ?? 0 };
  const entry = bySpelling.get(eventType);
  if (!entry) return { ...base, type: 'Unknown', recordedType: eventType, attributes: attributes ?? {} };
  const value = decodeAt(entry.codec, attributes ?? {}, path, entry.type);
  return { ...base, type: entry.type, attributes: value } as HistoryEvent;
}

function decodeAt(codec: ValueCodec, json: unknown, path: string, type?: string): unknown {
  try {
    return codec.decode(json);
  } catch (error) {
    throw located(error, type === undefined ? path : `${path} ${type}`);
  }
}

function splitEvent(source: Record<string, unknown>, path: string) {
  const head: Record<string, unknown> = {};
  let attributes: Record<string, unknown> | undefined;
  let inferred: string | undefined;
  for (const name in source) {
    if (name === 'eventType' || name === 'attributes') continue;
    if (!name.endsWith('EventAttributes')) {
      head[name] = source[name];
    } else if (source[name] !== null && source[name] !== undefined) {
      attributes = source[name] as Record<string, unknown>;
      inferred = name.charAt(0).toUpperCase() + name.slice(1, -'EventAttributes'.length);
    }
  }
  const eventType = source['eventType'] ?? inferred;
  if (eventType === undefined) throw new HistoryFormatError('RFN1002', path, '`eventType` is missing');
  return { eventType: String(eventType), head, attributes };
}

/** Writes one event as `temporal workflow show --output json` does. */
export function eventToJson(event: HistoryEvent): Record<string, unknown> {
  const { type, attributes, ...head } = event;
  if (type === 'Unknown') {
    const { recordedType, ...rest } = head as Omit<
      Extract<HistoryEvent, { type: 'Unknown' }>,
      'type' | 'attributes'
    >;
    return { ...(eventHead.encode(rest as never) as object), eventType: recordedType, attributes };
  }
  const entry = byType.get(type);
  if (!entry) throw new HistoryFormatError('RFN1003', `event ${event.eventId}`, `unknown type ${type}`);
  return {
    ...(eventHead.encode(head as never) as object),
    eventType: entry.jsonType,
    [entry.attributesName]: entry.codec.encode(attributes as never),
  };
}
