import { parentPort, workerData } from 'node:worker_threads';
import { Committer, unpack } from './committer.js';
import type { PackedBatch } from './committer.js';
import { openConnection } from './connection.js';

/** The thread that writes: the event loop of the process never waits for the disk. */
const { path, epoch } = workerData as { path: string; epoch: number };
const committer = new Committer(openConnection(path), epoch);

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
