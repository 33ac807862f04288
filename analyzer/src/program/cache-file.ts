/**
 * Files of the disk caches. A file that is torn, damaged or of another kind is the same as none, and a
 * cache that cannot be written is no reason to fail. Writers do not see each other: each file appears whole.
 */

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The value that was written under this path, or undefined. */
export function readCacheFile(path: string): unknown {
  try {
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    return end > 0 && text.slice(0, end) === contentHash(body) ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

export function writeCacheFile(path: string, value: unknown): void {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const body = JSON.stringify(value);
    writeFileSync(temporary, `${contentHash(body)}\n${body}`);
    renameSync(temporary, path);
  } catch {
    removeIfThere(temporary);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be written there is nothing to remove.
  }
}

export function contentHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
