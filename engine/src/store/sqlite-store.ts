import { Worker } from 'node:worker_threads';
import type { RootStore, Store, StoredNamespace, WriteBatch } from '../service/store.js';
import { flatten, pack } from './sqlite/committer.js';
import { openConnection } from './sqlite/connection.js';
import type { WriterOptions } from './sqlite/open-committer.js';
import { openCommitter } from './sqlite/open-committer.js';
import type { Database } from './sqlite/database.js';
import { bytesOf, rows, textOf } from './sqlite/database.js';
import { StoreError, storeErrorOf } from './sqlite/errors.js';
import { checkHead } from './sqlite/file-head.js';
import { beginEpoch, openingError, takeLock } from './sqlite/lease.js';
import { reportingDatabase } from './sqlite/reporting-database.js';
import { prepareSchema } from './sqlite/schema.js';
import { NamespaceReader } from './sqlite/namespace-reader.js';

export interface SqliteStoreOptions {
  readonly file: string;
  /** How long to wait for another process that owns the file. 0: not at all. */
  readonly waitForOwnerMs?: number;
  /** Where commits are made: in a thread of their own (default), or in the event loop. */
  readonly commitIn?: 'thread' | 'loop';
  /** The module that opens the writer's connection, as `sqlite/connection.js` does; tests give one that fails. */
  readonly connection?: string;
}

/** Opens or creates a database file; throws a `StoreError` when it cannot be used. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { file, waitForOwnerMs = 0, commitIn = 'thread', connection = ownConnection } = options;
  try {
    checkHead(file);
  } catch (error) {
    throw storeErrorOf(error, file);
  }
  const lock = await takeLock(file, waitForOwnerMs);
  let reader: Database | undefined;
  try {
    reader = reportingDatabase(openConnection(file), file);
    prepareSchema(reader, file);
    const epoch = beginEpoch(reader);
    const openWriter = commitIn === 'thread' ? threadWriter : loopWriter;
    const writer = await openWriter({ path: file, epoch, connection });
    return new SqliteStore(file, reader, writer, lock);
  } catch (error) {
    reader?.close();
    lock.release();
    throw openingError(error, file);
  }
}

interface Writer {
  commit(batch: WriteBatch): Promise<void>;
  close(): Promise<void>;
}

const ownConnection = new URL('./sqlite/connection.js', import.meta.url).href;

async function loopWriter(options: WriterOptions): Promise<Writer> {
  const committer = await openCommitter(options);
  return {
    commit: async (batch) => committer.commit(flatten(batch)),
    close: async () => committer.close(),
  };
}

async function threadWriter(options: WriterOptions): Promise<Writer> {
  const thread = new Worker(new URL('./sqlite/commit-thread.js', import.meta.url), {
    workerData: options,
    // Flags of the process (`--input-type`, `--import`) are not meant for this thread.
    execArgv: [],
  });
  let settle: { resolve(): void; reject(error: unknown): void } | undefined;
  /** Why the thread has ended; it takes no more commits then. */
  let ended: Error | undefined;
  const end = (error: Error) => {
    ended ??= error;
    settle?.reject(ended);
    settle = undefined;
  };
  thread.on('message', (failure: { message: string; code?: string } | undefined) => {
    const waiting = settle;
    settle = undefined;
    if (!failure) waiting?.resolve();
    else if (failure.code?.startsWith('RFN')) waiting?.reject(new StoreError(failure.code, failure.message));
    else waiting?.reject(failure);
  });
  thread.on('error', end);
  thread.on('exit', () => end(new Error('the thread that writes has ended')));
  // Its first message says that it has opened the file.
  await new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  // Waiting for a commit keeps the process alive, an idle thread does not.
  thread.unref();
  return {
    commit: (batch) =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        thread.ref();
        const done = () => thread.unref();
        settle = {
          resolve: () => (done(), resolve()),
          reject: (error) => (done(), reject(error as Error)),
        };
        thread.postMessage(pack(batch));
      }),
    close: () =>
      new Promise((resolve) => {
        if (ended) return resolve();
        thread.ref();
        thread.once('exit', () => resolve());
        thread.postMessage('close');
      }),
  };
}

/**
 * Two turns: the work that follows at once asks for a turn of its own (a batch of activations), later than the commit
 * was asked for.
 */
function afterReadyWork(call: () => void): void {
  setImmediate(() => setImmediate(call));
}

