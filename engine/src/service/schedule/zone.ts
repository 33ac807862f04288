import { invalidArgument } from '../errors.js';

/** A time as a calendar in some zone shows it; `dayOfWeek` 0 is Sunday. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

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

/**
 * The instant at which clocks of the zone show `civil`; `undefined` when they never do (a gap of summer time).
 * Of two such instants the first is meant.
 */
export function instantOf(zone: Zone, civil: CivilTime): number | undefined {
  const asUtc = Date.UTC(civil.year, civil.month - 1, civil.day, civil.hour, civil.minute, civil.second);
  const candidates = [asUtc - 86_400_000, asUtc + 86_400_000].map((at) => asUtc - zone.offsetMs(at));
  candidates.sort((a, b) => a - b);
  return candidates.find((at) => at + zone.offsetMs(at) === asUtc);
}
