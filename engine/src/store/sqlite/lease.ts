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
      if (!isBusy(error) || waitedMs >= waitMs) {
        lock.close();
        throw openingError(error, path);
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

const pauseMs = 25;

/**
 * Why a file cannot be opened. The lock alone does not tell that it is in use: an owner that was stopped in the middle
 * of a transaction, and has lost its lock, still keeps others from writing.
 */
export function openingError(error: unknown, path: string): unknown {
  if (!isBusy(error)) return storeErrorOf(error, path);
  const message = `${path} is in use by another process; stop that one, or use another file (one process owns a file)`;
  return new StoreError('RFN2010', message, { cause: error });
}

function isBusy(error: unknown): boolean {
  const { message, code = '' } = ((error as Error).cause ?? error) as { message: string; code?: string };
  return /SQLITE_BUSY|database is locked/.test(`${code} ${message}`);
}

/** Begins a new epoch: whoever owned the file before can no longer write. */
export function beginEpoch(database: Database): number {
  database.exec('BEGIN IMMEDIATE');
  database.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'epoch'");
  const epoch = Number(
    firstRow(database.prepare("SELECT CAST(value AS INTEGER) AS value FROM meta WHERE key = 'epoch'"))?.[
      'value'
    ],
  );
  database.exec('COMMIT');
  return epoch;
}
