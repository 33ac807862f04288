import { normalizeText } from '../history/normalize.js';
import { timeline } from '../history/timeline.js';
import { eventsOf, isHistory } from './subject.js';

/**
 * Snapshots of histories as their timelines: times since the start, no event ids, no workflow tasks, ids that were
 * made at random replaced by numbered names. The same in every run and on every machine.
 */
export const historySerializer = {
  test: (value: unknown): boolean => isHistory(value),
  serialize: (value: unknown): string => {
    const events = eventsOf(value);
    if (events instanceof Promise) throw new TypeError('a history has its events at hand');
    return normalizeText(timeline(events, { eventIds: false }));
  },
};
