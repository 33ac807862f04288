import type { Enum, Field, MapField, Type } from 'protobufjs';

/**
 * Translates between protobuf.js messages and the service's form of requests and responses, by reflection:
 * 64-bit integers are numbers, durations and times are milliseconds in fields named `…Ms`, enum values lose
 * their prefix, bytes are base64, `Payloads` are arrays, events and commands are `{ type, attributes }`.
 * It is the binary twin of `history/json-codec.ts`; fields that are not set stay absent in both directions.
 */
export interface WireCodec {
  fromWire(message: unknown): unknown;
  /** The result is what protobuf.js' `Type.encode` takes. */
  toWire(value: unknown): unknown;
}

/** One field of a message: under which name it stands on either side, and how its value is translated. */
interface WireField {
  readonly wireName: string;
  readonly ownName: string;
  readonly codec: WireCodec;
  /** A list or map: empty is the same as absent on the wire, and absent in our form. */
  readonly isCollection: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const codecs = new WeakMap<Type, WireCodec>();

/** The codec of a message type. Types refer to each other: it is built at first use and kept. */
export function wireCodecOf(type: Type): WireCodec {
  let codec = codecs.get(type);
  if (!codec) {
    let built: WireCodec | undefined;
    const get = () => (built ??= specialCodec(type) ?? messageCodec(type));
    codec = { fromWire: (message) => get().fromWire(message), toWire: (value) => get().toWire(value) };
    codecs.set(type, codec);
  }
  return codec;
}

function messageCodec(type: Type): WireCodec {
  const fields = type.fieldsArray.map(wireField);
  const byWireName = new Map(fields.map((field) => [field.wireName, field]));
  const byOwnName = new Map(fields.map((field) => [field.ownName, field]));
  return {
    fromWire(message) {
      const result: Record<string, unknown> = {};
      for (const [name, value] of Object.entries(message as Fields)) {
        const field = byWireName.get(name);
        if (!field || value === null || value === undefined) continue;
        if (field.isCollection && isEmpty(value)) continue;
        result[field.ownName] = field.codec.fromWire(value);
      }
      return result;
    },
    toWire(value) {
      const result: Record<string, unknown> = {};
      for (const [name, item] of Object.entries(value as Fields)) {
        const field = byOwnName.get(name);
        if (field && item !== undefined) result[field.wireName] = field.codec.toWire(item);
      }
      return result;
    },
  };
}

function wireField(field: Field): WireField {
  field.resolve();
  const timed = !field.map && timedTypes.has(field.resolvedType?.fullName ?? '');
  const single = valueCodec(field);
  const codec = field.map ? mapOf(single) : field.repeated ? listOf(single) : single;
  return {
    wireName: field.name,
    ownName: timed ? `${field.name}Ms` : field.name,
    codec,
    isCollection: field.map || field.repeated,
  };
}

function isEmpty(collection: object): boolean {
  return Object.keys(collection).length === 0;
}

function valueCodec(field: Field | MapField): WireCodec {
  const resolved = field.resolvedType;
  if (resolved && 'values' in resolved) return enumCodec(resolved);
  if (resolved) return wireCodecOf(resolved);
  if (/^[su]?(?:int|fixed)(?:32|64)$/.test(field.type)) return integer;
  if (field.type !== 'bytes') return asIs;
  return field.name.endsWith('Token') ? opaqueText : bytes;
}

const asIs: WireCodec = { fromWire: (value) => value, toWire: (value) => value };

const integer: WireCodec = { fromWire: Number, toWire: (value) => value };

const bytes: WireCodec = {
  fromWire: (value) => asBuffer(value).toString('base64'),
  toWire: (value) => Buffer.from(value as string, 'base64'),
};

/** Tokens (of tasks, pages, conflicts) are opaque strings: ASCII when they are our service's, else any bytes. */
const opaqueText: WireCodec = {
  fromWire: (value) => asBuffer(value).toString('latin1'),
  toWire: (value) => Buffer.from(value as string, 'latin1'),
};

/** protobuf.js gives bytes as a Uint8Array, and as a plain array where there are none. */
function asBuffer(value: unknown): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(value as Uint8Array);
}

function listOf(item: WireCodec): WireCodec {
  return {
    fromWire: (list) => (list as unknown[]).map((value) => item.fromWire(value)),
    toWire: (list) => (list as unknown[]).map((value) => item.toWire(value)),
  };
}

function mapOf(item: WireCodec): WireCodec {
  const each = (map: unknown, translate: (value: unknown) => unknown) =>
    Object.fromEntries(Object.entries(map as Fields).map(([key, value]) => [key, translate(value)]));
  return {
    fromWire: (map) => each(map, (value) => item.fromWire(value)),
    toWire: (map) => each(map, (value) => item.toWire(value)),
  };
}

