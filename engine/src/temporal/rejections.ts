// The module's own: a test that fakes the global timers must not stop this.
import { setImmediate } from 'node:timers';
/**
 * Hears of rejections that nobody handles.
 *
 * Owns: one listener of the process, while somebody listens. Promises of nobody who listens go where they would go
 * without it.
 */
interface Hearer {
  readonly owns: (promise: unknown) => boolean;
  readonly heard: (error: unknown) => void;
}

const hearers = new Set<Hearer>();

function onRejection(error: unknown, promise: Promise<unknown>): void {
  for (const { owns, heard } of hearers) {
    if (owns(promise)) return heard(error);
  }
  if (process.listenerCount('unhandledRejection') > 1) return;
  // Nobody else listens: do what Node does without listeners.
  setImmediate(() => {
    throw error;
  });
}

/** Hears of the rejections of some promises; returns what ends it. */
export function listenForRejections(
  owns: (promise: unknown) => boolean,
  heard: (error: unknown) => void,
): () => void {
  const hearer = { owns, heard };
  if (hearers.size === 0) process.on('unhandledRejection', onRejection);
  hearers.add(hearer);
  return () => {
    hearers.delete(hearer);
    if (hearers.size === 0) process.off('unhandledRejection', onRejection);
  };
}
