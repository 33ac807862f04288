import type { Enum, Field, MapField, Type } from 'protobufjs';
import { ByteReader, deepest } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { base64, enumCodec, opaqueText, scalars, time, type ValueCodec } from './wire-values.js';

/**
 * Translates between protobuf's bytes and the service's form of requests and responses, by reflection and in one pass:
 * 64-bit integers are numbers, durations and times are milliseconds in fields named `…Ms`, enum values lose
 * their prefix, bytes are base64, `Payloads` are arrays, events and commands are `{ type, attributes }`.
 * It is the binary twin of `history/json-codec.ts`; fields that are not set stay absent in both directions, and fields
 * that the API does not know are skipped.
 */
export function decodeMessage(type: Type, bytes: Buffer): object {
  const reader = new ByteReader(bytes);
  return bodyOf(type).read(reader, reader.length, 0) as object;
}

/** The bytes of a message in the service's form. */
export function encodeMessage(type: Type, value: object): Buffer {
  try {
    bodyOf(type).write(writer, value);
    return writer.finish();
  } catch (error) {
    writer.reset();
    throw error;
  }
}

const writer = new ByteWriter();

/** A message without the length that goes before it where it stands in another one. */
interface Body {
  read(reader: ByteReader, end: number, depth: number): unknown;
  write(writer: ByteWriter, value: unknown): void;
}

interface WireField {
  readonly id: number;
  readonly ownName: string;
  /** Puts what it reads into the message. */
  read(reader: ByteReader, tag: number, into: Fields, depth: number): void;
  write(writer: ByteWriter, value: unknown): void;
}

type Fields = Record<string, unknown>;

const bodies = new WeakMap<Type, Body>();

/** Types refer to each other: a body is built at first use and kept. */
function bodyOf(type: Type): Body {
  let body = bodies.get(type);
  if (!body) {
    body = specialBody(type) ?? messageBody(type);
    bodies.set(type, body);
  }
  return body;
}

function messageBody(type: Type): Body {
  return fieldsBody(type.fieldsArray.map(wireField));
}

function fieldsBody(fields: readonly WireField[]): Body {
  const byId = new Map(fields.map((field) => [field.id, field]));
  const byName = new Map(fields.map((field) => [field.ownName, field]));
  return {
    read(reader, end, depth) {
      const message: Fields = {};
      while (reader.position < end) {
        const tag = reader.tag();
        const field = byId.get(tag >>> 3);
        if (field) field.read(reader, tag, message, depth);
        else reader.skip(tag, depth);
      }
      if (reader.position > end)
        throw new RangeError('index out of range: a field is longer than its message');
      return message;
    },
    write(to, value) {
      for (const name in value as Fields) {
        const item = (value as Fields)[name];
        if (item !== undefined && item !== null) byName.get(name)?.write(to, item);
      }
    },
  };
}

function wireField(field: Field): WireField {
  field.resolve();
  const timed = !field.map && timedTypes.has(field.resolvedType?.fullName ?? '');
  const ownName = timed ? `${field.name}Ms` : field.name;
  if (field.map) return mapField(field as unknown as MapField, ownName);
  return field.repeated ? listField(field, ownName) : singleField(field, ownName);
}

function valueCodec(field: Field | MapField): ValueCodec {
  const resolved = field.resolvedType;
  if (resolved && 'values' in resolved) return enumCodec(resolved);
  if (resolved) return timedTypes.has(resolved.fullName) ? time : nested(resolved);
  if (field.type === 'bytes') return field.name.endsWith('Token') ? opaqueText : base64;
  return scalars[field.type]!;
}

const timedTypes = new Set(['.google.protobuf.Timestamp', '.google.protobuf.Duration']);

function nested(type: Type): ValueCodec {
  let body: Body | undefined;
  return {
    wireType: 2,
    read(reader, depth) {
      if (depth > deepest) throw new RangeError('nested too deep');
      body ??= bodyOf(type);
      return body.read(reader, reader.end(), depth + 1);
    },
    write(to, value) {
      body ??= bodyOf(type);
      const start = to.begin();
      body.write(to, value);
      to.end(start);
    },
  };
}

