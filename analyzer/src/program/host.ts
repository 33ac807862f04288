/**
 * The file system as the analysis sees it. Owns what was read and which paths were looked for; the
 * disk cache and `update` need both. It reads each file once until it is told of a change.
 */

import { readFileSync, realpathSync, statSync, readdirSync } from 'node:fs';

export interface FileHost {
  readonly readText: (path: string) => string | undefined;
  readonly kindOf: (path: string) => PathKind;
  readonly isFile: (path: string) => boolean;
  readonly isDirectory: (path: string) => boolean;
  readonly realPath: (path: string) => string;
  readonly entries: (directory: string) => readonly DirectoryEntry[];
  /** Forgets what is known of these paths. */
  readonly forget: (paths: readonly string[]) => void;
  /** All that was asked so far, with the answers. */
  readonly observed: () => Observations;
}

export interface Observations {
  readonly texts: ReadonlyMap<string, string | undefined>;
  readonly kinds: ReadonlyMap<string, PathKind>;
  readonly links: ReadonlyMap<string, string>;
  readonly directories: ReadonlyMap<string, readonly DirectoryEntry[]>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly directory: boolean;
}

export type PathKind = 'file' | 'directory' | 'none';

export function createFileHost(): FileHost {
  const texts = new Map<string, string | undefined>();
  const kinds = new Map<string, PathKind>();
  const real = new Map<string, string>();
  const directories = new Map<string, readonly DirectoryEntry[]>();
  const kindOf = (path: string): PathKind => {
    let kind = kinds.get(path);
    if (kind === undefined) {
      const stats = statSync(path, { throwIfNoEntry: false });
      kind = stats === undefined ? 'none' : stats.isDirectory() ? 'directory' : 'file';
      kinds.set(path, kind);
    }
    return kind;
  };
  return {
    readText: (path) => {
      if (!texts.has(path)) texts.set(path, readTextOf(path));
      return texts.get(path);
    },
    kindOf,
    isFile: (path) => kindOf(path) === 'file',
    isDirectory: (path) => kindOf(path) === 'directory',
    realPath: (path) => {
      let known = real.get(path);
      if (known === undefined) {
        known = realPathOf(path);
        real.set(path, known);
      }
      return known;
    },
    entries: (directory) => {
      // Recorded, not reused: directories change while an editor is open.
      const found = entriesOf(directory);
      directories.set(directory, found);
      return found;
    },
    observed: () => ({ texts, kinds, links: real, directories }),
    forget: (paths) => {
      for (const path of paths) {
        texts.delete(path);
        real.delete(path);
      }
      kinds.clear();
    },
  };
}

function readTextOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch {
    return undefined;
  }
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path).replaceAll('\\', '/');
  } catch {
    return path;
  }
}

function entriesOf(directory: string): DirectoryEntry[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, directory: entry.isDirectory() }))
      .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
  } catch {
    return [];
  }
}
