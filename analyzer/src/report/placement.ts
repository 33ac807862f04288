/** Where a report that is read in a repository's pages shows a finding, and by what path. */

import { existsSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import type { ChainFrame, Diagnostic } from './model.js';

export interface Region {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/**
 * A finding in an installed package is shown where the project's own code calls into it: the package's
 * files are not in the repository, so that nobody would see it there.
 */
export function shownAt(diagnostic: Diagnostic): Region {
  if (!isInstalled(diagnostic.file)) return diagnostic;
  return diagnostic.chain.findLast((frame) => !isInstalled(frame.file)) ?? diagnostic;
}

/** What a step of a chain is called; the body of a module has no name but its file's. */
export function stepName({ function: name, file }: ChainFrame): string {
  return name === '<module>' ? file : name;
}

function isInstalled(file: string): boolean {
  return file.split('/').includes('node_modules');
}

/**
 * The way from the repository's root to the checked folder, `packages/orders/` or nothing: pages of a
 * repository know files by their path in it. Without a repository the checked folder is the root.
 */
export function pathInRepository(root: string): string {
  let inside = '';
  for (let current = root; ; current = dirname(current)) {
    if (existsSync(join(current, '.git'))) return inside;
    if (dirname(current) === current) return '';
    inside = `${basename(current)}/${inside}`;
  }
}

/** The path in the repository of a file of the report. */
export function repositoryPath(prefix: string, file: string): string {
  return posix.normalize(prefix + file);
}
