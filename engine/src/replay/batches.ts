import type { HistoryEvent } from '../history/event.js';
import { readHistory } from '../history/files/read.js';
import type { HistorySource } from './replay-history.js';

/** A source whose content was read, or why it could not be. */
export interface ReadSource {
  readonly source: HistorySource;
  readonly events?: readonly HistoryEvent[];
  readonly error?: unknown;
}

/** So many histories are replayed together at most, and no more once they have so many events. */
const MAX_HISTORIES = 32;
const MAX_EVENTS = 700;

export async function readSource(source: HistorySource): Promise<ReadSource> {
  try {
    const { history } = source;
    const content = typeof history === 'function' ? await (history as () => unknown)() : history;
    return { source, events: await readHistory(content) };
  } catch (error) {
    return { source, error };
  }
}

/** Histories in their order, as many together as are at hand: who waits for a slow source gets what there is. */
export async function* inBatches(
  sources: AsyncIterable<HistorySource> | Iterable<HistorySource>,
): AsyncGenerator<readonly ReadSource[], void, undefined> {
  const iterator =
    Symbol.asyncIterator in sources ? sources[Symbol.asyncIterator]() : sources[Symbol.iterator]();
  let batch: ReadSource[] = [];
  let events = 0;
  let isDone = false;
  try {
    for (;;) {
      const next = Promise.resolve(iterator.next());
      if (
        batch.length > 0 &&
        (events >= MAX_EVENTS || batch.length >= MAX_HISTORIES || !(await isAtHand(next)))
      ) {
        yield batch;
        [batch, events] = [[], 0];
      }
      const result = await next;
      isDone = result.done === true;
      if (result.done) break;
      const read = await readSource(result.value);
      batch.push(read);
      events += read.events?.length ?? 0;
    }
    if (batch.length > 0) yield batch;
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

function isAtHand(next: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const settled = () => resolve(true);
    next.then(settled, settled);
    setImmediate(() => resolve(false));
  });
}
