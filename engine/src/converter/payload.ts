import type { Payload as RecordedPayload } from '../history/payload.js';
import { bytesFromBase64, bytesToBase64, textFromBase64, textToBase64 } from './base64.js';

/** A value as converters and codecs see it. (Recorded payloads hold the same bytes as base64.) */
export interface Payload {
  metadata?: Record<string, Uint8Array> | null;
  data?: Uint8Array | null;
}

/** The recorded form that a payload of bytes was made from, so that passing it on costs nothing. */
const recordedForms = new WeakMap<object, RecordedPayload>();

/** The bytes of a recorded payload, decoded when they are first read. */
export function payloadFromRecorded(recorded: RecordedPayload): Payload {
  const payload: Payload = {};
  if (recorded.metadata !== undefined) {
    const metadata: Record<string, Uint8Array> = {};
    for (const key of Object.keys(recorded.metadata))
      metadata[key] = bytesFromBase64(recorded.metadata[key]!);
    payload.metadata = metadata;
  }
  if (recorded.data !== undefined) payload.data = bytesFromBase64(recorded.data);
  recordedForms.set(payload, recorded);
  return payload;
}

export function payloadToRecorded(payload: Payload): RecordedPayload {
  const known = recordedForms.get(payload);
  if (known !== undefined) return known;
  const metadata: Record<string, string> = {};
  for (const key of Object.keys(payload.metadata ?? {})) {
    metadata[key] = bytesToBase64(payload.metadata![key]!);
  }
  const recorded: { metadata?: Record<string, string>; data?: string } = {};
  if (payload.metadata) recorded.metadata = metadata;
  if (payload.data) recorded.data = bytesToBase64(payload.data);
  return recorded;
}

export const encodingKey = 'encoding';
const jsonPlain = 'anNvbi9wbGFpbg==';
const binaryNull = 'YmluYXJ5L251bGw=';
const binaryPlain = 'YmluYXJ5L3BsYWlu';

/** Recorded payloads of the default encodings, made and read without bytes in between. */
export function recordedJson(json: string): RecordedPayload {
  return { metadata: { encoding: jsonPlain }, data: textToBase64(json) };
}

export function recordedNull(): RecordedPayload {
  return { metadata: { encoding: binaryNull } };
}

export function recordedBytes(bytes: Uint8Array): RecordedPayload {
  return { metadata: { encoding: binaryPlain }, data: bytesToBase64(bytes) };
}

/** Decodes a recorded payload of a default encoding; `undefined` when its encoding is another one. */
export function decodeRecorded(payload: RecordedPayload): { readonly value: unknown } | undefined {
  switch (payload.metadata?.encoding) {
    case jsonPlain:
      // Protobuf leaves out empty bytes, and '' is not JSON: such a payload never came from a converter.
      return payload.data === undefined ? undefined : { value: JSON.parse(textFromBase64(payload.data)) };
    case binaryNull:
      return { value: undefined };
    case binaryPlain:
      return { value: bytesFromBase64(payload.data ?? '') };
    default:
      return undefined;
  }
}
