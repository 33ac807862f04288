import { HistoryFormatError, located } from './errors.js';
import type { FieldTable } from './field-kinds.js';
import { enumTable } from './schema/enums.js';
import { messageTable } from './schema/messages.js';
import { durationFromJson, durationToJson, timestampFromJson, timestampToJson } from './json-time.js';

/** Translates between protobuf JSON and our in-memory form (see field-kinds.ts). */
export interface ValueCodec {
  /** Throws `HistoryFormatError`, whose path begins at this value. */
  decode(json: unknown): unknown;
  encode(value: never): unknown;
}

interface FieldCodec {
  readonly from: string;
  readonly to: string;
  readonly codec: ValueCodec;
}

/** The codec of a table; fields that the table does not know pass through unchanged in both directions. */
export function tableCodec(table: FieldTable): ValueCodec {
  const byJsonName = new Map<string, FieldCodec>();
  const byOwnName = new Map<string, FieldCodec>();
  const required: string[] = [];
  for (const [name, notation] of Object.entries(table)) {
    const kind = notation.endsWith('!') ? notation.slice(0, -1) : notation;
    const own = kind === 'duration' || kind === 'timestamp' ? `${name}Ms` : name;
    if (kind !== notation) required.push(own);
    const field = { from: name, to: own, codec: codecOf(kind) };
    byJsonName.set(name, field);
    byOwnName.set(own, field);
  }
  return {
    decode: (json) => decodeObject(byJsonName, required, json),
    encode: (value) => encodeObject(byOwnName, value),
  };
}

function decodeObject(
  fields: ReadonlyMap<string, FieldCodec>,
  required: readonly string[],
  json: unknown,
): Record<string, unknown> {
  const source = objectOf(json);
  const result: Record<string, unknown> = {};
  let name = '';
  try {
    for (name in source) {
      const value = source[name];
      if (value === null || value === undefined) continue;
      const field = fields.get(name);
      if (field) result[field.to] = field.codec.decode(value);
      else result[name] = value;
    }
  } catch (error) {
    throw located(error, `.${name}`);
  }
  for (const field of required) {
    if (result[field] === undefined) throw new HistoryFormatError('RFN1002', '', `\`${field}\` is missing`);
  }
  return result;
}

function encodeObject(fields: ReadonlyMap<string, FieldCodec>, value: object): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const field = fields.get(name);
    if (field) result[field.from] = field.codec.encode(item as never);
    else result[name] = item;
  }
  return result;
}

const codecs = new Map<string, ValueCodec>();

function codecOf(kind: string): ValueCodec {
  let codec = codecs.get(kind);
  if (!codec) {
    // Messages refer to each other (a failure has a cause): the entry exists before its fields are built.
    let built: ValueCodec | undefined;
    const get = () => (built ??= buildCodec(kind));
    codec = { decode: (json) => get().decode(json), encode: (value) => get().encode(value) };
    codecs.set(kind, codec);
  }
  return codec;
}

function buildCodec(kind: string): ValueCodec {
  if (kind.startsWith('map:')) return mapCodec(codecOf(kind.slice(4)));
  if (kind.endsWith('[]')) return listCodec(codecOf(kind.slice(0, -2)));
  if (kind.startsWith('enum:')) return enumCodec(kind.slice(5) as keyof typeof enumTable);
  const scalar = scalarCodecs[kind];
  if (scalar) return scalar;
  return tableCodec(messageTable[kind as keyof typeof messageTable]);
}

const asIs = (value: unknown): unknown => value;

function typed(type: 'string' | 'boolean'): ValueCodec {
  return {
    decode(json) {
      if (typeof json !== type) throw wrongType(`a ${type}`, json);
      return json;
    },
    encode: asIs,
  };
}

/** 64-bit integers are strings in protobuf JSON; both forms are read. */
const intCodec: ValueCodec = {
  decode(json) {
    const value = typeof json === 'string' && json !== '' ? Number(json) : json;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType('an integer', json);
    return value;
  },
  encode: (value: number) => (Number.isSafeInteger(value) ? String(value) : value),
};

const payloadsCodec: ValueCodec = {
  decode: (json) => {
    const list = Array.isArray(json) ? json : (objectOf(json)['payloads'] ?? []);
    return listCodec(payloadCodec).decode(list);
  },
  encode: (value: readonly unknown[]) => ({ payloads: value }),
};

const payloadCodec: ValueCodec = { decode: (json) => objectOf(json), encode: asIs };

const scalarCodecs: Readonly<Record<string, ValueCodec>> = {
  string: typed('string'),
  bool: typed('boolean'),
  bytes: typed('string'),
  double: { decode: intCodec.decode, encode: asIs },
  int: intCodec,
  duration: { decode: durationFromJson, encode: durationToJson },
  timestamp: { decode: timestampFromJson, encode: timestampToJson },
  json: { decode: asIs, encode: asIs },
  Payload: payloadCodec,
  Payloads: payloadsCodec,
};

function mapCodec(item: ValueCodec): ValueCodec {
  return {
    decode(json) {
      const source = objectOf(json);
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(source)) result[key] = decodeAt(item, source[key], `.${key}`);
      return result;
    },
    encode: (value: Record<string, never>) =>
      Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, item.encode(entry)])),
  };
}

function listCodec(item: ValueCodec): ValueCodec {
  return {
    decode(json) {
      if (!Array.isArray(json)) throw wrongType('a list', json);
      const result: unknown[] = [];
      let index = 0;
      try {
        for (; index < json.length; index++) result.push(item.decode(json[index]));
      } catch (error) {
        throw located(error, `[${index}]`);
      }
      return result;
    },
    encode: (value: readonly never[]) => value.map((entry) => item.encode(entry)),
  };
}

/** Reads `TIMEOUT_TYPE_START_TO_CLOSE`, `START_TO_CLOSE`, `StartToClose` and the number; writes the first. */
function enumCodec(name: keyof typeof enumTable): ValueCodec {
  const { prefix, values } = enumTable[name];
  const known = new Map<string, string>();
  for (const [value, number] of Object.entries(values)) {
    for (const spelling of [value, prefix + value, pascalCase(value), String(number)])
      known.set(spelling, value);
  }
  return {
    // A value of a newer server stays as it is: only what needs it may refuse it.
    decode: (json) => known.get(String(json)) ?? json,
    encode: (value: string) => (known.get(value) === value ? prefix + value : value),
  };
}

/** `START_TO_CLOSE` → `StartToClose`. */
export function pascalCase(screaming: string): string {
  return screaming
    .split('_')
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join('');
}

function decodeAt(codec: ValueCodec, json: unknown, where: string): unknown {
  try {
    return codec.decode(json);
  } catch (error) {
    throw located(error, where);
  }
}

function objectOf(json: unknown): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrongType('an object', json);
  return json as Record<string, unknown>;
}

function wrongType(expected: string, found: unknown): HistoryFormatError {
  return new HistoryFormatError('RFN1001', '', `expected ${expected}, found ${JSON.stringify(found)}`);
}
