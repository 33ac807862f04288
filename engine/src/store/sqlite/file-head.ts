import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { StoreError } from './errors.js';
import { applicationId, migrations } from './schema.js';

const headBytes = 108;

/**
 * Refuses a file that is not one of ours, or is from a newer version, by its first bytes: SQLite changes a file that
 * it only opens (it empties the log, and changes the mode). What a log still holds is checked once the file is open.
 */
export function checkHead(path: string): void {
  if (!existsSync(path) || statSync(path).size < headBytes || hasLog(path)) return;
  const head = Buffer.alloc(headBytes);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, head, 0, headBytes, 0);
  } finally {
    closeSync(descriptor);
  }
  if (head.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw new StoreError('RFN2012', `${path} is not a SQLite database; it was not changed`);
  }
  const hasTables = head.readUInt16BE(103) > 0;
  refuseForeign(path, head.readUInt32BE(68), hasTables);
  if (hasTables) refuseNewer(path, head.readUInt32BE(60), migrations.length);
}

function hasLog(path: string): boolean {
  return existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
}

export function refuseForeign(path: string, owner: number, hasTables: boolean): void {
  if (!hasTables || owner === applicationId) return;
  throw new StoreError('RFN2012', `${path} is a SQLite database of another program; it was not changed`);
}

export function refuseNewer(path: string, version: number, known: number): void {
  if (version <= known) return;
  throw new StoreError(
    'RFN2013',
    `${path} was written by a newer version of Refrain (layout ${version}, this version knows ${known}); it was not changed`,
  );
}
