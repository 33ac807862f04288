import type { ScheduleSpec } from '../api/schedules.js';
import { invalidArgument } from '../errors.js';
import type { Calendar } from './calendar.js';
import { calendarOf, matchesCalendar, nextCalendarTime } from './calendar.js';
import { nextCronTime, parseCron } from './cron.js';
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

/** Throws an invalid-argument error that names the field. */
export function compileSpec(spec: ScheduleSpec): CompiledSpec {
  const zone = zoneOf(spec.timezoneName);
  const calendars = (spec.structuredCalendar ?? []).map(calendarOf);
  const crons = (spec.cronString ?? []).map(parseCron).map((cron) => {
    return cron.type === 'calendar' && !cron.zone ? { ...cron, zone } : cron;
  });
  const intervals = (spec.interval ?? []).map(({ intervalMs, phaseMs = 0 }) => {
    if (!(intervalMs >= 1000))
      throw invalidArgument(`schedule spec: an interval must be at least 1 s, found ${intervalMs} ms`);
    if (!(phaseMs >= 0 && phaseMs < intervalMs)) {
      throw invalidArgument(`schedule spec: phase must be less than the interval, found ${phaseMs} ms`);
    }
    return { type: 'interval', intervalMs, phaseMs } as const;
  });
  if (!((spec.jitterMs ?? 0) >= 0)) throw invalidArgument(`schedule spec: jitter must not be negative`);
  return {
    sources: [
      ...calendars.map((calendar) => (afterMs: number) => nextCalendarTime(calendar, zone, afterMs)),
      ...[...crons, ...intervals].map((cron) => (afterMs: number) => nextCronTime(cron, afterMs)),
    ],
    excluded: (spec.excludeStructuredCalendar ?? []).map(calendarOf),
    zone,
    startMs: spec.startTimeMs ?? -Infinity,
    endMs: spec.endTimeMs ?? Infinity,
    jitterMs: spec.jitterMs ?? 0,
  };
}

/** Excluded times are tried in turn, at most so many (E10). */
const maximumSkips = 10_000;

/** The first time of the schedule after `afterMs`; without jitter. */
export function nextTime(spec: CompiledSpec, afterMs: number): number | undefined {
  let at = Math.max(afterMs, spec.startMs - 1);
  for (let skips = 0; skips < maximumSkips; skips++) {
    const times = spec.sources.map((source) => source(at)).filter((time) => time !== undefined);
    if (times.length === 0) return undefined;
    at = Math.min(...times);
    if (at > spec.endMs) return undefined;
    const time = at;
    if (!spec.excluded.some((calendar) => matchesCalendar(calendar, spec.zone, time))) return at;
  }
  return undefined;
}

/** The same time has the same jitter whenever it is asked for; it never reaches the next time. */
export function withJitter(spec: CompiledSpec, scheduleId: string, atMs: number): number {
  if (spec.jitterMs === 0) return atMs;
  const gapMs = (nextTime(spec, atMs) ?? Infinity) - atMs;
  return atMs + Math.floor(fraction(`${scheduleId}-${atMs}`) * Math.min(spec.jitterMs, gapMs));
}

/** FNV-1a with a final mix, as a fraction of 2^32. */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
