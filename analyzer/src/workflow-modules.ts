import { resolve } from 'node:path';
import picomatch from 'picomatch';
import type { DiskProject } from './program/project.js';

export interface NamedModules {
  /** Absolute paths of the modules. */
  readonly modules: readonly string[];
  /** What named nothing. */
  readonly unmatched: readonly string[];
}

/** The modules that paths and globs name, relative to the project's folder or absolute. */
export function namedModules(project: DiskProject, names: readonly string[]): NamedModules {
  const modules = new Set<string>();
  const unmatched: string[] = [];
  for (const name of names) {
    const path = resolve(project.root, name).replaceAll('\\', '/');
    // A path may hold characters of globs, as folders of routes do: `[id]`.
    const found = project.holds(path) ? [path] : matching(project, name);
    if (found.length === 0) unmatched.push(name);
    for (const file of found) modules.add(file);
  }
  return { modules: [...modules], unmatched };
}

function matching({ root, files }: DiskProject, name: string): readonly string[] {
  const { base, glob, isGlob } = picomatch.scan(name.replaceAll('\\', '/'));
  if (!isGlob) return [];
  const from = resolve(root, base).replaceAll('\\', '/');
  const isMatch = picomatch(glob, { dot: true });
  return files().filter((file) => file.startsWith(`${from}/`) && isMatch(file.slice(from.length + 1)));
}
