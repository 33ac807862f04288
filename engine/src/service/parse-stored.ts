import { InputError } from '../errors.js';
import type { HistoryEvent } from '../history/event.js';

/** What the store gave back, parsed. Throws RFN2011 when it is not what was written. */
export function parseStored(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message =
      'the database file is damaged: what is stored of a run cannot be read; restore it from a copy';
    throw new InputError('RFN2011', message, { cause });
  }
}

export function parseEvents(text: string): HistoryEvent[] {
  return parseStored(text) as HistoryEvent[];
}
