/**
 * The disk cache of lowered files, by content. An entry is one file per source file; a stale or
 * damaged entry is the same as none.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileIr } from '../graph/ir.js';
import type { LoweredFile } from './lower/file.js';

export interface IrCache {
  readonly read: (path: string, text: string, kind: FileIr['kind']) => LoweredFile | undefined;
  readonly write: (path: string, text: string, file: LoweredFile) => void;
}

/** Bumped whenever the IR or the lowering changes. */
const formatVersion = 9;

export function createIrCache(directory: string): IrCache {
  const written = new Set<string>();
  const keyOf = (path: string, text: string): string =>
    createHash('sha256')
      .update(`${String(formatVersion)}\0${path}\0`)
      .update(text)
      .digest('hex')
      .slice(0, 40);
  const fileOf = (key: string): string => join(directory, key.slice(0, 2), `${key}.json`);
  return {
    read: (path, text) => {
      const key = keyOf(path, text);
      try {
        const stored = JSON.parse(readFileSync(fileOf(key), 'utf8')) as LoweredFile;
        written.add(key);
        return stored;
      } catch {
        return undefined;
      }
    },
    write: (path, text, file) => {
      const key = keyOf(path, text);
      if (written.has(key) || file.gaveUp !== undefined) return;
      written.add(key);
      try {
        const target = fileOf(key);
        mkdirSync(dirname(target), { recursive: true });
        const temporary = `${target}.${String(process.pid)}.tmp`;
        writeFileSync(temporary, JSON.stringify(file));
        renameSync(temporary, target);
      } catch {
        // A cache that cannot be written is no reason to fail.
      }
    },
  };
}
