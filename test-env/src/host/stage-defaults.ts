import type { Random } from '@refrain/engine/internal';
import { TestConfigError } from '../errors.js';
import { seededRandom } from '../explore/random.js';

/** A point of time as people write it, in milliseconds since the epoch. */
export function nowOf(time: Date | number | string | undefined): number {
  if (time === undefined) return Date.now();
  const ms = typeof time === 'number' ? time : new Date(time).getTime();
  // In histories, a time of 0 is one that is not set.
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw new TestConfigError(
    'RFN4001',
    `${String(time)} is not a point of time after 1970 began: pass a Date, milliseconds or ISO text`,
  );
}

/** Ids and jitter of a service, the same for the same seed. */
export function seededRandomOf(seed = 1): Random {
  const number = seededRandom(seed);
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => Math.floor(number() * 16).toString(16)).join('');
  return { number, uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}` };
}
