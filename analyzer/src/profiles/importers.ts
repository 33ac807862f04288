/**
 * Files that get at an engine's API through other files of the project: a client made in `client.ts`,
 * a base class, a factory for workflows. Found by the specifiers in their text, without parsing.
 */

import type { Project } from '../program/project.js';

const specifierPattern = /\b(?:from|import|require)\s*\(?\s*(['"])([^'"\n]+)\1/g;

/** The files that import one of `targets`, directly or through others. */
export function importersOf(
  project: Project,
  targets: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const bySuffix = importsByLastSegment(project);
  const importers = new Map<string, Set<string>>();
  const queue = [...targets];
  const reached = new Set(queue);
  for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
    for (const { from, specifier } of namesOf(target).flatMap((name) => bySuffix.get(name) ?? [])) {
      const found = project.source.resolve(specifier, from, 'import');
      if (found.type !== 'file' || found.path !== target || from === target) continue;
      const known = importers.get(from);
      if (known === undefined) importers.set(from, new Set([target]));
      else known.add(target);
      if (reached.has(from)) continue;
      reached.add(from);
      queue.push(from);
    }
  }
  return importers;
}

interface ImportText {
  readonly from: string;
  readonly specifier: string;
}

function importsByLastSegment(project: Project): Map<string, ImportText[]> {
  const found = new Map<string, ImportText[]>();
  for (const from of project.files()) {
    for (const match of (project.readText(from) ?? '').matchAll(specifierPattern)) {
      const specifier = match[2]!;
      const name = lastSegment(specifier);
      const list = found.get(name);
      if (list === undefined) found.set(name, [{ from, specifier }]);
      else list.push({ from, specifier });
    }
  }
  return found;
}

/** What the last segment of a specifier may be when it means this file. */
function namesOf(path: string): string[] {
  const parts = path.split('/');
  const own = lastSegment(parts.at(-1) ?? '');
  // A package of the workspace is imported by a name that need not be in the path.
  return own === 'index' ? ['index', parts.at(-2) ?? '', '.', '..'] : [own];
}

function lastSegment(specifier: string): string {
  return (specifier.split('/').at(-1) ?? '').replace(/\.[cm]?[jt]sx?$/, '');
}
