/**
 * The file system as the analysis sees it. Owns what was read and which paths were looked for; the
 * disk cache and `update` need both. It reads each file once until it is told of a change.
 */

import { lstatSync, readFileSync, realpathSync, statSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

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
  /** What is there and could not be read, with the system's code for the reason (`EACCES`). */
  readonly unreadable: () => ReadonlyMap<string, string>;
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
  /** Whether it is a symbolic link, to whatever it may be. */
  readonly link: boolean;
}

export type PathKind = 'file' | 'directory' | 'none';

export function createFileHost(): FileHost {
  const texts = new Map<string, string | undefined>();
  const kinds = new Map<string, PathKind>();
  const real = new Map<string, string>();
  const directories = new Map<string, readonly DirectoryEntry[]>();
  const unreadable = new Map<string, string>();
  /** The answer of the file system, or nothing; a refusal is kept. */
  const ask = <Answer>(path: string, question: () => Answer): Answer | undefined => {
    try {
      return question();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!isAbsence.has(code)) unreadable.set(path, code);
      return undefined;
    }
  };
  const kindOf = (path: string): PathKind => {
    let kind = kinds.get(path);
    if (kind === undefined) {
      // It is the folder that does not let anybody look at what is in it.
      const stats = ask(dirname(path), () => statSync(path, { throwIfNoEntry: false }));
      kind = stats?.isDirectory() ? 'directory' : stats?.isFile() ? 'file' : 'none';
      kinds.set(path, kind);
    }
    return kind;
  };
  return {
    readText: (path) => {
      if (!texts.has(path))
        texts.set(
          path,
          ask(path, () => readTextOf(path)),
        );
      return texts.get(path);
    },
    kindOf,
    isFile: (path) => kindOf(path) === 'file',
    isDirectory: (path) => kindOf(path) === 'directory',
    realPath: function realPath(path) {
      let known = real.get(path);
      if (known === undefined) {
        known = realPathOf(path, realPath);
        real.set(path, known);
      }
      return known;
    },
    entries: (directory) => {
      // Recorded, not reused: directories change while an editor is open.
      const found = ask(directory, () => entriesOf(directory)) ?? [];
      directories.set(directory, found);
      return found;
    },
    observed: () => ({ texts, kinds, links: real, directories }),
    unreadable: () => unreadable,
    forget: (paths) => {
      for (const path of paths) {
        texts.delete(path);
        real.delete(path);
      }
      kinds.clear();
      unreadable.clear();
    },
  };
}

/** Larger files hold data. */
const maxBytes = 64_000_000;

/** Pipes and devices, which may have no end, are nothing to read. */
function readTextOf(path: string): string | undefined {
  const stats = statSync(path);
  if (!stats.isFile()) return undefined;
  if (stats.size > maxBytes) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
  const text = readFileSync(path, 'utf8');
  return text.charCodeAt(0) === notUtf8 ? decodeUtf16(readFileSync(path)) : text.replace(/^\uFEFF/, '');
}

/** What a text in UTF-8 begins with where its first byte is none of UTF-8. */
const notUtf8 = 0xfffd;

/** There is nothing, something else, or links that lead in a circle. */
const isAbsence = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

/** Text in UTF-16 where a byte order mark says so, as the compiler reads it; else in UTF-8. */
function decodeUtf16(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le', 2);
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return bytes
      .subarray(2, bytes.length - (bytes.length % 2))
      .swap16()
      .toString('utf16le');
  return bytes.toString('utf8');
}

/** Most files are no links: then the directory's real path, which is known from its other files, tells. */
function realPathOf(path: string, realPath: (path: string) => string): string {
  const directory = dirname(path);
  try {
    if (directory === path || lstatSync(path).isSymbolicLink())
      return realpathSync(path).replaceAll('\\', '/');
    return `${realPath(directory).replace(/\/$/, '')}/${basename(path)}`;
  } catch {
    return path;
  }
}

function entriesOf(directory: string): DirectoryEntry[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => ({ name: entry.name, directory: entry.isDirectory(), link: entry.isSymbolicLink() }))
    .sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0));
}
