import { definingNames } from './defining-names.js';
import { importersOf } from './importers.js';
import type { Project } from '../program/project.js';
import type { Profile } from './types.js';

/** Files that may hold workflows of a profile: they mention its modules or directives, or import what does. */
export function candidatesFor(project: Project, profile: Profile): string[] {
  const words = wordsOf(profile);
  const files = project.files().filter((path) => !isTest(path));
  const direct = files.filter((path) => mentionsAny(project, path, words));
  if (!isDefinedByUse(profile)) return direct;
  const importers = importersOf(project, new Set(direct));
  const defining = [...definingNames(profile)];
  const hasHeritage = profile.workflows.some((pattern) => pattern.type === 'heritage');
  const makesWorkflowClasses = hasHeritage || profile.workflows.some(({ type }) => type === 'decorator');
  const hints = hasHeritage ? [...defining, 'extends '] : defining;
  const found = new Set(direct);
  for (const path of files) {
    if (importers.has(path) && mentionsAny(project, path, hints)) found.add(path);
  }
  // Who imports a function that defines workflows defines some by calling it.
  const factories = new Set(
    [...found].filter(
      (path) =>
        holdsFactory(project, path, defining) || (makesWorkflowClasses && makesClasses(project, path)),
    ),
  );
  for (let before = 0; factories.size > before;) {
    before = factories.size;
    for (const path of files) {
      if (![...(importers.get(path) ?? [])].some((imported) => factories.has(imported))) continue;
      found.add(path);
      if (isBarrel(project, path)) factories.add(path);
    }
  }
  return files.filter((path) => found.has(path));
}

/** Workflows are made by calls, decorators or base classes, which may come through other files. */
function isDefinedByUse(profile: Profile): boolean {
  return !profile.workflows.some(({ type }) => type === 'exports-of-importers' || type === 'directive');
}

function mentionsAny(project: Project, path: string, words: readonly string[]): boolean {
  const text = project.readText(path);
  return text !== undefined && words.some((word) => text.includes(word));
}

/** Hands on what others export. */
function isBarrel(project: Project, path: string): boolean {
  return project.source.load(path)?.ir.exports.some((entry) => entry.type !== 'local') === true;
}

function holdsFactory(project: Project, path: string, defining: readonly string[]): boolean {
  if (!mentionsAny(project, path, defining)) return false;
  const functions = project.source.load(path)?.ir.functions ?? [];
  return functions.some(
    (fn) =>
      fn.kind !== 'module' &&
      fn.ops.some((op) => op.type === 'call' && defining.includes(op.text.split('.').at(-1) ?? '')),
  );
}

/** A function that gives classes: what it is called with may be a workflow. */
function makesClasses(project: Project, path: string): boolean {
  if (!mentionsAny(project, path, ['class '])) return false;
  return project.source.load(path)?.ir.classes.some((cls) => cls.parent !== 0) === true;
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
