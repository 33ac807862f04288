import { setEnvironmentData } from 'node:worker_threads';
import { openSqliteStore, type SqliteStore } from '@refrain/engine/internal';

const words = new Int32Array(new SharedArrayBuffer(16));
setEnvironmentData('refrain store faults', words.buffer);

export type Fault = 'disk I/O error' | 'database is locked' | 'database or disk is full';
const kinds: readonly Fault[] = ['disk I/O error', 'database is locked', 'database or disk is full'];

/** The statement after so many others fails, and as many as `times` say. */
export function failAt(statement: number, fault: Fault, times = 1): void {
  Atomics.store(words, 2, kinds.indexOf(fault));
  Atomics.store(words, 0, statement);
  Atomics.store(words, 1, times);
}

/** The disk is full when the file has so many pages; 0: as many as it likes. */
export function limitPages(pages: number): void {
  Atomics.store(words, 3, pages);
}

export function noFaults(): void {
  Atomics.store(words, 1, 0);
  limitPages(0);
}

export function openFailingStore(file: string): Promise<SqliteStore> {
  const connection = new URL('./failing-connection.mjs', import.meta.url).href;
  return openSqliteStore({ file, connection });
}
