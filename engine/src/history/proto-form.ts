/**
 * Between Refrain's form of protobuf messages (field-kinds.ts: milliseconds, enum names, base64) and the form in
 * which `@temporalio/workflow` handles them (protobuf.js objects: Duration, enum numbers, bytes). Driven by the
 * same tables as the event model.
 */
import type { FieldTable } from './field-kinds.js';
import type { Payload } from './payload.js';
import { enumTable } from './schema/enums.js';
import { messageTable } from './schema/messages.js';
import { bytesFromBase64, bytesToBase64 } from './base64.js';

export interface ProtoPayload {
  metadata?: Record<string, Uint8Array> | null;
  data?: Uint8Array | null;
}

/** `msToTs` of the SDK's own copy: durations must be made of its Long. */
export type MakeDuration = (ms: number) => unknown;

type Convert = (value: unknown) => unknown;
type Dict = Record<string, unknown>;

export interface ProtoForm {
  /** From Refrain's form; undefined stays undefined. */
  to(kind: string, value: unknown): unknown;
  /** To Refrain's form; fields with protobuf's default value are left out. */
  from(kind: string, value: unknown): unknown;
}

export function createProtoForm(makeDuration: MakeDuration): ProtoForm {
  const to = cached((kind, again) => encoder(kind, again, makeDuration));
  const from = cached(decoder);
  return {
    to: (kind, value) => (value === undefined ? undefined : to(kind)(value)),
    from: (kind, value) => (value === undefined || value === null ? undefined : from(kind)(value)),
  };
}

function cached(build: (kind: string, again: (kind: string) => Convert) => Convert) {
  const known = new Map<string, Convert>();
  const get = (kind: string): Convert => {
    let convert = known.get(kind);
    if (!convert) {
      known.set(kind, (value) => (convert ?? asIs)(value));
      convert = build(kind, get);
      known.set(kind, convert);
    }
    return convert;
  };
  return get;
}

const asIs: Convert = (value) => value;

function encoder(kind: string, again: (kind: string) => Convert, makeDuration: MakeDuration): Convert {
  if (kind.startsWith('map:')) return mapped(again(kind.slice(4)));
  if (kind.endsWith('[]')) return listed(again(kind.slice(0, -2)));
  if (kind.startsWith('enum:')) {
    const { values } = enumTable[kind.slice(5) as keyof typeof enumTable];
    return (value) => (values as Record<string, number>)[value as string] ?? value;
  }
  switch (kind) {
    case 'duration':
    case 'timestamp':
      return (value) => makeDuration(value as number);
    case 'bytes':
      return (value) => bytesFromBase64(value as string);
    case 'Payload':
      return (value) => payloadToProto(value as Payload);
    case 'Payloads':
      return (value) => ({ payloads: (value as Payload[]).map(payloadToProto) });
  }
  const table = messageTable[kind as keyof typeof messageTable] as FieldTable | undefined;
  return table ? messageEncoder(table, again) : asIs;
}

interface Field {
  readonly own: string;
  readonly proto: string;
  readonly kind: string;
}

function fieldsOf(table: FieldTable): Field[] {
  return Object.entries(table).map(([proto, notation]) => {
    const kind = notation.endsWith('!') ? notation.slice(0, -1) : notation;
    return { own: kind === 'duration' || kind === 'timestamp' ? `${proto}Ms` : proto, proto, kind };
  });
}

function messageEncoder(table: FieldTable, again: (kind: string) => Convert): Convert {
  const fields = fieldsOf(table);
  // Decoded protobuf messages answer with a default for scalar fields that were not sent.
  const defaults: Dict = {};
  for (const { proto, kind } of fields) {
    if (kind === 'string') defaults[proto] = '';
    else if (kind === 'bool') defaults[proto] = false;
    else if (kind === 'int' || kind === 'double' || kind.startsWith('enum:')) defaults[proto] = 0;
    else if (kind.endsWith('[]')) defaults[proto] = [];
  }
  return (value) => {
    const result = Object.create(defaults) as Dict;
    for (const { own, proto, kind } of fields) {
      const item = (value as Dict)[own];
      if (item !== undefined) result[proto] = again(kind)(item);
    }
    return result;
  };
}

function decoder(kind: string, again: (kind: string) => Convert): Convert {
  if (kind.startsWith('map:')) return mapped(again(kind.slice(4)));
  if (kind.endsWith('[]')) return listed(again(kind.slice(0, -2)));
  if (kind.startsWith('enum:')) {
    const names = new Map<unknown, string>();
    const { values } = enumTable[kind.slice(5) as keyof typeof enumTable];
    for (const [name, number] of Object.entries(values)) names.set(number, name);
    return (value) => names.get(value) ?? value;
  }
  switch (kind) {
    case 'int':
      return (value) => (typeof value === 'object' ? Number(String(value)) : value);
    case 'duration':
    case 'timestamp':
      return (value) => msOf(value as ProtoDuration);
    case 'bytes':
      return (value) => bytesToBase64(value as Uint8Array);
    case 'Payload':
      return (value) => payloadFromProto(value as ProtoPayload);
    case 'Payloads':
      return (value) => ((value as { payloads?: ProtoPayload[] }).payloads ?? []).map(payloadFromProto);
  }
  const table = messageTable[kind as keyof typeof messageTable] as FieldTable | undefined;
  return table ? messageDecoder(table, again) : asIs;
}

function messageDecoder(table: FieldTable, again: (kind: string) => Convert): Convert {
  const fields = fieldsOf(table);
  return (value) => {
    const result: Dict = {};
    for (const { own, proto, kind } of fields) {
      const item = (value as Dict)[proto];
      if (item === undefined || item === null || item === '' || item === false || item === 0) continue;
      if (Array.isArray(item) && item.length === 0) continue;
      result[own] = again(kind)(item);
    }
    return result;
  };
}

function mapped(convert: Convert): Convert {
  return (value) => {
    const result: Dict = {};
    for (const [key, item] of Object.entries(value as Dict)) result[key] = convert(item);
    return result;
  };
}

function listed(convert: Convert): Convert {
  return (value) => {
    const result: unknown[] = [];
    for (const item of value as unknown[]) result.push(convert(item));
    return result;
  };
}

/** Encodings are a handful: their bytes are made once. Readers do not write into metadata. */
const metadataBytes = new Map<string, Uint8Array>();

export function payloadToProto(payload: Payload): ProtoPayload {
  const metadata: Record<string, Uint8Array> = {};
  for (const key in payload.metadata) {
    const text = payload.metadata[key]!;
    let bytes = metadataBytes.get(text);
    if (!bytes) {
      bytes = bytesFromBase64(text);
      if (metadataBytes.size < 1000) metadataBytes.set(text, bytes);
    }
    metadata[key] = bytes;
  }
  return { metadata, data: bytesFromBase64(payload.data ?? '') };
}

export function payloadFromProto(payload: ProtoPayload): Payload {
  const metadata: Record<string, string> = {};
  for (const key in payload.metadata) metadata[key] = bytesToBase64(payload.metadata[key]!);
  // As protobuf's JSON: empty fields are left out.
  return { metadata, ...(payload.data?.length ? { data: bytesToBase64(payload.data) } : {}) };
}

export interface ProtoDuration {
  seconds?: number | { toNumber(): number } | null;
  nanos?: number | null;
}

export function msOf({ seconds, nanos }: ProtoDuration): number {
  const whole = typeof seconds === 'object' ? (seconds?.toNumber() ?? 0) : (seconds ?? 0);
  return whole * 1000 + Math.round(nanos ?? 0) / 1e6;
}
