import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@refrain/engine/internal';

/** An event as it is stored; the checker reads what it needs of it, by name. */
export interface StoredEvent {
  readonly eventId: number;
  readonly eventTimeMs: number;
  readonly type: string;
  // Attributes by name: nothing here trusts the engine's types.
  readonly attributes: Attributes;
}

export interface Attributes {
  readonly [name: string]: unknown;
}

export interface StoredRun {
  readonly run: number;
  readonly workflowId: string;
  readonly runId: string;
  readonly type: string;
  readonly status: string;
  readonly closeMs: number | null;
  readonly historyLength: number;
  readonly dueMs: number | null;
  readonly hasTasks: boolean;
  readonly firstRunId: string;
  readonly events: readonly StoredEvent[];
  /** Events that wait for the workflow task in flight, in their order. */
  readonly buffered: readonly StoredEvent[];
  /** Scheduled events of activities of which the store says that an attempt runs. */
  readonly startedActivities: ReadonlySet<number>;
}

/** All that a database file holds. */
export interface Image {
  readonly runs: readonly StoredRun[];
  readonly scheduleIds: ReadonlySet<string>;
  /** What SQLite's own check says of the file: `ok`. */
  readonly integrity: string;
}

/** Reads a copy of the file and of its log, so that the file stays as the dead process left it. */
export function readImage(file: string): Image {
  if (!existsSync(file)) return { runs: [], scheduleIds: new Set(), integrity: 'ok' };
  const folder = mkdtempSync(join(tmpdir(), 'refrain-image-'));
  const copy = join(folder, 'copy.db');
  copyFileSync(file, copy);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
  try {
    return readCopy(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Row = Readonly<Record<string, string | number | null>>;

function readCopy(file: string): Image {
  const database = openDatabase(file);
  try {
    const all = (sql: string) => database.prepare(sql).all() as Row[];
    const integrity = Object.values(all('PRAGMA integrity_check')[0] ?? {})[0];
    if (all("SELECT name FROM sqlite_schema WHERE name = 'runs'").length === 0) {
      return { runs: [], scheduleIds: new Set(), integrity: String(integrity) };
    }
    const batches = groupByRun(
      all('SELECT run, first_event_id, body FROM events ORDER BY run, first_event_id'),
    );
    const transient = groupByRun(all('SELECT run, key, body FROM transient '));
    const runs = all('SELECT * FROM runs ORDER BY run').map((row) =>
      runOf(row, batches.get(Number(row['run'])) ?? [], transient.get(Number(row['run'])) ?? []),
    );
    const ids = all('SELECT schedule_id FROM schedules').map((row) => String(row['schedule_id']));
    return { runs, scheduleIds: new Set(ids), integrity: String(integrity) };
  } finally {
    database.close();
  }
}

function groupByRun(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const run = Number(row['run']);
    const group = groups.get(run);
    if (group) group.push(row);
    else groups.set(run, [row]);
  }
  return groups;
}

function runOf(row: Row, batches: readonly Row[], transient: readonly Row[]): StoredRun {
  const waiting = transient.filter((r) => String(r['key']).startsWith('b:'));
  const started = transient.filter(
    (r) =>
      String(r['key']).startsWith('a:') &&
      (JSON.parse(String(r['body'])) as Attributes)['startedTimeMs'] !== 0,
  );
  const position = (r: Row) => Number(String(r['key']).slice(2));
  return {
    run: Number(row['run']),
    workflowId: String(row['workflow_id']),
    runId: String(row['run_id']),
    type: String(row['workflow_type']),
    status: String(row['status']),
    closeMs: row['close_ms'] as number | null,
    historyLength: Number(row['history_length']),
    dueMs: row['due_ms'] as number | null,
    hasTasks: row['has_tasks'] === 1,
    firstRunId: String(row['first_run_id']),
    events: batches.flatMap((batch) => JSON.parse(String(batch['body'])) as StoredEvent[]),
    startedActivities: new Set(started.map(position)),
    buffered: [...waiting]
      .sort((a, b) => position(a) - position(b))
      .map((r) => JSON.parse(String(r['body'])) as StoredEvent),
  };
}

/** The first value of a list of payloads in JSON. */
export function valueOf(payloads: unknown): unknown {
  const [first] = (payloads ?? []) as { readonly data?: string }[];
  return first?.data === undefined ? undefined : JSON.parse(Buffer.from(first.data, 'base64').toString());
}
