import { gzipSync } from 'node:zlib';
import type { HistoryEvent } from '../event.js';
import { eventToJson } from '../event-json.js';
import { enumTable } from '../schema/enums.js';
import { eventTypeNumbers } from '../schema/event-types.js';
import { pascalCase } from '../json-codec.js';

/** How a history is written. */
export type HistoryForm =
  /** As `temporal workflow show --output json` of today. */
  | 'json'
  /** With enum values as the Web UI and older tools write them: `TimerStarted`. */
  | 'json-pascal'
  /** The protobuf message `temporal.api.history.v1.History`. */
  | 'binary';

/** Writes a history; `gzip` compresses whatever form. */
export async function writeHistory(
  events: readonly HistoryEvent[],
  form: HistoryForm,
  { gzip = false }: { gzip?: boolean } = {},
): Promise<Uint8Array> {
  const bytes = await bytesOf(events, form);
  return gzip ? gzipSync(bytes) : bytes;
}

async function bytesOf(events: readonly HistoryEvent[], form: HistoryForm): Promise<Uint8Array> {
  const json = { events: events.map(eventToJson) };
  switch (form) {
    case 'json':
      return text(json);
    case 'json-pascal':
      return text(pascalEnums(json));
    case 'binary': {
      const { historyToBinary } = await import('./binary.js');
      return historyToBinary(protobufJsForm(json) as object);
    }
  }
}

function text(json: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(json, null, 1)}\n`);
}

const pascalNames = new Map<string, string>();
for (const { prefix, values } of Object.values(enumTable)) {
  for (const name of Object.keys(values)) pascalNames.set(prefix + name, pascalCase(name));
}
for (const name of Object.keys(eventTypeNumbers)) pascalNames.set(`EVENT_TYPE_${name}`, pascalCase(name));

function pascalEnums(value: unknown): unknown {
  if (typeof value === 'string') return pascalNames.get(value) ?? value;
  if (Array.isArray(value)) return value.map(pascalEnums);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, pascalEnums(item)]));
}

/** protobuf.js reads times as `{ seconds, nanos }`, not as text. */
function protobufJsForm(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && /[Tt]ime$/.test(name)) return secondsAndNanos(value);
    if (/^-?\d+(\.\d+)?s$/.test(value) && durationName.test(name)) return duration(value);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => protobufJsForm(item, name));
  if (typeof value !== 'object' || value === null) return value;
  if ('metadata' in value && 'data' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, protobufJsForm(item, key)]));
}

const durationName = /(Timeout|Interval|Backoff|Delay|Duration|Threshold)$/;

function secondsAndNanos(time: string) {
  const [, whole, fraction = ''] = /^([^.]+?)(?:\.(\d+))?Z$/.exec(time)!;
  return { seconds: Date.parse(`${whole}Z`) / 1000, nanos: Number(fraction.padEnd(9, '0') || 0) };
}

function duration(value: string) {
  const [whole, fraction = ''] = value.slice(0, -1).split('.');
  return { seconds: Number(whole), nanos: Number(fraction.padEnd(9, '0') || 0) };
}
