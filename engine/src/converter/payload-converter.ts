import { PayloadConverterError, ValueError } from '../failures/errors.js';
import type { Payload as RecordedPayload } from '../history/payload.js';
import { utf8Decode, utf8Encode } from './base64.js';
import {
  decodeRecorded,
  encodingKey,
  payloadFromRecorded,
  payloadToRecorded,
  recordedBytes,
  recordedJson,
  recordedNull,
  type Payload,
} from './payload.js';

export interface WorkflowSerializationContext {
  type: 'workflow';
  namespace: string;
  workflowId: string;
}

export interface ActivitySerializationContext {
  type: 'activity';
  namespace: string;
  activityId?: string | undefined;
  workflowId?: string | undefined;
  isLocal: boolean;
}

/** To whom a payload belongs; converters may use it, e.g. to derive a key. */
export type SerializationContext = WorkflowSerializationContext | ActivitySerializationContext;

/** Turns values into payloads and back. Semantics: Temporal's `PayloadConverter`. */
export interface PayloadConverter {
  toPayload<T>(value: T, context?: SerializationContext): Payload;
  fromPayload<T>(payload: Payload, context?: SerializationContext): T;
}

export interface PayloadConverterWithEncoding {
  /** `undefined` when the converter does not handle the value. */
  toPayload<T>(value: T, context?: SerializationContext): Payload | undefined;
  fromPayload<T>(payload: Payload, context?: SerializationContext): T;
  readonly encodingType: string;
}

/** A value that is already a payload, or is to be converted by the default converter whatever is configured. */
export class RawValue<T = unknown> {
  readonly payload: Payload;
  declare private readonly type: T;

  constructor(value: T, payloadConverter: PayloadConverter = defaultPayloadConverter) {
    this.payload = payloadConverter.toPayload(value);
  }

  static fromPayload(payload: Payload): RawValue {
    return new RawValue(payload, { toPayload: (value) => value as Payload, fromPayload: (p) => p as never });
  }
}

export class CompositePayloadConverter implements PayloadConverter {
  readonly converters: PayloadConverterWithEncoding[];
  readonly converterByEncoding: Map<string, PayloadConverterWithEncoding>;

  constructor(...converters: PayloadConverterWithEncoding[]) {
    if (converters.length === 0) {
      throw new PayloadConverterError('Must provide at least one PayloadConverterWithEncoding');
    }
    this.converters = converters;
    this.converterByEncoding = new Map(converters.map((converter) => [converter.encodingType, converter]));
  }

  toPayload<T>(value: T, context?: SerializationContext): Payload {
    if (value instanceof RawValue) return value.payload;
    for (const converter of this.converters) {
      const payload = converter.toPayload(value, context);
      if (payload !== undefined) return payload;
    }
    throw new ValueError(`Unable to convert ${describe(value)} to payload`);
  }

  fromPayload<T>(payload: Payload, context?: SerializationContext): T {
    if (!payload.metadata) throw new ValueError('Missing payload metadata');
    const encoding = utf8Decode(payload.metadata[encodingKey] ?? new Uint8Array());
    const converter = this.converterByEncoding.get(encoding);
    if (converter === undefined) throw new ValueError(`Unknown encoding: ${encoding}`);
    return converter.fromPayload(payload, context);
  }
}

function describe(value: unknown): string {
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value;
  if (typeof value === 'bigint') return `${value}n (JSON has no BigInt)`;
  return Object.prototype.toString.call(value);
}

export class UndefinedPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType = 'binary/null';

  toPayload(value: unknown): Payload | undefined {
    return value === undefined ? { metadata: { [encodingKey]: utf8Encode(this.encodingType) } } : undefined;
  }

  fromPayload<T>(): T {
    return undefined as T;
  }
}

export class BinaryPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType = 'binary/plain';

  toPayload(value: unknown): Payload | undefined {
    if (!(value instanceof Uint8Array)) return undefined;
    return { metadata: { [encodingKey]: utf8Encode(this.encodingType) }, data: value };
  }

  fromPayload<T>(payload: Payload): T {
    return (payload.data ?? new Uint8Array()) as T;
  }
}

export class JsonPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType = 'json/plain';

  toPayload(value: unknown): Payload | undefined {
    const json = toJson(value);
    if (json === undefined) return undefined;
    return { metadata: { [encodingKey]: utf8Encode(this.encodingType) }, data: utf8Encode(json) };
  }

  fromPayload<T>(payload: Payload): T {
    if (!payload.data) throw new ValueError('Got payload with no data');
    return JSON.parse(utf8Decode(payload.data)) as T;
  }
}

/** `undefined` for what JSON cannot hold: cycles, BigInt, functions, symbols. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) as string | undefined;
  } catch {
    return undefined;
  }
}

export class DefaultPayloadConverter extends CompositePayloadConverter {
  constructor() {
    super(new UndefinedPayloadConverter(), new BinaryPayloadConverter(), new JsonPayloadConverter());
  }
}

export const defaultPayloadConverter: PayloadConverter = new DefaultPayloadConverter();

/** Value → recorded payload. The default converter takes a path without bytes in between. */
export function toRecorded(
  converter: PayloadConverter,
  value: unknown,
  context?: SerializationContext,
): RecordedPayload {
  if (converter !== defaultPayloadConverter || value instanceof RawValue) {
    return payloadToRecorded(converter.toPayload(value, context));
  }
  if (value === undefined) return recordedNull();
  if (value instanceof Uint8Array) return recordedBytes(value);
  const json = toJson(value);
  if (json === undefined) throw new ValueError(`Unable to convert ${describe(value)} to payload`);
  return recordedJson(json);
}

/** Recorded payload → value. */
export function fromRecorded(
  converter: PayloadConverter,
  payload: RecordedPayload,
  context?: SerializationContext,
): unknown {
  if (converter === defaultPayloadConverter) {
    const decoded = decodeRecorded(payload);
    if (decoded !== undefined) return decoded.value;
  }
  return converter.fromPayload(payloadFromRecorded(payload), context);
}

export function arrayToRecorded(
  converter: PayloadConverter,
  values: readonly unknown[],
  context?: SerializationContext,
): RecordedPayload[] {
  return values.map((value) => toRecorded(converter, value, context));
}

export function arrayFromRecorded(
  converter: PayloadConverter,
  payloads: readonly RecordedPayload[] | undefined | null,
  context?: SerializationContext,
): unknown[] {
  const values: unknown[] = [];
  if (payloads) for (const payload of payloads) values.push(fromRecorded(converter, payload, context));
  return values;
}

export function mapToRecorded(
  converter: PayloadConverter,
  map: Readonly<Record<string, unknown>>,
  context?: SerializationContext,
): Record<string, RecordedPayload> {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key, toRecorded(converter, value, context)]),
  );
}

export function mapFromRecorded(
  converter: PayloadConverter,
  map: Readonly<Record<string, RecordedPayload>> | undefined | null,
  context?: SerializationContext,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(map ?? {}).map(([key, payload]) => [key, fromRecorded(converter, payload, context)]),
  );
}
