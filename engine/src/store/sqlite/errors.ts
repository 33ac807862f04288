import { InputError } from '../../errors.js';

/** The database file cannot be used, or could not be written; the message says which and what to do. */
export class StoreError extends InputError {}

/** Makes SQLite's and the system's errors into ours. */
export function storeErrorOf(error: unknown, path: string): unknown {
  if (error instanceof StoreError) return error;
  const { message = String(error), code = '' } = error as { message?: string; code?: string };
  const text = `${code} ${message}`;
  const cause = { cause: error };
  if (/full|ENOSPC/i.test(text)) {
    return new StoreError(
      'RFN2015',
      `${path}: the disk is full; nothing of this transaction was written`,
      cause,
    );
  }
  if (/malformed|corrupt/i.test(text)) {
    return new StoreError('RFN2011', `${path} is damaged (${message}); restore it from a copy`, cause);
  }
  if (/not a database|NOTADB/i.test(text)) {
    return new StoreError('RFN2012', `${path} is not a SQLite database; it was not changed`, cause);
  }
  if (/readonly|read-only|EACCES|EROFS|EPERM/i.test(text)) {
    return new StoreError('RFN2014', `${path} cannot be written: ${message}`, cause);
  }
  if (/CANTOPEN|unable to open|ENOENT|EISDIR/i.test(text)) {
    return new StoreError('RFN2014', `${path} cannot be opened: ${message}`, cause);
  }
  return new StoreError('RFN2016', `${path}: the database failed: ${message}`, cause);
}
