/**
 * `@refrain/engine/temporal`: workflows and activities written against Refrain's API, on a Temporal cluster, by the
 * project's own `@temporalio/worker`.
 */
export {
  createTemporalWorker,
  temporalWorkerOptions,
  type TemporalConnectionOptions,
  type TemporalWorkerOptions,
} from './temporal-worker.js';
