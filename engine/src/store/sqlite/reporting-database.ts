import type { Database, SqlValue, Statement } from './database.js';
import { storeErrorOf } from './errors.js';

/** The same database, whose errors are ours: a damaged page is found whenever it is read. */
export function reportingDatabase(database: Database, path: string): Database {
  const ours = <A extends readonly unknown[], R>(call: (...args: A) => R): ((...args: A) => R) => {
    return (...args) => {
      try {
        return call(...args);
      } catch (error) {
        throw storeErrorOf(error, path);
      }
    };
  };
  return {
    exec: ours((sql: string) => database.exec(sql)),
    prepare: ours((sql: string): Statement => {
      const statement = database.prepare(sql);
      return {
        run: ours((...values: readonly SqlValue[]) => statement.run(...values)),
        get: ours((...values: readonly SqlValue[]) => statement.get(...values)),
        all: ours((...values: readonly SqlValue[]) => statement.all(...values)),
      };
    }),
    close: () => database.close(),
  };
}
