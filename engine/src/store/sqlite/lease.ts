import type { Database } from './database.js';
import { firstRow, openDatabase } from './database.js';
import { StoreError, storeErrorOf } from './errors.js';

/**
 * Owns the right to use a database file: a lock of the operating system, held through an open transaction on a
 * second file, `<file>-lock`. It ends with the process, however that ends. As the file system might not keep
 * locks (or somebody removes the lock file), each owner also has a number, the epoch, which every transaction
 * checks: who was replaced cannot write any more.
 */

/** Takes the lock, or throws that another process has it; waits up to `waitMs` for that to end. */
export async function takeLock(path: string, waitMs: number): Promise<{ release(): void }> {
  let lock: Database | undefined;
  try {
    lock = openDatabase(`${path}-lock`);
    lock.exec('PRAGMA busy_timeout = 0');
  } catch (error) {
    throw storeErrorOf(error, path);
  }
  for (let waitedMs = 0; ; waitedMs += pauseMs) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      const held = lock;
      return { release: () => void held.close() };
    } catch (error) {
      if (!/busy|locked/i.test(String(error))) {
        lock.close();
        throw storeErrorOf(error, path);
      }
      if (waitedMs >= waitMs) {
        lock.close();
        throw new StoreError(
          'RFN2010',
          `${path} is in use by another process; stop that one, or use another file (one process owns a file)`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

const pauseMs = 25;

/** Begins a new epoch: whoever owned the file before can no longer write. */
export function beginEpoch(database: Database): number {
  database.exec('BEGIN IMMEDIATE');
  database.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'epoch'");
  const epoch = Number(firstRow(database.prepare("SELECT value FROM meta WHERE key = 'epoch'"))?.['value']);
  database.exec('COMMIT');
  return epoch;
}
