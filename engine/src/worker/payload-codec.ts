import { payloadFromRecorded, payloadToRecorded, type Payload } from '../converter/payload.js';
import type { Payload as RecordedPayload } from '../history/payload.js';

/** Encodes payloads on their way out of the process (encryption, compression) and decodes them on the way in. */
export interface PayloadCodec {
  encode(payloads: Payload[]): Promise<Payload[]>;
  decode(payloads: Payload[]): Promise<Payload[]>;
}

/** Fields whose payloads the server reads, or that interceptors own: never encoded. */
const plainFields = new Set(['headers', 'header', 'searchAttributes', 'indexedFields']);

type Apply = (payloads: Payload[]) => Promise<Payload[]>;

/** A copy of the value in which each list of payloads (and each single one) has gone through the codecs. */
export async function encodePayloads<T>(codecs: readonly PayloadCodec[], value: T): Promise<T> {
  const apply: Apply = async (payloads) => {
    let current = payloads;
    for (const codec of codecs) current = await codec.encode(current);
    return current;
  };
  return (await walk(value, apply)) as T;
}

export async function decodePayloads<T>(codecs: readonly PayloadCodec[], value: T): Promise<T> {
  const apply: Apply = async (payloads) => {
    let current = payloads;
    for (const codec of codecs.toReversed()) current = await codec.decode(current);
    return current;
  };
  return (await walk(value, apply)) as T;
}

async function walk(value: unknown, apply: Apply): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isPayload)) return translated(value, apply);
    return Promise.all(value.map((item) => walk(item, apply)));
  }
  if (isPayload(value)) return (await translated([value], apply))[0];
  const entries = Object.entries(value).map(async ([name, field]): Promise<[string, unknown]> => {
    return [name, plainFields.has(name) ? field : await walk(field, apply)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function translated(payloads: readonly RecordedPayload[], apply: Apply): Promise<RecordedPayload[]> {
  return (await apply(payloads.map(payloadFromRecorded))).map(payloadToRecorded);
}

function isPayload(value: unknown): value is RecordedPayload {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return false;
  const { metadata } = value as { metadata: unknown };
  return typeof metadata === 'object' && metadata !== null && 'encoding' in metadata;
}
