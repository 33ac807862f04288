import { HistoryFormatError } from './errors.js';

/** Reads `"1.5s"` or `{ seconds, nanos }` into milliseconds. */
export function durationFromJson(json: unknown): number {
  if (typeof json === 'string') {
    const match = /^(-?\d+(?:\.\d+)?)s$/.exec(json);
    if (match) return roundToNanos(Number(match[1]) * 1000);
  }
  const ms = secondsAndNanos(json);
  if (ms === undefined) throw badTime('a duration such as "1.5s"', json);
  return ms;
}

export function durationToJson(ms: number): string {
  return `${trimZeros((ms / 1000).toFixed(9))}s`;
}

/** Reads an RFC 3339 time or `{ seconds, nanos }` into milliseconds since the epoch. */
export function timestampFromJson(json: unknown): number {
  if (typeof json === 'string') {
    const fast = utcTimestamp(json);
    if (fast !== undefined) return fast;
    const match = /^(.+:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(json);
    const whole = match ? Date.parse(match[1]! + match[3]!) : NaN;
    if (!Number.isNaN(whole)) return whole + Number(`0.${match?.[2] ?? '0'}`) * 1000;
  }
  const ms = secondsAndNanos(json);
  if (ms === undefined) throw badTime('an RFC 3339 time', json);
  return ms;
}

/** `2026-11-21T13:28:12.226962082Z`, the form that servers write, without the cost of a pattern. */
function utcTimestamp(text: string): number | undefined {
  const { length } = text;
  if (length < 20 || text.charCodeAt(length - 1) !== 90 || (length > 20 && text.charCodeAt(19) !== 46))
    return undefined;
  const whole = Date.parse(length === 20 ? text : `${text.slice(0, 19)}Z`);
  if (Number.isNaN(whole)) return undefined;
  return length === 20 ? whole : whole + Number(`0.${text.slice(20, length - 1)}`) * 1000;
}

export function timestampToJson(ms: number): string {
  const wholeMs = Math.floor(ms);
  const iso = new Date(wholeMs).toISOString();
  const nanos = Math.round((ms - wholeMs) * 1e6);
  if (nanos === 0) return iso;
  return `${iso.slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
}

function secondsAndNanos(json: unknown): number | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { seconds, nanos } = json as { seconds?: unknown; nanos?: unknown };
  const ms = Number(seconds ?? 0) * 1000 + Number(nanos ?? 0) / 1e6;
  return Number.isFinite(ms) ? ms : undefined;
}

function roundToNanos(ms: number): number {
  return Math.round(ms * 1e6) / 1e6;
}

function trimZeros(decimal: string): string {
  return decimal.replace(/\.?0+$/, '');
}

function badTime(expected: string, found: unknown): HistoryFormatError {
  return new HistoryFormatError('RFN1001', '', `expected ${expected}, found ${JSON.stringify(found)}`);
}
