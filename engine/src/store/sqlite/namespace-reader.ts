import { runKeysPerNamespace } from '../run-keys.js';
import type {
  DueRun,
  RunCount,
  RunPage,
  RunRecord,
  Store,
  StoredRun,
  StoredRunKey,
  StoredSchedule,
} from '../../service/store.js';
import type { PagePosition } from '../../service/visibility/page.js';
import type { Comparable, VisibilityQuery } from '../../service/visibility/query.js';
import { numberColumns, recordColumns } from './committer.js';
import type { Database, Row, Statement } from './database.js';
import { bytesIfText, bytesOf, firstRow, rows, textOf, valueOf } from './database.js';
import { behind, columnOf, conditionOf, hasRange } from './visibility-sql.js';

/** Owns the prepared statements that read the runs and schedules of one namespace. */
export class NamespaceReader implements Omit<Store, 'requestCommit' | 'close'> {
  readonly #reader: Database;
  readonly #statements = new Map<string, Statement>();
  readonly #namespaceKey: number;
  /** The first and the last key that a run of the namespace may have. */
  readonly #runs: readonly [number, number];

  constructor(reader: Database, namespaceKey: number) {
    this.#reader = reader;
    this.#namespaceKey = namespaceKey;
    const first = namespaceKey * runKeysPerNamespace;
    this.#runs = [first, first + runKeysPerNamespace - 1];
  }

