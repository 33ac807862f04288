// The writer's connection of a store, with faults that a test asks for: see `faults.ts`. Runs in the thread that writes.
import { getEnvironmentData } from 'node:worker_threads';
import { openConnection as openReal } from '../../../engine/dist/store/sqlite/connection.js';

/** [statements to go until the fault, statements that fail, which fault, pages that the file may have] */
const words = new Int32Array(getEnvironmentData('refrain store faults'));
const errors = [
  ['SQLITE_IOERR', 'disk I/O error'],
  ['SQLITE_BUSY', 'database is locked'],
  ['SQLITE_FULL', 'database or disk is full'],
];

export function openConnection(path) {
  const database = openReal(path);
  let limit = 0;
  const fail = () => {
    if (Atomics.load(words, 1) === 0 || Atomics.sub(words, 0, 1) > 1) return;
    if (Atomics.sub(words, 1, 1) <= 0) return;
    const [code, message] = errors[Atomics.load(words, 2)];
    throw Object.assign(new Error(message), { code });
  };
  const setLimit = () => {
    const wanted = Atomics.load(words, 3);
    if (wanted === limit) return;
    limit = wanted;
    database.exec(`PRAGMA max_page_count = ${wanted === 0 ? 1073741823 : wanted}`);
  };
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      return {
        get: (...values) => statement.get(...values),
        all: (...values) => statement.all(...values),
        run(...values) {
          if (sql.startsWith('BEGIN')) setLimit();
          fail();
          return statement.run(...values);
        },
      };
    },
    close: () => database.close(),
  };
}
