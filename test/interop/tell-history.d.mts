/** One line an event. */
export function tellHistory(events: readonly unknown[], prefix: string): readonly string[];
/** The history without the order in which independent things came. */
export function strandsOf(events: readonly unknown[], prefix: string): readonly string[];
