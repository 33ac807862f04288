import { durationToMs, type Duration } from '@refrain/engine/internal';
import { UsageError } from '../usage-error.js';

/** `90s`, `1h30m`, `1 day`: one length after the other, as Go and the SDKs write them. */
export function durationOf(option: string, text: string): number {
  const parts = text.match(/[\d.]+ *[a-z]+/gi) ?? [];
  try {
    if (parts.join('') !== text || parts.length === 0) throw new TypeError('not a duration');
    return parts.reduce((sum, part) => sum + durationToMs(part as Duration, option), 0);
  } catch (error) {
    throw new UsageError('RFN7031', `--${option} takes a duration such as 90s or 1h30m, not "${text}".`, {
      cause: error,
    });
  }
}
