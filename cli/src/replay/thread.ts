import { parentPort, workerData } from 'node:worker_threads';
import { replayShare, type ReplayThreadInput } from './parallel.js';

await replayShare(workerData as ReplayThreadInput, (result) => parentPort?.postMessage(result));
