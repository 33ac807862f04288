import { invalidArgument } from '../errors.js';

/** A time zone: offsets from UTC, by the platform's data. */
export interface Zone {
  offsetMs(atMs: number): number;
}

const utc: Zone = { offsetMs: () => 0 };
const zones = new Map<string, Zone>([
  ['', utc],
  ['UTC', utc],
]);

/** Throws an invalid-argument error when the name is unknown. */
export function zoneOf(name: string | undefined): Zone {
  const key = name ?? '';
  const known = zones.get(key);
  if (known) return known;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
      timeZone: key,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw invalidArgument(`timezone: '${key}' is not an IANA time zone name`);
  }
  const zone = { offsetMs: (atMs: number) => offsetBy(format, atMs) };
  zones.set(key, zone);
  return zone;
}

function offsetBy(format: Intl.DateTimeFormat, atMs: number): number {
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) part[type] = Number(value);
  const shown = Date.UTC(
    part['year']!,
    part['month']! - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return shown - Math.floor(atMs / 1000) * 1000;
}
