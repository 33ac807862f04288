import { createRequire } from 'node:module';

/** What the store needs of SQLite; `node:sqlite` and `libsql` both have it. All calls are synchronous. */
export interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}

export interface Statement {
  run(...values: readonly SqlValue[]): unknown;
  get(...values: readonly SqlValue[]): unknown;
  all(...values: readonly SqlValue[]): unknown[];
}

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, string | number | null | undefined>>;

type Constructor = new (path: string, options?: { readonly readOnly?: boolean }) => Database;

const require = createRequire(import.meta.url);
let constructor: Constructor | undefined;

/** Opens or creates a database file. Node's own SQLite where it has one, else libsql. */
export function openDatabase(path: string): Database {
  constructor ??= sqliteConstructor();
  return new constructor(path);
}

function sqliteConstructor(): Constructor {
  const builtin = process.getBuiltinModule('node:sqlite') as { DatabaseSync: Constructor } | undefined;
  return builtin ? builtin.DatabaseSync : (require('libsql') as Constructor);
}

export function rows(statement: Statement, ...values: readonly SqlValue[]): readonly Row[] {
  return statement.all(...values) as Row[];
}

export function firstRow(statement: Statement, ...values: readonly SqlValue[]): Row | undefined {
  return (statement.get(...values) ?? undefined) as Row | undefined;
}
