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
  const { bySuffix, byTarget } = importsOf(project);
  const importers = new Map<string, Set<string>>();
  const queue = [...targets];
  const reached = new Set(queue);
  for (let target = queue.pop(); target !== undefined; target = queue.pop()) {
    const named = namesOf(target).flatMap((name) => bySuffix.get(name) ?? []);
    for (const { from, specifier } of [...named, ...(byTarget.get(target) ?? [])]) {
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

interface Imports {
  /** By the last segment of the specifier, as a relative one ends. */
  readonly bySuffix: ReadonlyMap<string, readonly ImportText[]>;
  /** By the file of a workspace package that the specifier names. */
  readonly byTarget: ReadonlyMap<string, readonly ImportText[]>;
}

function importsOf(project: Project): Imports {
  const bySuffix = new Map<string, ImportText[]>();
  const packages = new Map<string, ImportText[]>();
  for (const from of project.files()) {
    for (const match of (project.readText(from) ?? '').matchAll(specifierPattern)) {
      const specifier = match[2]!;
      push(bySuffix, lastSegment(specifier), { from, specifier });
      if (!specifier.startsWith('.')) push(packages, specifier, { from, specifier });
    }
  }
  const byTarget = new Map<string, ImportText[]>();
  for (const [specifier, list] of packages) {
    const found = project.source.resolve(specifier, list[0]!.from, 'import');
    if (found.type === 'file' && found.kind === 'source') byTarget.set(found.path, list);
  }
  return { bySuffix, byTarget };
}

function push(map: Map<string, ImportText[]>, key: string, item: ImportText): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
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
