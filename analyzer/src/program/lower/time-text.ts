import type { Slot } from '../../graph/ir.js';

/** A part that is known, or the slot of one that is not. */
export type TextPart = string | Slot;

const hole = '\0';

/** A clock (`:30`, `T`), a date with slashes, the name of a month: what the host reads in its own zone. */
const looksLikeTime =
  /[\d\0]:[\d\0]|[\d\0]T[\d\0]|[\d\0]\/[\d\0]+\/[\d\0]|\b(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/;

/** The parts of a text that is put together, where they look like a time; other texts need not be kept. */
export function timeText(parts: readonly TextPart[]): readonly TextPart[] | undefined {
  const merged: TextPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (typeof part === 'string' && typeof last === 'string') merged[merged.length - 1] = last + part;
    else if (part !== '') merged.push(part);
  }
  const text = merged.map((part) => (typeof part === 'string' ? part : hole)).join('');
  return text.length < 80 && text.includes(hole) && looksLikeTime.test(text) ? merged : undefined;
}
