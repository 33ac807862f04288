import type { Project } from '../program/project.js';
import type { Profile } from './types.js';

/** Files that may hold workflows of a profile: they mention its modules or directives. */
export function candidatesFor(project: Project, profile: Profile): string[] {
  const words = wordsOf(profile);
  return project.files().filter((path) => {
    if (isTest(path)) return false;
    const text = project.readText(path);
    return text !== undefined && words.some((word) => text.includes(word));
  });
}

/** Tests import the workflow API too, and are not workflows. */
function isTest(path: string): boolean {
  return /(?:\.(?:test|spec)\.[cm]?[jt]sx?|\/__tests__\/.*)$/.test(path);
}

function wordsOf(profile: Profile): string[] {
  const words = new Set([...profile.selectedBy, ...(profile.selectedByDirectives ?? [])]);
  for (const pattern of profile.workflows) {
    if (pattern.type === 'exports-of-importers') for (const module of pattern.modules) words.add(module);
    else if (pattern.type === 'path-option') words.add(pattern.callee.module);
    else if (pattern.type === 'decorator') words.add(pattern.decorator.module);
    else if (pattern.type === 'heritage') words.add(pattern.base.module);
    else words.add(pattern.directive);
  }
  for (const module of Object.keys(profile.modules)) words.add(module);
  return [...words];
}

/** The profiles whose engines the project's code imports at run time. */
export function detectProfiles(project: Project, all: readonly Profile[]): Profile[] {
  return all.filter((profile) => {
    const directives = profile.selectedByDirectives ?? [];
    return project.files().some((path) => {
      const text = project.readText(path);
      if (text === undefined || isTest(path)) return false;
      const words = [...profile.selectedBy, ...directives];
      if (!words.some((word) => text.includes(word))) return false;
      const ir = project.source.load(path)?.ir;
      if (ir === undefined) return false;
      const imported = [...ir.imports, ...ir.exports].some(
        (entry) => 'specifier' in entry && !entry.typeOnly && profile.selectedBy.includes(entry.specifier),
      );
      const directed = [ir.directives, ...ir.functions.map((fn) => fn.directives)].some((list) =>
        list.some((directive) => directives.includes(directive)),
      );
      return imported || directed;
    });
  });
}
