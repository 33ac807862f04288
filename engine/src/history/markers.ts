import { HistoryFormatError } from './errors.js';
import type { EventOf, HistoryEvent } from './event.js';
import type { Payload } from './payload.js';

/**
 * What markers hold. Patches and local activities have sdk-core's layout, so that Temporal's tools and SDKs can
 * read them; side effects and versions, which Temporal's TypeScript SDK lacks, have that of its Go SDK.
 */
export const PATCH_MARKER = 'core_patch';
export const LOCAL_ACTIVITY_MARKER = 'core_local_activity';
export const SIDE_EFFECT_MARKER = 'SideEffect';
export const VERSION_MARKER = 'Version';

export type MarkerDetails = Readonly<Record<string, readonly Payload[]>>;

export interface PatchMarker {
  readonly patchId: string;
  readonly deprecated: boolean;
}

export interface VersionMarker {
  readonly changeId: string;
  readonly version: number;
}

export interface SideEffectMarker {
  readonly seq: number;
  readonly value: Payload | undefined;
}

export interface LocalActivityMarker {
  readonly seq: number;
  readonly attempt: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly completeTimeMs: number | undefined;
  readonly backoffMs: number | undefined;
  readonly originalScheduleTimeMs: number | undefined;
}

/** A payload of the JSON converter. */
export function jsonPayload(value: unknown): Payload {
  return { metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: base64(JSON.stringify(value)) };
}

export function patchMarkerDetails(marker: PatchMarker): MarkerDetails {
  return { 'patch-data': [jsonPayload({ id: marker.patchId, deprecated: marker.deprecated })] };
}

/** Undefined when the event is no patch marker. */
export function patchMarkerOf(event: HistoryEvent | undefined): PatchMarker | undefined {
  if (event?.type !== 'MarkerRecorded' || event.attributes.markerName !== PATCH_MARKER) return undefined;
  const details = event.attributes.details ?? {};
  const data = jsonOf(event, details['patch-data']?.[0]) as
    { id?: unknown; deprecated?: unknown } | undefined;
  if (data) return { patchId: String(data.id), deprecated: data.deprecated === true };
  // Older cores: plain bytes.
  const deprecated = bytesOf(details['deprecated']?.[0]);
  const isSet = deprecated.length > 0 && deprecated[0] !== 0;
  return { patchId: bytesOf(details['patch_id']?.[0]).toString('utf8'), deprecated: isSet };
}

export function versionMarkerDetails(marker: VersionMarker): MarkerDetails {
  return { 'change-id': [jsonPayload(marker.changeId)], version: [jsonPayload(marker.version)] };
}

export function versionMarkerOf(event: HistoryEvent | undefined): VersionMarker | undefined {
  if (event?.type !== 'MarkerRecorded' || event.attributes.markerName !== VERSION_MARKER) return undefined;
  const details = event.attributes.details ?? {};
  return {
    changeId: String(jsonOf(event, details['change-id']?.[0])),
    version: Number(jsonOf(event, details['version']?.[0])),
  };
}

export function sideEffectMarkerDetails(marker: SideEffectMarker): MarkerDetails {
  return { 'side-effect-id': [jsonPayload(marker.seq)], data: marker.value ? [marker.value] : [] };
}

export function sideEffectMarkerOf(event: HistoryEvent | undefined): SideEffectMarker | undefined {
  if (event?.type !== 'MarkerRecorded' || event.attributes.markerName !== SIDE_EFFECT_MARKER)
    return undefined;
  const details = event.attributes.details ?? {};
  return { seq: Number(jsonOf(event, details['side-effect-id']?.[0])), value: details['data']?.[0] };
}

export function isLocalActivityMarker(event: HistoryEvent): event is EventOf<'MarkerRecorded'> {
  return event.type === 'MarkerRecorded' && event.attributes.markerName === LOCAL_ACTIVITY_MARKER;
}

export function localActivityMarkerDetails(
  marker: LocalActivityMarker,
  result: Payload | undefined,
): MarkerDetails {
  const data = {
    seq: marker.seq,
    attempt: marker.attempt,
    activity_id: marker.activityId,
    activity_type: marker.activityType,
    complete_time: secondsAndNanos(marker.completeTimeMs),
    backoff: secondsAndNanos(marker.backoffMs),
    original_schedule_time: secondsAndNanos(marker.originalScheduleTimeMs),
  };
  return { data: [jsonPayload(data)], ...(result ? { result: [result] } : {}) };
}

/** Throws `HistoryFormatError` when the marker cannot be read. */
export function localActivityMarkerOf(event: EventOf<'MarkerRecorded'>): LocalActivityMarker {
  const data = jsonOf(event, event.attributes.details?.['data']?.[0]) as Record<string, unknown> | undefined;
  if (!data || typeof data['seq'] !== 'number') throw unreadable(event);
  return {
    seq: data['seq'],
    attempt: Number(data['attempt'] ?? 1),
    activityId: String(data['activity_id'] ?? ''),
    activityType: String(data['activity_type'] ?? ''),
    completeTimeMs: milliseconds(data['complete_time']),
    backoffMs: milliseconds(data['backoff']),
    originalScheduleTimeMs: milliseconds(data['original_schedule_time']),
  };
}

function secondsAndNanos(ms: number | undefined): { seconds: number; nanos: number } | null {
  if (ms === undefined) return null;
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

function milliseconds(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { seconds, nanos } = value as { seconds?: unknown; nanos?: unknown };
  return Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
}

function jsonOf(event: HistoryEvent, payload: Payload | undefined): unknown {
  if (!payload) return undefined;
  try {
    return JSON.parse(bytesOf(payload).toString('utf8'));
  } catch {
    throw unreadable(event);
  }
}

function unreadable(event: HistoryEvent): HistoryFormatError {
  return new HistoryFormatError('RFN1006', `event ${event.eventId}`, 'the marker cannot be read');
}

function bytesOf(payload: Payload | undefined): Buffer {
  return Buffer.from(payload?.data ?? '', 'base64');
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
