import type { ScheduleSpec } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';
import type { Calendar } from './calendar.js';
import { calendarOf, matchesUntil, nextCalendarTime } from './calendar.js';
import { parseCronString } from './cron-string.js';
import type { Zone } from './zone.js';
import { zoneOf } from './zone.js';

/** A spec, ready to be asked for times. */
export interface CompiledSpec {
  readonly sources: readonly ((afterMs: number) => number | undefined)[];
  readonly excluded: readonly Calendar[];
  readonly zone: Zone;
  readonly startMs: number;
  readonly endMs: number;
  readonly jitterMs: number;
}

/**
 * The spec with its cron strings as calendars and intervals, which is how Temporal keeps and describes it. Throws an
 * invalid-argument error that names the field.
 */
export function canonicalSpec(spec: ScheduleSpec): ScheduleSpec {
  const { cronString = [], ...others } = spec;
  if (cronString.length === 0) return others;
  const crons = cronString.map(parseCronString);
  const zones = new Set(crons.map((cron) => cron.zoneName ?? ''));
  const [zoneName] = zones;
  const differs = zoneName && spec.timezoneName && spec.timezoneName !== zoneName;
  if (zones.size > 1 || differs) {
    throw invalidArgument('schedule spec: the cron strings and timezoneName name different time zones');
  }
  return {
    ...others,
    structuredCalendar: [...(spec.structuredCalendar ?? []), ...crons.flatMap((c) => c.calendar ?? [])],
    interval: [...(spec.interval ?? []), ...crons.flatMap((c) => c.interval ?? [])],
    ...(zoneName && { timezoneName: zoneName }),
  };
}

/** Throws an invalid-argument error that names the field. */
export function compileSpec(given: ScheduleSpec): CompiledSpec {
  const spec = canonicalSpec(given);
  const zone = zoneOf(spec.timezoneName);
  const calendars = (spec.structuredCalendar ?? []).map(calendarOf);
  const intervals = (spec.interval ?? []).map(({ intervalMs, phaseMs = 0 }) => {
    if (!(intervalMs >= 1000))
      throw invalidArgument(`schedule spec: an interval must be at least 1 s, found ${intervalMs} ms`);
    if (!(phaseMs >= 0 && phaseMs < intervalMs)) {
      throw invalidArgument(`schedule spec: phase must be less than the interval, found ${phaseMs} ms`);
    }
    return { intervalMs: wholeSeconds(intervalMs), phaseMs: wholeSeconds(phaseMs) };
  });
  const { startTimeMs: startMs = -Infinity, endTimeMs: endMs = Infinity } = spec;
  if (!(startMs <= endMs)) {
    throw invalidArgument('schedule spec: endTime must not be before startTime, and both must be times');
  }
  if (!((spec.jitterMs ?? 0) >= 0)) {
    throw invalidArgument(`schedule spec: jitter must not be negative, found ${spec.jitterMs} ms`);
  }
  return {
    sources: [
      ...calendars.map((calendar) => (afterMs: number) => nextCalendarTime(calendar, zone, afterMs)),
      ...intervals.map(({ intervalMs, phaseMs }) => (afterMs: number) => {
        return (Math.floor((afterMs - phaseMs) / intervalMs) + 1) * intervalMs + phaseMs;
      }),
    ],
    excluded: (spec.excludeStructuredCalendar ?? []).map(calendarOf),
    zone,
    startMs,
    endMs,
    jitterMs: spec.jitterMs ?? 0,
  };
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** Excluded times are tried in turn, at most so many (E10). */
const maximumSkips = 10_000;

/** The first time of the schedule after `afterMs`; without jitter. */
export function nextTime(spec: CompiledSpec, afterMs: number): number | undefined {
  let at = Math.max(afterMs, spec.startMs - 1);
  for (let skips = 0; skips < maximumSkips; skips++) {
    const next = anyTime(spec, at);
    if (next === undefined || next > spec.endMs) return undefined;
    const excludedUntil = spec.excluded.map(
      (calendar) => matchesUntil(calendar, spec.zone, next) ?? -Infinity,
    );
    at = Math.max(-Infinity, ...excludedUntil);
    if (at === -Infinity) return next;
  }
  return undefined;
}

/** The next time, though it may be excluded. */
function anyTime(spec: CompiledSpec, afterMs: number): number | undefined {
  const times = spec.sources.map((source) => source(afterMs)).filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The same time has the same jitter whenever it is asked for; it never reaches the next time. */
export function withJitter(spec: CompiledSpec, scheduleId: string, atMs: number): number {
  if (spec.jitterMs === 0) return atMs;
  const gapMs = (anyTime(spec, atMs) ?? Infinity) - atMs;
  return atMs + Math.floor(fraction(`${scheduleId}-${atMs}`) * Math.min(spec.jitterMs, gapMs));
}

/** FNV-1a with a final mix, as a fraction of 2^32. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
