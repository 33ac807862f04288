/**
 * The disk cache of whole results. Owns one file per combination of options; it holds the report and
 * everything that the analysis saw of the file system: texts by their hash, what paths are, where links
 * lead, what directories hold.
 *
 * Invariants:
 * - C1 A result is given again only if every observation, made anew, gives what it gave then. A file that
 *   appeared where an import once found nothing is an observation that changed.
 * - C2 Results of another build of the analyzer, of the parser or of Node are never given.
 * - C3 A stale, damaged or foreign entry is the same as none.
 */

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildIdentity } from './build-identity.js';
import { contentHash, readCacheFile, writeCacheFile } from './cache-file.js';
import { createFileHost, type DirectoryEntry, type FileHost, type Observations } from './host.js';

export interface ResultCache<Result> {
  readonly read: () => Result | undefined;
  readonly write: (seen: Observations, result: Result) => void;
}

interface Entry<Result> {
  readonly texts: readonly (readonly [path: string, hash: string | null])[];
  readonly kinds: readonly (readonly [path: string, kind: string])[];
  readonly links: readonly (readonly [path: string, real: string])[];
  readonly directories: readonly (readonly [path: string, hash: string])[];
  readonly result: Result;
}

const isCode = /\.(?:[cm]?[jt]s|[jt]sx)$/;

/** `options` is all that the result depends on beside the file system. */
export function createResultCache<Result>(
  directory: string,
  options: readonly unknown[],
): ResultCache<Result> {
  const key = contentHash(JSON.stringify([buildIdentity(), options]));
  const target = join(directory, 'results', `${key}.json`);
  makeDirectory(dirname(target));
  return {
    read: () => {
      const entry = readCacheFile(target) as Entry<Result> | undefined;
      return entry !== undefined && isCurrent(entry, createFileHost()) ? entry.result : undefined;
    },
    write: (seen, result) => {
      writeCacheFile(target, toEntry(seen, result));
    },
  };
}

/** Before the analysis looks around, so that it sees now what the next run will see. */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch {
    // Then there will be nothing to read and no way to write, which is no reason to fail.
  }
}

/** The analysis asks directories for code and for further directories only. */
function directoryHash(entries: readonly DirectoryEntry[]): string {
  return contentHash(JSON.stringify(entries.filter(({ name, directory }) => directory || isCode.test(name))));
}

function toEntry<Result>(seen: Observations, result: Result): Entry<Result> {
  return {
    texts: [...seen.texts].map(([path, text]) => [path, textHash(text)]),
    kinds: [...seen.kinds],
    links: [...seen.links].filter(([path, real]) => path !== real),
    directories: [...seen.directories].map(([path, entries]) => [path, directoryHash(entries)]),
    result,
  };
}

function isCurrent(entry: Entry<unknown>, host: FileHost): boolean {
  return (
    entry.directories.every(([path, hash]) => directoryHash(host.entries(path)) === hash) &&
    entry.kinds.every(([path, kind]) => host.kindOf(path) === kind) &&
    entry.links.every(([path, real]) => host.realPath(path) === real) &&
    entry.texts.every(([path, hash]) => textHash(host.readText(path)) === hash)
  );
}

function textHash(text: string | undefined): string | null {
  return text === undefined ? null : contentHash(text);
}