  lastRunKey(): number {
    const newest = 'SELECT max(run) AS run FROM runs WHERE run BETWEEN ? AND ?';
    return Number(firstRow(this.#prepare(newest), ...this.#runs)?.['run'] ?? this.#runs[0]);
  }

  readRun(run: number): StoredRun | undefined {
    if (!this.#isOurs(run)) return undefined;
    const row = firstRow(this.#prepare(`SELECT ${readColumns} FROM runs WHERE run = ?`), run);
    if (!row) return undefined;
    const sql = `SELECT ${bytesOf('key')} AS k, ${bytesOf('body')} AS b FROM transient WHERE run = ?`;
    const stored = rows(this.#prepare(sql), run);
    const transient = new Map(stored.map((r) => [textOf(r['k']), textOf(r['b'])]));
    const dueMs = row['due_ms_number'] === null ? Infinity : Number(row['due_ms_number']);
    return { record: recordOfRow(row), dueMs, transient };
  }

  runKeyOf(runId: string): number | undefined {
    const run = numberOf(firstRow(this.#prepare('SELECT run FROM runs WHERE run_id = ?'), runId), 'run');
    return run !== undefined && this.#isOurs(run) ? run : undefined;
  }

  currentRunKey(workflowId: string): number | undefined {
    const newest =
      'SELECT run FROM runs WHERE workflow_id = ? AND run BETWEEN ? AND ? ORDER BY run DESC LIMIT 1';
    return numberOf(firstRow(this.#prepare(newest), workflowId, ...this.#runs), 'run');
  }

  readEvents(run: number, fromEventId: number): readonly string[] {
    // The batch that holds the first event wanted may begin before it.
    const sql = `SELECT ${bytesOf('body')} AS b FROM events WHERE run = ?1 AND first_event_id >= ifnull(
      (SELECT max(first_event_id) FROM events WHERE run = ?1 AND first_event_id <= ?2), 0) ORDER BY first_event_id`;
    return rows(this.#prepare(sql), run, fromEventId).map((r) => textOf(r['b']));
  }

  runsWithTasks(afterRun: number, limit: number): readonly number[] {
    const sql =
      'SELECT run FROM runs WHERE has_tasks = 1 AND run > ? AND run BETWEEN ? AND ? ORDER BY run LIMIT ?';
    return rows(this.#prepare(sql), afterRun, ...this.#runs, limit).map((r) => Number(r['run']));
  }

  runsAfter(afterRun: number, limit: number): readonly StoredRunKey[] {
    const sql = 'SELECT run, close_ms FROM runs WHERE run > ? AND run BETWEEN ? AND ? ORDER BY run LIMIT ?';
    return rows(this.#prepare(sql), afterRun, ...this.#runs, limit).map((r) => ({
      run: Number(r['run']),
      closeTimeMs: r['close_ms'] === null ? undefined : Number(r['close_ms']),
    }));
  }

  dueRuns(after: DueRun, limit: number): readonly DueRun[] {
    const sql = `SELECT CAST(due_ms AS REAL) AS due, run FROM runs WHERE due_ms IS NOT NULL AND (due_ms, run) > (?, ?)
      AND +run BETWEEN ? AND ? ORDER BY due_ms, run LIMIT ?`;
    const from = Math.max(after.dueMs, -Number.MAX_VALUE);
    return rows(this.#prepare(sql), from, after.run, ...this.#runs, limit).map((r) => ({
      dueMs: Number(r['due']),
      run: Number(r['run']),
    }));
  }

  listRuns(query: VisibilityQuery, after: PagePosition | undefined, limit: number): RunPage {
    const { sql, values } = listSql(query, after);
    const found = rows(this.#prepare(sql), ...this.#runs, ...values, limit + 1);
    const page = found.slice(0, limit);
    const next = found.length > limit ? positionOf(page[page.length - 1]!, query) : undefined;
    return { records: page.map(recordOfRow), next };
  }

  countRuns(query: VisibilityQuery): readonly RunCount[] {
    const { sql, values } = query.filter ? conditionOf(query.filter) : { sql: '1', values: [] };
    if (!query.groupBy) {
      const row = firstRow(
        this.#prepare(`SELECT count(*) AS n FROM runs WHERE run BETWEEN ? AND ? AND (${sql})`),
        ...this.#runs,
        ...values,
      );
      return [{ group: undefined, count: Number(row?.['n']) }];
    }
    const group = columnOf(query.groupBy);
    const grouped = `SELECT ${group} AS g, count(*) AS n FROM runs WHERE run BETWEEN ? AND ? AND (${sql}) GROUP BY g`;
    const safe = `SELECT ${bytesIfText('g')} AS g, n FROM (${grouped}) ORDER BY g`;
    return rows(this.#prepare(safe), ...this.#runs, ...values).map((r) => ({
      group: textOf(r['g'] ?? ''),
      count: Number(r['n']),
    }));
  }

  readSchedule(scheduleId: string): string | undefined {
    const row = firstRow(
      this.#prepare(`SELECT ${bytesOf('body')} AS b FROM schedules WHERE namespace = ? AND schedule_id = ?`),
      this.#namespaceKey,
      scheduleId,
    );
    return row && textOf(row['b']);
  }

  listSchedules(afterId: string, limit: number): readonly StoredSchedule[] {
    const sql = `SELECT ${bytesOf('schedule_id')} AS id, ${bytesOf('body')} AS b FROM schedules
      WHERE namespace = ? AND schedule_id > ? ORDER BY schedule_id LIMIT ?`;
    return rows(this.#prepare(sql), this.#namespaceKey, afterId, limit).map((r) => ({
      scheduleId: textOf(r['id']),
      text: textOf(r['b']),
    }));
  }

  dueSchedules(): readonly { readonly scheduleId: string; readonly dueMs: number }[] {
    const sql = `SELECT ${bytesOf('schedule_id')} AS id, CAST(due_ms AS REAL) AS due FROM schedules
      WHERE namespace = ? AND due_ms IS NOT NULL`;
    return rows(this.#prepare(sql), this.#namespaceKey).map((r) => ({
      scheduleId: textOf(r['id']),
      dueMs: Number(r['due']),
    }));
  }

  /** How SQLite would carry out a query: for the test that holds the indexes. */
  explain(query: VisibilityQuery, after?: PagePosition): readonly string[] {
    const { sql, values } = listSql(query, after);
    return rows(this.#prepare(`EXPLAIN QUERY PLAN ${sql}`), ...this.#runs, ...values, 10).map((r) =>
      String(r['detail']),
    );
  }

  #isOurs(run: number): boolean {
    return run >= this.#runs[0] && run <= this.#runs[1];
  }

  /** Forgets the statements: the connection closes. */
  clear(): void {
    this.#statements.clear();
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

function listSql(query: VisibilityQuery, after: PagePosition | undefined) {
  const filter = query.filter ? conditionOf(query.filter) : { sql: '1', values: [] };
  const order = query.orderBy.map(
    ({ field, descending }) => `${columnOf(field)}${descending ? ' DESC' : ''}`,
  );
  // The newest first. With `+`, SQLite does not read all runs of the namespace for the sake of key and order.
  const run = query.filter && hasRange(query.filter) ? '+run' : 'run';
  const rest = after && behind(query, after, run);
  const newest = `${run} DESC`;
  const orderBy = [...order, newest].join(', ');
  const ordering = query.orderBy.map(({ field }, i) => `${bytesIfText(columnOf(field))} AS order_${i}`);
  const columns = [readColumns, ...ordering].join(', ');
  const where = `${run} BETWEEN ? AND ? AND (${filter.sql})${rest ? ` AND (${rest.sql})` : ''}`;
  return {
    sql: `SELECT ${columns} FROM runs WHERE ${where} ORDER BY ${orderBy} LIMIT ?`,
    values: [...filter.values, ...(rest?.values ?? [])],
  };
}

function positionOf(row: Row, { orderBy }: VisibilityQuery): PagePosition {
  const values = orderBy.map((_, i) => valueOf(row[`order_${i}`]) as Comparable | null);
  return { run: Number(row['run']), values };
}

/**
 * The columns of a run, by names of their own, so that conditions and orders mean the columns themselves. Numbers are
 * made sure of: in a damaged file there may be text in their place.
 */
const readColumns = recordColumns
  .map((name) => {
    if (name === 'run') return name;
    return numberColumns.has(name)
      ? `CAST(${name} AS REAL) AS ${name}_number`
      : `${bytesOf(name)} AS ${name}_bytes`;
  })
  .join(', ');

function numberOf(row: Row | undefined, column: string): number | undefined {
  return row ? Number(row[column]) : undefined;
}

function recordOfRow(row: Row): RunRecord {
  const text = (name: string) => textOf(row[`${name}_bytes`]);
  const optional = (name: string) => (row[`${name}_bytes`] === null ? undefined : text(name));
  return {
    run: Number(row['run']),
    workflowId: text('workflow_id'),
    runId: text('run_id'),
    workflowType: text('workflow_type'),
    taskQueue: text('task_queue'),
    status: text('status') as RunRecord['status'],
    startTimeMs: Number(row['start_ms_number']),
    executionTimeMs: Number(row['execution_ms_number']),
    closeTimeMs: row['close_ms_number'] === null ? undefined : Number(row['close_ms_number']),
    historyLength: Number(row['history_length_number']),
    historySizeBytes: Number(row['history_bytes_number']),
    parentWorkflowId: optional('parent_workflow_id'),
    parentRunId: optional('parent_run_id'),
    rootWorkflowId: optional('root_workflow_id'),
    rootRunId: optional('root_run_id'),
    firstRunId: text('first_run_id'),
    memo: JSON.parse(text('memo')) as RunRecord['memo'],
    searchAttributes: JSON.parse(text('search_attributes')) as RunRecord['searchAttributes'],
    buildId: optional('build_id'),
    pinned: row['pinned_number'] === 1,
  };
}
