import type { RunRecord, WriteBatch } from '../../service/store.js';
import type { Database, SqlValue, Statement } from './database.js';
import { firstRow } from './database.js';
import { StoreError } from './errors.js';

/**
 * A batch as it goes to the thread that writes: two texts. Copying many small values between threads costs more
 * than writing them (measured: 0.5 ms for a workflow of 10 activities; as texts a twentieth).
 */
export interface PackedBatch {
  /** JSON of the FlatBatch, in which each body of events is its length. */
  readonly head: string;
  /** The bodies, one after the other. */
  readonly bodies: string;
}

export function pack(batch: WriteBatch): PackedBatch {
  const bodies: string[] = [];
  const addBody = (texts: readonly string[]): number => {
    let length = 1 + texts.length;
    for (const [index, text] of texts.entries()) {
      bodies.push(index === 0 ? '[' : ',', text);
      length += text.length;
    }
    bodies.push(']');
    return length;
  };
  return { head: JSON.stringify(flatten(batch, addBody)), bodies: bodies.join('') };
}

export function unpack({ head, bodies }: PackedBatch): FlatBatch {
  const flat = JSON.parse(head) as FlatBatch & { events: SqlValue[] };
  let from = 0;
  for (let i = 2; i < flat.events.length; i += 3) {
    const to = from + (flat.events[i] as number);
    flat.events[i] = bodies.slice(from, to);
    from = to;
  }
  return flat;
}

/** A batch as rows of values. */
export interface FlatBatch {
  /** Column values of `runs` rows, one array each. */
  readonly records: readonly (readonly SqlValue[])[];
  /** run, due_ms, has_tasks */
  readonly wakes: readonly SqlValue[];
  /** run, first_event_id, body */
  readonly events: readonly SqlValue[];
  /** run, key, body or null */
  readonly transient: readonly SqlValue[];
  /** Runs whose search attributes are replaced. */
  readonly searchRuns: readonly number[];
  /** name, value, run */
  readonly searchValues: readonly SqlValue[];
  readonly deletedRuns: readonly number[];
  /** namespace, schedule_id, body or null, due_ms */
  readonly schedules: readonly SqlValue[];
  /** key, name, body or null */
  readonly namespaces: readonly SqlValue[];
}

/** `bodyOf` makes the value that stands for a row's events; by default their text. */
export function flatten(
  batch: WriteBatch,
  bodyOf: (texts: readonly string[]) => SqlValue = (texts) => `[${texts.join(',')}]`,
): FlatBatch {
  const records: (readonly SqlValue[])[] = [];
  const wakes: SqlValue[] = [];
  const events: SqlValue[] = [];
  const transient: SqlValue[] = [];
  const searchRuns: number[] = [];
  const searchValues: SqlValue[] = [];
  const deletedRuns: number[] = [];
  for (const writes of batch.runs) {
    const { run } = writes;
    if (writes.deleted) {
      deletedRuns.push(run);
      continue;
    }
    if (writes.record) records.push(recordValues(writes.record, writes.wake));
    else if (writes.wake) wakes.push(run, finite(writes.wake.dueMs), Number(writes.wake.hasTasks));
    if (writes.events.length > 0) events.push(run, writes.firstEventId, bodyOf(writes.events));
    for (const [key, text] of writes.transient) transient.push(run, key, text);
    if (writes.searchAttributes) {
      searchRuns.push(run);
      for (const [name, values] of Object.entries(writes.searchAttributes)) {
        for (const value of new Set(values)) searchValues.push(name, value, run);
      }
    }
  }
  const schedules = batch.schedules.flatMap((s) => [
    s.namespaceKey ?? 0,
    s.scheduleId,
    s.text,
    finite(s.dueMs),
  ]);
  const namespaces = (batch.namespaces ?? []).flatMap((n) => [n.key, n.name, n.text]);
  return { records, wakes, events, transient, searchRuns, searchValues, deletedRuns, schedules, namespaces };
}

function finite(ms: number): number | null {
  return ms === Infinity ? null : ms;
}

export const recordColumns = [
  'run',
  'workflow_id',
  'run_id',
  'workflow_type',
  'task_queue',
  'status',
  'start_ms',
  'execution_ms',
  'close_ms',
  'history_length',
  'history_bytes',
  'parent_workflow_id',
  'parent_run_id',
  'root_workflow_id',
  'root_run_id',
  'first_run_id',
  'memo',
  'search_attributes',
  'build_id',
  'pinned',
  'due_ms',
  'has_tasks',
] as const;

/** The others are text. */
export const numberColumns: ReadonlySet<string> = new Set([
  'run',
  'start_ms',
  'execution_ms',
  'close_ms',
  'history_length',
  'history_bytes',
  'pinned',
  'due_ms',
  'has_tasks',
]);

/** Of a row that is there already, only these change. */
const changingColumns = [
  'status',
  'close_ms',
  'history_length',
  'history_bytes',
  'memo',
  'search_attributes',
  'build_id',
  'pinned',
  'due_ms',
  'has_tasks',
];

