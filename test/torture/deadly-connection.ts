import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
// Not through the package: this runs in the thread that writes, which loads nothing else of the engine.
import { openConnection as openReal } from '../../engine/dist/store/sqlite/connection.js';
import type { Database, Statement } from '../../engine/dist/store/sqlite/database.js';
import type { Death } from './death.js';

/**
 * The writer's connection, with a process that dies by SIGKILL at a chosen place: before, during or after its n-th
 * COMMIT, or before its n-th statement. `during` is a thread that kills some microseconds after the COMMIT began.
 */
export function openConnection(path: string): Database {
  const death = JSON.parse(process.env['REFRAIN_DEATH'] ?? '{}') as Death;
  const { at, n, delayMicros, checkpointPages, recordIn } = death;
  const database = openReal(path);
  // Small, so that many commits copy pages back from the log.
  database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages ?? 40}`);
  if (recordIn !== undefined) return recording(database, path, recordIn);
  if (!at || at === 'any time') return database;
  let left = n;
  const killer = at === 'during commit' ? startKiller(delayMicros) : undefined;
  const die = () => process.kill(process.pid, 'SIGKILL');
  const wrap = (sql: string, statement: Statement): Statement => ({
    get: (...values) => statement.get(...values),
    all: (...values) => statement.all(...values),
    run(...values) {
      const isCommit = sql === 'COMMIT';
      const isLast = (isCommit || at === 'at statement') && --left === 0;
      if (isLast && (at === 'at statement' || at === 'before commit')) die();
      if (isLast) killer?.();
      const result = statement.run(...values);
      if (isLast && at === 'after commit') die();
      return result;
    },
  });
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => wrap(sql, database.prepare(sql)),
    close: () => database.close(),
  };
}

/** Keeps the files as they are before and after each COMMIT: what a process that dies there would leave. */
function recording(database: Database, path: string, folder: string): Database {
  let count = 0;
  const keep = (when: 'before' | 'after') => {
    const place = join(folder, `${count}-${when}`);
    mkdirSync(place, { recursive: true });
    // The ledger first: what is in it then was acknowledged before.
    for (const name of ['ledger', 'r.db', 'r.db-wal'])
      copyFileSync(join(dirname(path), name), join(place, name));
  };
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      if (sql !== 'COMMIT') return statement;
      const run: Statement['run'] = () => {
        count++;
        keep('before');
        statement.run();
        keep('after');
      };
      return { get: () => undefined, all: () => [], run };
    },
    close: () => database.close(),
  };
}

function startKiller(delayMicros: number): () => void {
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(
    `const { flag, delayMicros } = require('node:worker_threads').workerData;
    Atomics.wait(flag, 0, 0);
    const until = process.hrtime.bigint() + BigInt(delayMicros) * 1000n;
    while (process.hrtime.bigint() < until);
    process.kill(process.pid, 'SIGKILL');`,
    { eval: true, workerData: { flag, delayMicros } },
  );
  thread.unref();
  return () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
}
