import { Worker } from 'node:worker_threads';
import type {
  DueRun,
  RunCount,
  RunPage,
  RunRecord,
  Store,
  StoredRun,
  StoredSchedule,
  WriteBatch,
} from '../service/store.js';
import type { VisibilityQuery } from '../service/visibility/query.js';
import { flatten, pack, recordColumns } from './sqlite/committer.js';
import { openConnection } from './sqlite/connection.js';
import type { WriterOptions } from './sqlite/open-committer.js';
import { openCommitter } from './sqlite/open-committer.js';
import type { Database, Row, Statement } from './sqlite/database.js';
import { firstRow, rows } from './sqlite/database.js';
import { StoreError, storeErrorOf } from './sqlite/errors.js';
import { beginEpoch, takeLock } from './sqlite/lease.js';
import { prepareSchema } from './sqlite/schema.js';
import { columnOf, conditionOf, hasTimeRange } from './sqlite/visibility-sql.js';

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
  const lock = await takeLock(file, waitForOwnerMs);
  let reader: Database | undefined;
  try {
    reader = openConnection(file);
    prepareSchema(reader, file);
    const epoch = beginEpoch(reader);
    const openWriter = commitIn === 'thread' ? threadWriter : loopWriter;
    const writer = await openWriter({ path: file, epoch, connection });
    return new SqliteStore(file, reader, writer, lock);
  } catch (error) {
    reader?.close();
    lock.release();
    throw storeErrorOf(error, file);
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
 * 1. One transaction is under way at a time; what is asked for meanwhile shares the next one (group commit).
 * 2. A commit begins when the event loop has run what is ready to run, so that work that follows at once (the
 *    workflow task after an activity's result) is in the same transaction.
 */
export class SqliteStore implements Store {
  readonly #file: string;
  readonly #reader: Database;
  readonly #writer: Writer;
  readonly #lock: { release(): void };
  readonly #statements = new Map<string, Statement>();
  #underWay = false;
  #next: (() => void) | undefined;

  constructor(file: string, reader: Database, writer: Writer, lock: { release(): void }) {
    this.#file = file;
    this.#reader = reader;
    this.#writer = writer;
    this.#lock = lock;
  }

  requestCommit(collect: () => WriteBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        this.#underWay = true;
        this.#writer.commit(collect()).then(
          () => this.#ended(resolve),
          (error: unknown) => this.#ended(() => reject(storeErrorOf(error, this.#file) as Error)),
        );
      };
      if (this.#underWay || this.#next) this.#next = begin;
      else {
        this.#underWay = true;
        afterReadyWork(begin);
      }
    });
  }

  #ended(settle: () => void): void {
    this.#underWay = false;
    settle();
    const next = this.#next;
    this.#next = undefined;
    if (!next) return;
    this.#underWay = true;
    afterReadyWork(next);
  }

  lastRunKey(): number {
    return Number(firstRow(this.#prepare('SELECT max(run) AS run FROM runs'))?.['run'] ?? 0);
  }

  readRun(run: number): StoredRun | undefined {
    const row = firstRow(this.#prepare(`SELECT ${recordColumns.join(', ')} FROM runs WHERE run = ?`), run);
    if (!row) return undefined;
    const stored = rows(this.#prepare('SELECT key, body FROM transient WHERE run = ?'), run);
    const transient = new Map(stored.map((r) => [String(r['key']), String(r['body'])]));
    const dueMs = row['due_ms'] === null ? Infinity : Number(row['due_ms']);
    return { record: recordOfRow(row), dueMs, transient };
  }

  runKeyOf(runId: string): number | undefined {
    return numberOf(firstRow(this.#prepare('SELECT run FROM runs WHERE run_id = ?'), runId), 'run');
  }

  currentRunKey(workflowId: string): number | undefined {
    const newest = 'SELECT run FROM runs WHERE workflow_id = ? ORDER BY run DESC LIMIT 1';
    return numberOf(firstRow(this.#prepare(newest), workflowId), 'run');
  }

  readEvents(run: number, fromEventId: number): readonly string[] {
    // The batch that holds the first event wanted may begin before it.
    const sql = `SELECT body FROM events WHERE run = ?1 AND first_event_id >= ifnull(
      (SELECT max(first_event_id) FROM events WHERE run = ?1 AND first_event_id <= ?2), 0) ORDER BY first_event_id`;
    return rows(this.#prepare(sql), run, fromEventId).map((r) => String(r['body']));
  }

  runsWithTasks(afterRun: number, limit: number): readonly number[] {
    const sql = 'SELECT run FROM runs WHERE has_tasks = 1 AND run > ? ORDER BY run LIMIT ?';
    return rows(this.#prepare(sql), afterRun, limit).map((r) => Number(r['run']));
  }

  dueRuns(after: DueRun, limit: number): readonly DueRun[] {
    const sql =
      'SELECT due_ms, run FROM runs WHERE due_ms IS NOT NULL AND (due_ms, run) > (?, ?) ORDER BY due_ms, run LIMIT ?';
    const from = Math.max(after.dueMs, -Number.MAX_VALUE);
    return rows(this.#prepare(sql), from, after.run, limit).map((r) => ({
      dueMs: Number(r['due_ms']),
      run: Number(r['run']),
    }));
  }

  listRuns(query: VisibilityQuery, after: string | undefined, limit: number): RunPage {
    const { sql, values } = listSql(query);
    const offset = Number(after ?? 0);
    const found = rows(this.#prepare(sql), ...values, limit + 1, offset);
    const next = found.length > limit ? String(offset + limit) : undefined;
    return { records: found.slice(0, limit).map(recordOfRow), next };
  }

  countRuns(query: VisibilityQuery): readonly RunCount[] {
    const { sql, values } = query.filter ? conditionOf(query.filter) : { sql: '1', values: [] };
    if (!query.groupBy) {
      const row = firstRow(this.#prepare(`SELECT count(*) AS n FROM runs WHERE ${sql}`), ...values);
      return [{ group: undefined, count: Number(row?.['n']) }];
    }
    const group = columnOf(query.groupBy);
    const grouped = `SELECT ${group} AS g, count(*) AS n FROM runs WHERE ${sql} GROUP BY g ORDER BY g`;
    return rows(this.#prepare(grouped), ...values).map((r) => ({
      group: String(r['g'] ?? ''),
      count: Number(r['n']),
    }));
  }

  readSchedule(scheduleId: string): string | undefined {
    const row = firstRow(this.#prepare('SELECT body FROM schedules WHERE schedule_id = ?'), scheduleId);
    return row && String(row['body']);
  }

  listSchedules(afterId: string, limit: number): readonly StoredSchedule[] {
    const sql = 'SELECT schedule_id, body FROM schedules WHERE schedule_id > ? ORDER BY schedule_id LIMIT ?';
    return rows(this.#prepare(sql), afterId, limit).map((r) => ({
      scheduleId: String(r['schedule_id']),
      text: String(r['body']),
    }));
  }

  dueSchedules(): readonly { readonly scheduleId: string; readonly dueMs: number }[] {
    const sql = 'SELECT schedule_id, due_ms FROM schedules WHERE due_ms IS NOT NULL';
    return rows(this.#prepare(sql)).map((r) => ({
      scheduleId: String(r['schedule_id']),
      dueMs: Number(r['due_ms']),
    }));
  }

  /** How SQLite would carry out a query: for the test that holds the indexes. */
  explain(query: VisibilityQuery): readonly string[] {
    const { sql, values } = listSql(query);
    return rows(this.#prepare(`EXPLAIN QUERY PLAN ${sql}`), ...values, 10, 0).map((r) => String(r['detail']));
  }

  async close(): Promise<void> {
    await this.#writer.close();
    this.#statements.clear();
    this.#reader.close();
    this.#lock.release();
  }

  /** Statements by text, at most `maximumStatements` of them (E10). */
  #prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      if (this.#statements.size >= maximumStatements) this.#statements.clear();
      statement = this.#reader.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

const maximumStatements = 200;

function listSql(query: VisibilityQuery) {
  const { sql, values } = query.filter ? conditionOf(query.filter) : { sql: '1', values: [] };
  const order = query.orderBy.map(
    ({ field, descending }) => `${columnOf(field)}${descending ? ' DESC' : ''}`,
  );
  // The newest first. With `+`, SQLite does not read the whole table backwards for the sake of this order.
  const newest = query.filter && hasTimeRange(query.filter) ? '+run DESC' : 'run DESC';
  const orderBy = [...order, newest].join(', ');
  const columns = recordColumns.join(', ');
  return { sql: `SELECT ${columns} FROM runs WHERE ${sql} ORDER BY ${orderBy} LIMIT ? OFFSET ?`, values };
}

function numberOf(row: Row | undefined, column: string): number | undefined {
  return row ? Number(row[column]) : undefined;
}

function recordOfRow(row: Row): RunRecord {
  const text = (name: string) => String(row[name]);
  const optional = (name: string) =>
    row[name] === null || row[name] === undefined ? undefined : String(row[name]);
  return {
    run: Number(row['run']),
    workflowId: text('workflow_id'),
    runId: text('run_id'),
    workflowType: text('workflow_type'),
    taskQueue: text('task_queue'),
    status: text('status') as RunRecord['status'],
    startTimeMs: Number(row['start_ms']),
    executionTimeMs: Number(row['execution_ms']),
    closeTimeMs: row['close_ms'] === null ? undefined : Number(row['close_ms']),
    historyLength: Number(row['history_length']),
    historySizeBytes: Number(row['history_bytes']),
    parentWorkflowId: optional('parent_workflow_id'),
    parentRunId: optional('parent_run_id'),
    rootWorkflowId: optional('root_workflow_id'),
    rootRunId: optional('root_run_id'),
    firstRunId: text('first_run_id'),
    memo: JSON.parse(text('memo')) as RunRecord['memo'],
    searchAttributes: JSON.parse(text('search_attributes')) as RunRecord['searchAttributes'],
    buildId: optional('build_id'),
    pinned: row['pinned'] === 1,
  };
}