function singleField(field: Field, ownName: string): WireField {
  const codec = valueCodec(field);
  const tag = (field.id << 3) | codec.wireType;
  return {
    id: field.id,
    ownName,
    read(reader, found, into, depth) {
      if (found === tag) into[ownName] = codec.read(reader, depth);
      else reader.skip(found, depth);
    },
    write(to, value) {
      to.uint32(tag);
      codec.write(to, value);
    },
  };
}

/** An empty list is the same as none. Numbers may stand one after the other, without tags. */
function listField(field: Field, ownName: string): WireField {
  const codec = valueCodec(field);
  const packs = codec.wireType !== 2;
  const single = (field.id << 3) | codec.wireType;
  const tag = (field.id << 3) | 2;
  return {
    id: field.id,
    ownName,
    read(reader, found, into, depth) {
      const list = (into[ownName] ?? []) as unknown[];
      if (found === single) list.push(codec.read(reader, depth));
      else if (found === tag) {
        const end = reader.end();
        while (reader.position < end) list.push(codec.read(reader, depth));
      } else reader.skip(found, depth);
      if (list.length > 0) into[ownName] = list;
    },
    write(to, value) {
      const list = value as readonly unknown[];
      if (packs && list.length > 0) {
        to.uint32(tag);
        const start = to.begin();
        for (const item of list) codec.write(to, item);
        to.end(start);
      } else {
        for (const item of list) {
          to.uint32(tag);
          codec.write(to, item);
        }
      }
    },
  };
}

const keyField = 1;
const valueField = 2;

function mapField(field: MapField, ownName: string): WireField {
  const keys = scalars[field.keyType]!;
  const values = valueCodec(field);
  const tag = (field.id << 3) | 2;
  return {
    id: field.id,
    ownName,
    read(reader, found, into, depth) {
      if (found !== tag) return reader.skip(found, depth);
      const end = reader.end();
      let key: unknown;
      let value: unknown;
      while (reader.position < end) {
        const entryTag = reader.tag();
        if (entryTag === ((keyField << 3) | keys.wireType)) key = keys.read(reader, depth);
        else if (entryTag === ((valueField << 3) | values.wireType)) value = values.read(reader, depth);
        else reader.skip(entryTag, depth);
      }
      value ??= values.read(absent(values), depth);
      setEntry((into[ownName] ??= {}) as Fields, String(key ?? keys.read(absent(keys), depth)), value);
    },
    write(to, value) {
      for (const [key, item] of Object.entries(value as Fields)) {
        to.uint32(tag);
        const start = to.begin();
        to.uint32((keyField << 3) | keys.wireType);
        keys.write(to, key);
        to.uint32((valueField << 3) | values.wireType);
        values.write(to, item);
        to.end(start);
      }
    },
  };
}

/** What is not on the wire is zero, false or empty: all of them zeros. */
function absent({ wireType }: ValueCodec): ByteReader {
  return new ByteReader(Buffer.alloc(wireType === 1 ? 8 : wireType === 5 ? 4 : 1));
}

/** A caller chooses the keys: `__proto__` is one like any other. */
function setEntry(map: Fields, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value;
  else Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
}

/** Events and commands carry their type twice on the wire: as an enum and as the name of a field. */
const attributed: Readonly<Record<string, { typeField: string; suffix: string }>> = {
  '.temporal.api.history.v1.HistoryEvent': { typeField: 'eventType', suffix: 'EventAttributes' },
  '.temporal.api.command.v1.Command': { typeField: 'commandType', suffix: 'CommandAttributes' },
};

function specialBody(type: Type): Body | undefined {
  const found = attributed[type.fullName];
  if (found) return attributedBody(type, found.typeField, found.suffix);
  if (type.fullName === '.google.protobuf.Any') return anyBody(type);
  if (type.fullName === '.temporal.api.common.v1.Payload') return payloadBody(type);
  return type.fullName === '.temporal.api.common.v1.Payloads' ? payloadsBody(type) : undefined;
}

/** A payload always has its two parts. */
function payloadBody(type: Type): Body {
  const plain = messageBody(type);
  return {
    read(reader, end, depth) {
      const payload = plain.read(reader, end, depth) as Fields;
      payload['metadata'] ??= {};
      payload['data'] ??= '';
      return payload;
    },
    write: plain.write,
  };
}

