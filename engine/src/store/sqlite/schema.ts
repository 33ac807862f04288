import { copyFileSync } from 'node:fs';
import type { Database } from './database.js';
import { firstRow } from './database.js';
import { refuseForeign, refuseNewer } from './file-head.js';

/** Marks a file as ours: "Rfrn". */
export const applicationId = 0x5266726e;

/**
 * Steps from each version of the file's layout to the next; a new file takes them all. A step that has been
 * released never changes.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    workflow_id TEXT NOT NULL,
    run_id TEXT NOT NULL UNIQUE,
    workflow_type TEXT NOT NULL,
    task_queue TEXT NOT NULL,
    status TEXT NOT NULL,
    start_ms REAL NOT NULL,
    execution_ms REAL NOT NULL,
    close_ms REAL,
    history_length INTEGER NOT NULL,
    history_bytes INTEGER NOT NULL,
    parent_workflow_id TEXT,
    parent_run_id TEXT,
    root_workflow_id TEXT,
    root_run_id TEXT,
    first_run_id TEXT NOT NULL,
    memo TEXT NOT NULL,
    search_attributes TEXT NOT NULL,
    build_id TEXT,
    pinned INTEGER NOT NULL,
    due_ms REAL,
    has_tasks INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX runs_by_workflow_id ON runs (workflow_id, run);
  CREATE INDEX runs_by_status ON runs (status, run);
  CREATE INDEX runs_by_type ON runs (workflow_type, run);
  CREATE INDEX runs_by_start ON runs (start_ms);
  CREATE INDEX runs_by_close ON runs (close_ms) WHERE close_ms IS NOT NULL;
  CREATE INDEX runs_by_parent ON runs (parent_workflow_id) WHERE parent_workflow_id IS NOT NULL;
  CREATE INDEX runs_due ON runs (due_ms, run) WHERE due_ms IS NOT NULL;
  CREATE INDEX runs_with_tasks ON runs (run) WHERE has_tasks = 1;
  CREATE TABLE events (
    run INTEGER NOT NULL,
    first_event_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, first_event_id)
  ) WITHOUT ROWID;
  CREATE TABLE transient (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, key)
  ) WITHOUT ROWID;
  CREATE TABLE search_attributes (
    name TEXT NOT NULL,
    value NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (name, value, run)
  ) WITHOUT ROWID;
  CREATE INDEX search_attributes_by_run ON search_attributes (run, name);
  CREATE TABLE schedules (
    schedule_id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    due_ms REAL
  ) WITHOUT ROWID;
  INSERT INTO meta (key, value) VALUES ('epoch', '0');
  `,
  `
  CREATE TABLE namespaces (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
  ALTER TABLE schedules RENAME TO schedules_of_one_namespace;
  CREATE TABLE schedules (
    namespace INTEGER NOT NULL,
    schedule_id TEXT NOT NULL,
    body TEXT NOT NULL,
    due_ms REAL,
    PRIMARY KEY (namespace, schedule_id)
  ) WITHOUT ROWID;
  INSERT INTO schedules (namespace, schedule_id, body, due_ms)
    SELECT 0, schedule_id, body, due_ms FROM schedules_of_one_namespace;
  DROP TABLE schedules_of_one_namespace;
  `,
  // Long rows belong at the end of a table, not into the pages of an index, where each takes pages of its own: a commit
  // of 20 rows wrote four times as many pages and took twice the CPU.
  `
  CREATE TABLE events_in_order (
    run INTEGER NOT NULL,
    first_event_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run, first_event_id)
  );
  INSERT INTO events_in_order (run, first_event_id, body)
    SELECT run, first_event_id, body FROM events ORDER BY run, first_event_id;
  DROP TABLE events;
  ALTER TABLE events_in_order RENAME TO events;
  `,
];

/** Brings a file to the newest layout; throws before anything is changed when the file is not one of ours. */
export function prepareSchema(database: Database, path: string, steps = migrations): void {
  const version = pragma(database, 'user_version');
  const owner = pragma(database, 'application_id');
  const tables = firstRow(database.prepare('SELECT count(*) AS n FROM sqlite_schema'))?.['n'] ?? 0;
  refuseForeign(path, owner, Number(tables) > 0);
  refuseNewer(path, version, steps.length);
  if (version === steps.length) return;
  if (version > 0) backUp(database, path, version);
  database.exec('BEGIN EXCLUSIVE');
  try {
    for (const step of steps.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec(`PRAGMA user_version = ${steps.length}`);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Keeps the file as it was, next to it, before its layout changes. */
function backUp(database: Database, path: string, version: number): void {
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  copyFileSync(path, `${path}.layout-${version}.backup`);
}

export function pragma(database: Database, name: string): number {
  const row = firstRow(database.prepare(`PRAGMA ${name}`));
  return Number(Object.values(row ?? {})[0] ?? 0);
}
