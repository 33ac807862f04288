import type { Database } from './database.js';
import { openDatabase } from './database.js';

/**
 * Settings of every connection. With `synchronous = FULL` a commit returns after the write-ahead log is on disk;
 * readers and the writer do not wait for each other.
 */
export function openConnection(path: string): Database {
  const database = openDatabase(path);
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA temp_store = MEMORY');
  database.exec('PRAGMA cache_size = -65536');
  // 4,000 pages of log are copied back at a time: fewer, longer pauses than the default.
  database.exec('PRAGMA wal_autocheckpoint = 4000');
  return database;
}
