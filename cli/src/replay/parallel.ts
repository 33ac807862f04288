import { Worker } from 'node:worker_threads';
import {
  findHistories,
  replayHistories,
  type HistorySource,
  type ReplayOptions,
  type ReplayResult,
} from '@refrain/engine';

export interface ReplayThreadInput {
  readonly options: ReplayOptions;
  readonly names: readonly string[];
  readonly cwd: string;
}

/**
 * Replays histories on `threads` threads (each bundles the code once) and returns the results in the order of the
 * sources. One thread means this one.
 */
export async function replayInParallel(
  options: ReplayOptions,
  sources: readonly HistorySource[],
  threads: number,
  cwd: string,
  onResult: () => void,
): Promise<ReplayResult[]> {
  const count = Math.max(1, Math.min(Math.floor(threads), sources.length));
  if (count === 1) {
    const results: ReplayResult[] = [];
    for await (const result of replayHistories(options, sources)) {
      results.push(result);
      onResult();
    }
    return results;
  }
  // Dealt out in turn, so that a folder of large histories does not fall to one thread.
  const shares = Array.from({ length: count }, (_, share) =>
    sources.filter((_source, index) => index % count === share),
  );
  const byShare = await Promise.all(
    shares.map((share) => replayOnThread({ options, names: share.map(({ name }) => name), cwd }, onResult)),
  );
  return sources.map((_source, index) => byShare[index % count]![Math.floor(index / count)]!);
}

function replayOnThread(input: ReplayThreadInput, onResult: () => void): Promise<ReplayResult[]> {
  return new Promise((resolve, reject) => {
    const results: ReplayResult[] = [];
    const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: input });
    worker.on('message', (result: ReplayResult) => {
      results.push(result);
      onResult();
    });
    worker.on('error', reject);
    worker.on('exit', () => resolve(results));
  });
}

/** The thread's half: replays its share and posts each result. */
export async function replayShare(
  input: ReplayThreadInput,
  post: (result: ReplayResult) => void,
): Promise<void> {
  const sources = await findHistories(input.names, input.cwd);
  for await (const result of replayHistories(input.options, sources)) post(result);
}