/**
 * Owns a database file: the connection that reads, the writer, and the lock.
 *
 * 1. One transaction is under way at a time; what is asked for meanwhile shares the next one (group commit),
 *    whichever namespace it is for.
 * 2. A commit begins when the event loop has run what is ready to run, or when it is told to (`flush`), so that work
 *    that follows at once (the workflow task after an activity's result) is in the same transaction.
 * 3. After a transaction the next one begins before anybody is told of the first: the writer and the event loop work at
 *    the same time. After one that failed nothing is begun before everybody has been told.
 */
export class SqliteStore extends NamespaceReader implements RootStore {
  readonly #file: string;
  readonly #reader: Database;
  readonly #writer: Writer;
  readonly #lock: { release(): void };
  readonly #partitions = new Map<number, Partition>();
  /** What the writer does: nothing, waits for ready work, or commits. */
  #phase: 'idle' | 'gathering' | 'committing' = 'idle';
  #gathering = 0;
  #waiting: CommitRequest[] = [];

  constructor(file: string, reader: Database, writer: Writer, lock: { release(): void }) {
    super(reader, 0);
    this.#file = file;
    this.#reader = reader;
    this.#writer = writer;
    this.#lock = lock;
  }

  requestCommit(collect: () => WriteBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ collect, resolve, reject });
      this.#beginSoon();
    });
  }

  flush(): void {
    if (this.#phase === 'gathering') this.#begin();
  }

  #beginSoon(): void {
    if (this.#phase !== 'idle' || this.#waiting.length === 0) return;
    this.#phase = 'gathering';
    const turn = ++this.#gathering;
    afterReadyWork(() => {
      if (this.#phase === 'gathering' && turn === this.#gathering) this.#begin();
    });
  }

  #begin(): void {
    this.#phase = 'committing';
    const sharing = this.#waiting;
    this.#waiting = [];
    this.#writer.commit(merged(sharing.map(({ collect }) => collect()))).then(
      () => {
        this.#phase = 'idle';
        // The writer goes on at once, while what this commit allows is done.
        if (this.#waiting.length > 0) this.#begin();
        for (const request of sharing) request.resolve();
      },
      (error: unknown) => {
        this.#phase = 'idle';
        for (const request of sharing) request.reject(storeErrorOf(error, this.#file));
        this.#beginSoon();
      },
    );
  }

  listNamespaces(): readonly StoredNamespace[] {
    const sql = `SELECT key, ${bytesOf('name')} AS n, ${bytesOf('body')} AS b FROM namespaces ORDER BY key`;
    return rows(this.#reader.prepare(sql)).map((r) => ({
      key: Number(r['key']),
      name: textOf(r['n']),
      text: textOf(r['b']),
    }));
  }

  partition(namespaceKey: number): Store {
    if (namespaceKey === 0) return this;
    let partition = this.#partitions.get(namespaceKey);
    if (!partition) {
      partition = new Partition(this, this.#reader, namespaceKey);
      this.#partitions.set(namespaceKey, partition);
    }
    return partition;
  }

  async close(): Promise<void> {
    await this.#writer.close();
    for (const reader of [this, ...this.#partitions.values()]) reader.clear();
    emptyLog(this.#reader);
    this.#reader.close();
    this.#lock.release();
  }
}

/**
 * Brings all that is in the log into the file, which is then whole by itself: a connection of libsql does not do so when it
 * is closed. Where that is not possible (the disk is full, another program reads) the next owner reads the log.
 */
function emptyLog(database: Database): void {
  try {
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    return;
  }
}

interface CommitRequest {
  readonly collect: () => WriteBatch;
  resolve(): void;
  reject(error: unknown): void;
}

function merged(batches: readonly WriteBatch[]): WriteBatch {
  if (batches.length === 1) return batches[0]!;
  return {
    runs: batches.flatMap((b) => b.runs),
    schedules: batches.flatMap((b) => b.schedules),
    namespaces: batches.flatMap((b) => b.namespaces ?? []),
  };
}

/** The part of a file that holds one of the other namespaces. Commits are the file's. */
class Partition extends NamespaceReader implements Store {
  readonly #root: SqliteStore;
  readonly #key: number;

  constructor(root: SqliteStore, reader: Database, key: number) {
    super(reader, key);
    this.#root = root;
    this.#key = key;
  }

  requestCommit(collect: () => WriteBatch): Promise<void> {
    return this.#root.requestCommit(() => {
      const { runs, schedules } = collect();
      return { runs, schedules: schedules.map((s) => ({ ...s, namespaceKey: this.#key })) };
    });
  }

  flush(): void {
    this.#root.flush();
  }

  async close(): Promise<void> {}
}
