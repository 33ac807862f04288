import type { Payload } from '../payload.js';

/**
 * Replaces what a history says about persons by placeholders of the same shape: strings in JSON payloads become
 * `x` of the same length, numbers 0, other payloads zero bytes of the same length; also messages, stack traces and
 * details of failures, identities, memo and search attributes. Ids, types, task queues, times and the markers of patches and
 * local activities stay, so that verdicts on structure stay the same. Takes and returns Temporal's JSON.
 */
export function redactHistory(json: unknown): unknown {
  return redact(json, undefined, false);
}

/** Strings in the user's words. What is compared or shown as structure is not among them. */
const private_ = new Set(['message', 'stackTrace', 'source', 'identity', 'reason', 'queryResult', 'summary']);

/** Markers that the SDK writes: their data is the replay's, not the user's. */
const sdkMarkers = new Set(['core_patch', 'core_local_activity', 'Version', 'LocalActivity']);

function redact(value: unknown, key: string | undefined, keepPayloads: boolean): unknown {
  if (typeof value === 'string')
    return key !== undefined && private_.has(key) ? 'x'.repeat(value.length) : value;
  if (Array.isArray(value)) return value.map((item) => redact(item, key, keepPayloads));
  if (typeof value !== 'object' || value === null) return value;
  if (isPayload(value)) return keepPayloads ? value : redactPayload(value);
  const source = value as Record<string, unknown>;
  if (typeof source['markerName'] === 'string' && sdkMarkers.has(source['markerName'])) {
    return redactMarker(source);
  }
  return Object.fromEntries(
    Object.entries(source).map(([name, item]) => [
      name,
      redact(item, name, keepPayloads || name === 'TemporalChangeVersion'),
    ]),
  );
}

/** Of a local activity's marker only the result is the user's. */
function redactMarker(marker: Record<string, unknown>): Record<string, unknown> {
  const details = (marker['details'] ?? {}) as Record<string, unknown>;
  const kept = Object.entries(details).map(([name, item]) => [
    name,
    redact(item, name, name !== 'result' && name !== 'input'),
  ]);
  return {
    ...(redact({ ...marker, markerName: '', details: {} }, undefined, false) as object),
    markerName: marker['markerName'],
    details: Object.fromEntries(kept),
  };
}

function isPayload(value: object): value is Payload {
  const names = Object.keys(value);
  return (
    names.length > 0 &&
    names.every((name) => name === 'metadata' || name === 'data' || name === 'externalPayloads') &&
    typeof (value as { metadata?: unknown }).metadata === 'object' &&
    'encoding' in ((value as Payload).metadata ?? {})
  );
}

function redactPayload(payload: Payload): Payload {
  if (payload.data === undefined) return payload;
  const bytes = Buffer.from(payload.data, 'base64');
  const encoding = Buffer.from(payload.metadata?.['encoding'] ?? '', 'base64').toString();
  if (encoding.startsWith('json/')) {
    try {
      const json = JSON.stringify(redactValue(JSON.parse(bytes.toString())));
      return { ...payload, data: Buffer.from(json).toString('base64') };
    } catch {
      // Not JSON after all.
    }
  }
  return { ...payload, data: Buffer.alloc(bytes.length).toString('base64') };
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return 'x'.repeat(value.length);
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactValue(item)]));
}
