import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';

/** The folder in which ESLint runs, by its real name. */
export interface Folder {
  readonly root: string;
  /** The real name of a file in the folder; other names stay as they are. */
  readonly real: (path: string) => string;
}

/**
 * ESLint names files by the folder it was started in, TypeScript names what they import by where it really is. Where a
 * symbolic link leads to the folder, one file has two names; the analysis gets the real one. Paths have `/`.
 */
export function openFolder(cwd: string): Folder {
  const given = resolve(cwd).replaceAll('\\', '/');
  const root = realName(given);
  if (root === given) return { root, real: (path) => path };
  return { root, real: (path) => (path.startsWith(`${given}/`) ? root + path.slice(given.length) : path) };
}

function realName(folder: string): string {
  try {
    return realpathSync.native(folder).replaceAll('\\', '/');
  } catch {
    return folder;
  }
}
