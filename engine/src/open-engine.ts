import type { ClientOptions } from './client/client.js';
import { Client } from './client/client.js';
import { InputError } from './errors.js';
import type { DirectTasks } from './service/direct-tasks.js';
import type { Service, ServiceOptions } from './service/open-service.js';
import { openService } from './service/open-service.js';
import { warningText } from './service/limit-warnings.js';
import { MemoryStore } from './store/memory-store.js';
import { openSqliteStore } from './store/sqlite-store.js';
import { defaultLogger } from './worker/logger.js';

export interface EngineOptions extends Omit<ServiceOptions, 'store'>, Omit<ClientOptions, 'connection'> {
  /** The database file; made when it does not exist. */
  readonly file?: string;
  /** Keep everything in memory: nothing survives the process. */
  readonly memory?: boolean;
  /** How long to wait for another process that uses the file. Default 0: an error at once. */
  readonly waitForOwnerMs?: number;
}

/** An engine of this process: a connection for clients and workers. */
export interface Engine extends AsyncDisposable {
  readonly service: Service;
  /** What a worker of this process uses besides `service`: see `Service.directTasks`. */
  directTasks(namespace?: string): DirectTasks;
  readonly client: Client;
  /** Waits until everything is stored; then the file is free for others. Shut workers down before. */
  close(): Promise<void>;
}

/** Opens an engine on a file or in memory. Throws a `StoreError` when the file cannot be used. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { file, memory, waitForOwnerMs } = options;
  if ((file === undefined) === !memory) {
    throw new InputError('RFN2017', "openEngine takes either 'file' or 'memory: true'");
  }
  const store =
    file === undefined
      ? new MemoryStore()
      : await openSqliteStore({ file, ...(waitForOwnerMs !== undefined && { waitForOwnerMs }) });
  let service: Service;
  try {
    service = openService({
      onLimitWarning: (warning) => defaultLogger.warn(warningText(warning)),
      retentionMs: Infinity,
      ...options,
      store,
    });
  } catch (error) {
    // It could not be read: it is free for others again.
    await store.close();
    throw error;
  }
  const { namespace, dataConverter, identity, interceptors, queryRejectCondition, newId } = options;
  const client = new Client({
    connection: { service },
    ...(namespace !== undefined && { namespace }),
    ...(dataConverter && { dataConverter }),
    ...(identity !== undefined && { identity }),
    ...(interceptors && { interceptors }),
    ...(queryRejectCondition && { queryRejectCondition }),
    ...(newId && { newId }),
  });
  return {
    service,
    directTasks: (name) => service.directTasks(name),
    client,
    close: () => service.close(),
    [Symbol.asyncDispose]: () => service.close(),
  };
}