function payloadsBody(type: Type): Body {
  const plain = messageBody(type);
  return {
    read: (reader, end, depth) => (plain.read(reader, end, depth) as Fields)['payloads'] ?? [],
    write: (to, payloads) => plain.write(to, { payloads }),
  };
}

/** An `Any` is its unpacked message with the full name as `type`. */
function anyBody(any: Type): Body {
  return {
    read(reader, end, depth) {
      let url = '';
      let bytes: Buffer = Buffer.alloc(0);
      while (reader.position < end) {
        const tag = reader.tag();
        if (tag === urlTag) url = reader.text('utf8');
        else if (tag === bytesTag) bytes = reader.slice();
        else reader.skip(tag, depth);
      }
      if (depth > deepest) throw new RangeError('nested too deep');
      const name = url.slice(url.lastIndexOf('/') + 1);
      const body = bodyOf(any.root.lookupType(name));
      return { type: name, ...(body.read(new ByteReader(bytes), bytes.length, depth + 1) as object) };
    },
    write(to, unpacked) {
      const { type: name, ...rest } = unpacked as { type: string };
      to.uint32(urlTag);
      to.text(`type.googleapis.com/${name}`, 'utf8');
      to.uint32(bytesTag);
      const start = to.begin();
      bodyOf(any.root.lookupType(name)).write(to, rest);
      to.end(start);
    },
  };
}

const urlTag = (1 << 3) | 2;
const bytesTag = (2 << 3) | 2;

function attributedBody(type: Type, typeField: string, suffix: string): Body {
  const enumField = type.fields[typeField]!;
  const typeEnum = enumField.resolve().resolvedType as Enum;
  const numberOf = new Map(
    Object.entries(typeEnum.values).map(([name, id]) => [pascalWithoutPrefix(name), id]),
  );
  const others = type.fieldsArray.filter((field) => field !== enumField);
  const kinds = new Map<string, WireField>();
  const fields = others.map((field) => {
    const plain = wireField(field);
    if (!field.name.endsWith(suffix)) return plain;
    const kind = upperFirst(field.name.slice(0, -suffix.length));
    kinds.set(kind, plain);
    return attributesField(field, kind);
  });
  const rest = fieldsBody(fields);
  const typeTag = enumField.id << 3;
  return {
    read(reader, end, depth) {
      const start = reader.position;
      const message = rest.read(reader, end, depth) as Fields;
      if (message['type'] !== undefined) return message;
      const recordedType = recordedTypeIn(reader, { start, end, typeTag, depth });
      return { ...message, type: 'Unknown', recordedType, attributes: {} };
    },
    write(to, value) {
      const { type: name, attributes } = value as { type: string; attributes: unknown };
      rest.write(to, value);
      to.uint32(typeTag);
      to.int64(numberOf.get(name) ?? 0);
      if (attributes !== undefined) kinds.get(name)?.write(to, attributes);
    },
  };
}

/** Of an event or command whose attributes this version does not know, the number of its type. */
function recordedTypeIn(
  reader: ByteReader,
  { start, end, typeTag, depth }: Readonly<Record<'start' | 'end' | 'typeTag' | 'depth', number>>,
): string {
  let found = 0;
  for (reader.position = start; reader.position < end;) {
    const tag = reader.tag();
    if (tag === typeTag) found = reader.int64();
    else reader.skip(tag, depth);
  }
  return String(found);
}

/** Reads one kind of attributes into `type` and `attributes`. */
function attributesField(field: Field, kind: string): WireField {
  const codec = valueCodec(field.resolve());
  const tag = (field.id << 3) | codec.wireType;
  return {
    id: field.id,
    // No value is written under this name: events and commands are written by their type.
    ownName: `${kind}:attributes`,
    read(reader, found, into, depth) {
      if (found !== tag) return reader.skip(found, depth);
      into['type'] = kind;
      into['attributes'] = codec.read(reader, depth);
    },
    write: () => undefined,
  };
}

/** `EVENT_TYPE_TIMER_FIRED` → `TimerFired`. */
function pascalWithoutPrefix(name: string): string {
  const words = name.replace(/^(?:EVENT|COMMAND)_TYPE_/, '').split('_');
  return words.map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join('');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