function recordValues(
  r: RunRecord,
  wake: { readonly dueMs: number; readonly hasTasks: boolean } | undefined,
): SqlValue[] {
  return [
    r.run,
    r.workflowId,
    r.runId,
    r.workflowType,
    r.taskQueue,
    r.status,
    r.startTimeMs,
    r.executionTimeMs,
    r.closeTimeMs ?? null,
    r.historyLength,
    r.historySizeBytes,
    r.parentWorkflowId ?? null,
    r.parentRunId ?? null,
    r.rootWorkflowId ?? null,
    r.rootRunId ?? null,
    r.firstRunId,
    jsonOf(r.memo),
    jsonOf(r.searchAttributes),
    r.buildId ?? null,
    Number(r.pinned),
    wake ? finite(wake.dueMs) : null,
    Number(wake?.hasTasks ?? false),
  ];
}

function jsonOf(fields: Readonly<Record<string, unknown>>): string {
  for (const _ in fields) return JSON.stringify(fields);
  return '{}';
}

/**
 * Owns the connection that writes. `commit` is one transaction: all of a batch, or nothing. It is durable when
 * the call returns (`synchronous = FULL`).
 */
export class Committer {
  readonly #database: Database;
  readonly #epoch: number;
  readonly #statements: Readonly<Record<StatementName, Statement>>;

  constructor(database: Database, epoch: number) {
    this.#database = database;
    this.#epoch = epoch;
    this.#statements = Object.fromEntries(
      Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]),
    ) as Record<StatementName, Statement>;
  }

  commit(batch: FlatBatch): void {
    const s = this.#statements;
    s.begin.run();
    try {
      this.#checkEpoch();
      this.#write(batch);
      s.commit.run();
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #checkEpoch(): void {
    if (firstRow(this.#statements.epoch)?.['value'] === this.#epoch) return;
    throw new StoreError(
      'RFN2010',
      'this process no longer owns its database file: another process has taken it over; nothing was written',
    );
  }

  #write(batch: FlatBatch): void {
    const s = this.#statements;
    for (const values of batch.records) s.record.run(...values);
    const { wakes, events, transient, searchValues, schedules } = batch;
    for (let i = 0; i < wakes.length; i += 3) s.wake.run(wakes[i + 1]!, wakes[i + 2]!, wakes[i]!);
    for (let i = 0; i < events.length; i += 3) s.events.run(events[i]!, events[i + 1]!, events[i + 2]!);
    for (let i = 0; i < transient.length; i += 3) {
      const [run, key, body] = [transient[i]!, transient[i + 1]!, transient[i + 2]!];
      if (body === null) s.dropTransient.run(run, key);
      else s.transient.run(run, key, body);
    }
    for (const run of batch.searchRuns) s.dropSearch.run(run);
    for (let i = 0; i < searchValues.length; i += 3) {
      s.search.run(searchValues[i]!, searchValues[i + 1]!, searchValues[i + 2]!);
    }
    for (const run of batch.deletedRuns) {
      for (const drop of [s.dropEvents, s.dropAllTransient, s.dropSearch, s.dropRun]) drop.run(run);
    }
    for (let i = 0; i < schedules.length; i += 4) {
      const [namespace, id, body, dueMs] = schedules.slice(i, i + 4) as [
        SqlValue,
        SqlValue,
        SqlValue,
        SqlValue,
      ];
      if (body === null) s.dropSchedule.run(namespace, id);
      else s.schedule.run(namespace, id, body, dueMs);
    }
    const { namespaces } = batch;
    for (let i = 0; i < namespaces.length; i += 3) {
      const [key, name, body] = namespaces.slice(i, i + 3);
      if (body === null) s.dropNamespace.run(key!);
      else s.namespace.run(key!, name!, body!);
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself (full disk, I/O error): there is no transaction to end.
    }
  }

  close(): void {
    this.#database.close();
  }
}

const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  epoch: "SELECT CAST(value AS INTEGER) AS value FROM meta WHERE key = 'epoch'",
  record: `INSERT INTO runs (${recordColumns.join(', ')}) VALUES (${recordColumns.map(() => '?').join(', ')})
    ON CONFLICT (run) DO UPDATE SET ${changingColumns.map((c) => `${c} = excluded.${c}`).join(', ')}`,
  wake: 'UPDATE runs SET due_ms = ?, has_tasks = ? WHERE run = ?',
  events: 'INSERT OR REPLACE INTO events (run, first_event_id, body) VALUES (?, ?, ?)',
  transient: 'INSERT OR REPLACE INTO transient (run, key, body) VALUES (?, ?, ?)',
  dropTransient: 'DELETE FROM transient WHERE run = ? AND key = ?',
  search: 'INSERT OR IGNORE INTO search_attributes (name, value, run) VALUES (?, ?, ?)',
  dropSearch: 'DELETE FROM search_attributes WHERE run = ?',
  dropEvents: 'DELETE FROM events WHERE run = ?',
  dropAllTransient: 'DELETE FROM transient WHERE run = ?',
  dropRun: 'DELETE FROM runs WHERE run = ?',
  schedule: 'INSERT OR REPLACE INTO schedules (namespace, schedule_id, body, due_ms) VALUES (?, ?, ?, ?)',
  dropSchedule: 'DELETE FROM schedules WHERE namespace = ? AND schedule_id = ?',
  namespace: 'INSERT OR REPLACE INTO namespaces (key, name, body) VALUES (?, ?, ?)',
  dropNamespace: 'DELETE FROM namespaces WHERE key = ?',
} as const;

type StatementName = keyof typeof sql;
