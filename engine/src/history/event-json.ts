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

const headTable = {
  eventId: 'int!',
  eventTime: 'timestamp',
  version: 'int',
  taskId: 'int',
  workerMayIgnore: 'bool',
  userMetadata: 'UserMetadata',
  links: 'Link[]',
} as const;
const eventHead = tableCodec(headTable);
const eventHeadNames = new Set<string>(Object.keys(headTable));

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
 * Throws `HistoryFormatError`; `position`, the event's place in its history from 1, names it in the message.
 */
export function eventFromJson(json: unknown, position?: number): HistoryEvent {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const found = `expected an event, found ${JSON.stringify(json)}`;
    throw new HistoryFormatError('RFN1001', pathOf(position), found);
  }
  const source = json as Record<string, unknown>;
  const { eventType, head, attributes } = splitEvent(source, position);
  const base = decodeAt(eventHead, head, position) as { eventId: number; eventTimeMs: number };
  base.eventTimeMs ??= 0;
  const entry = bySpelling.get(eventType);
  if (!entry) return { ...base, type: 'Unknown', recordedType: eventType, attributes: attributes ?? {} };
  const value = decodeAt(entry.codec, attributes ?? {}, position, entry.type);
  return Object.assign(base, { type: entry.type, attributes: value }) as unknown as HistoryEvent;
}

/** Made only for messages. */
function pathOf(position: number | undefined): string {
  return position === undefined ? 'event' : `event ${position}`;
}

function decodeAt(codec: ValueCodec, json: unknown, position: number | undefined, type?: string): unknown {
  try {
    return codec.decode(json);
  } catch (error) {
    const path = pathOf(position);
    throw located(error, type === undefined ? path : `${path} ${type}`);
  }
}

/** `timerStartedEventAttributes` → `TimerStarted`; undefined for the other fields of an event. */
const attributesNames = new Map<string, string | undefined>();

function typeOfAttributes(name: string): string | undefined {
  if (attributesNames.has(name)) return attributesNames.get(name);
  const type = name.endsWith('EventAttributes')
    ? name.charAt(0).toUpperCase() + name.slice(1, -'EventAttributes'.length)
    : undefined;
  // Names come from files: those that nobody knows are not kept.
  if (type === undefined ? eventHeadNames.has(name) : byType.has(type)) attributesNames.set(name, type);
  return type;
}

function splitEvent(source: Record<string, unknown>, position: number | undefined) {
  const head: Record<string, unknown> = {};
  let attributes: Record<string, unknown> | undefined;
  let inferred: string | undefined;
  for (const name in source) {
    if (name === 'eventType' || name === 'attributes') continue;
    const type = typeOfAttributes(name);
    if (type === undefined) {
      head[name] = source[name];
    } else if (source[name] !== null && source[name] !== undefined) {
      attributes = source[name] as Record<string, unknown>;
      inferred = type;
    }
  }
  const eventType = source['eventType'] ?? inferred;
  if (eventType === undefined) {
    throw new HistoryFormatError('RFN1002', pathOf(position), '`eventType` is missing');
  }
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
