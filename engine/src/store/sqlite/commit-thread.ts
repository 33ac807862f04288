import { parentPort, workerData } from 'node:worker_threads';
import type { PackedBatch } from './committer.js';
import { unpack } from './committer.js';
import type { WriterOptions } from './open-committer.js';
import { openCommitter } from './open-committer.js';

/** Commits batches in a thread of its own, so that the event loop of the process never waits for the disk. */
const committer = await openCommitter(workerData as WriterOptions);

parentPort!.on('message', (batch: PackedBatch | 'close') => {
  if (batch === 'close') {
    committer.close();
    parentPort!.close();
    return;
  }
  try {
    committer.commit(unpack(batch));
    parentPort!.postMessage(undefined);
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    parentPort!.postMessage({ message, code });
  }
});
parentPort!.postMessage(undefined);