/** `TIMEOUT_TYPE_START_TO_CLOSE` ⇄ `START_TO_CLOSE`; a number that the enum does not know stays a number. */
function enumCodec({ values, valuesById }: Enum): WireCodec {
  const unspecified = Object.keys(values).find((name) => name.endsWith('UNSPECIFIED'));
  const prefix = unspecified?.slice(0, -'UNSPECIFIED'.length) ?? '';
  return {
    fromWire: (value) => valuesById[value as number]?.slice(prefix.length) ?? value,
    toWire: (value) => values[prefix + String(value)] ?? (typeof value === 'number' ? value : 0),
  };
}

function secondsAndNanos(ms: unknown): { seconds: number; nanos: number } {
  const seconds = Math.floor(Number(ms) / 1000);
  return { seconds, nanos: Math.round((Number(ms) - seconds * 1000) * 1e6) };
}

const time: WireCodec = {
  fromWire: (value) => {
    const { seconds, nanos } = value as { seconds?: unknown; nanos?: unknown };
    return Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
  },
  toWire: secondsAndNanos,
};

const payload: WireCodec = {
  fromWire: (value) => {
    const { metadata, data } = value as { metadata?: Fields; data?: Uint8Array };
    return {
      ...(metadata && { metadata: mapOf(bytes).fromWire(metadata) }),
      ...(data && { data: bytes.fromWire(data) }),
    };
  },
  toWire: (value) => {
    const { metadata, data } = value as { metadata?: Fields; data?: string };
    return {
      ...(metadata && { metadata: mapOf(bytes).toWire(metadata) }),
      ...(data !== undefined && { data: bytes.toWire(data) }),
    };
  },
};

const payloads: WireCodec = {
  fromWire: (value) => listOf(payload).fromWire((value as { payloads?: unknown[] }).payloads ?? []),
  toWire: (value) => ({ payloads: listOf(payload).toWire(value) }),
};

const timedTypes = new Set(['.google.protobuf.Timestamp', '.google.protobuf.Duration']);

const wellKnown: Readonly<Record<string, WireCodec>> = {
  '.google.protobuf.Timestamp': time,
  '.google.protobuf.Duration': time,
  '.temporal.api.common.v1.Payload': payload,
  '.temporal.api.common.v1.Payloads': payloads,
};

/** Events and commands carry their type twice on the wire: as an enum and as the name of a field. */
const attributed: Readonly<Record<string, { typeField: string; suffix: string }>> = {
  '.temporal.api.history.v1.HistoryEvent': { typeField: 'eventType', suffix: 'EventAttributes' },
  '.temporal.api.command.v1.Command': { typeField: 'commandType', suffix: 'CommandAttributes' },
};

function specialCodec(type: Type): WireCodec | undefined {
  const found = attributed[type.fullName];
  if (found) return attributedCodec(type, found.typeField, found.suffix);
  return type.fullName === '.google.protobuf.Any' ? anyCodec(type) : wellKnown[type.fullName];
}

/** An `Any` is its unpacked message with the full name as `type`. */
function anyCodec(any: Type): WireCodec {
  return {
    fromWire(message) {
      const { type_url: typeUrl = '', value = new Uint8Array() } = message as {
        type_url?: string;
        value?: Uint8Array;
      };
      const name = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
      const type = any.root.lookupType(name);
      return { type: name, ...(wireCodecOf(type).fromWire(type.decode(value)) as object) };
    },
    toWire(unpacked) {
      const { type: name, ...rest } = unpacked as { type: string };
      const type = any.root.lookupType(name);
      const value = type.encode(wireCodecOf(type).toWire(rest) as object).finish();
      return { type_url: `type.googleapis.com/${name}`, value };
    },
  };
}

function attributedCodec(type: Type, typeField: string, suffix: string): WireCodec {
  const plain = messageCodec(type);
  const typeEnum = type.fields[typeField]!.resolve().resolvedType as Enum;
  const numberOf = new Map(
    Object.entries(typeEnum.values).map(([name, id]) => [pascalWithoutPrefix(name), id]),
  );
  return {
    fromWire(message) {
      const decoded = plain.fromWire(message) as Record<string, unknown>;
      const attributesName = Object.keys(decoded).find((name) => name.endsWith(suffix));
      const { [typeField]: _type, [attributesName ?? '']: attributes = {}, ...rest } = decoded;
      if (!attributesName) return { ...rest, type: 'Unknown', recordedType: String(_type ?? 0), attributes };
      return { ...rest, type: upperFirst(attributesName.slice(0, -suffix.length)), attributes };
    },
    toWire(value) {
      const { type: name, attributes, ...rest } = value as { type: string; attributes: unknown };
      const attributesName = `${name.charAt(0).toLowerCase()}${name.slice(1)}${suffix}`;
      return {
        ...(plain.toWire({ ...rest, [attributesName]: attributes }) as object),
        [typeField]: numberOf.get(name),
      };
    },
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
