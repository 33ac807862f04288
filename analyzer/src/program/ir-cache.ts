/**
 * The disk cache of lowered files, by their content and the build of the analyzer. An entry is one file per
 * source file; a stale, damaged or foreign entry is the same as none.
 * Nothing needs to be raised when the IR or the lowering changes: another build has other entries.
 */

import { join } from 'node:path';
import type { FileIr } from '../graph/ir.js';
import { buildIdentity } from './build-identity.js';
import { contentHash, readCacheFile, writeCacheFile } from './cache-file.js';
import type { LoweredFile } from './lower/file.js';

export interface IrCache {
  readonly read: (path: string, text: string, kind: FileIr['kind']) => LoweredFile | undefined;
  readonly write: (path: string, text: string, file: LoweredFile) => void;
}

export function createIrCache(directory: string): IrCache {
  const written = new Set<string>();
  const keyOf = (path: string, text: string): string => contentHash(`${buildIdentity()}\0${path}\0${text}`);
  const fileOf = (key: string): string => join(directory, key.slice(0, 2), `${key}.json`);
  return {
    read: (path, text) => {
      const key = keyOf(path, text);
      const stored = readCacheFile(fileOf(key)) as LoweredFile | undefined;
      if (stored !== undefined) written.add(key);
      return stored;
    },
    write: (path, text, file) => {
      const key = keyOf(path, text);
      if (written.has(key) || file.gaveUp !== undefined) return;
      written.add(key);
      writeCacheFile(fileOf(key), file);
    },
  };
}
