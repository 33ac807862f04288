/**
 * The analysis as an editor needs it: one project, many small questions, texts that are newer than
 * the disk. Owns the texts, the lowered files and a result for each file that defines workflows;
 * the list of the project's files is the caller's, as its compiler knows it.
 *
 * Invariants:
 * - D1 An answer follows from the texts, never from which questions were asked before.
 * - D2 A result is used as long as none of the files that it was computed from changes.
 * - D3 A text that was opened counts until the file on disk changes.
 * - D4 Files of packages are read once: nobody edits them.
 */

import { analyseProfile } from './analysis.js';
import { namedModules, type NamedModules } from './editor-named-modules.js';
import { createEditorTexts, type EditorTexts } from './editor-texts.js';
import { profiles } from './profiles/index.js';
import { candidatesFor, detectProfiles } from './profiles/select.js';
import type { Profile, ProfileId } from './profiles/types.js';
import { createConfigReader } from './program/config.js';
import { lowerFile, type LoweredFile } from './program/lower/file.js';
import { createPackageReader } from './program/packages.js';
import type { Project } from './program/project.js';
import { createResolver, type Resolver } from './program/resolve.js';
import type { Diagnostic } from './report/model.js';

export interface EditorOptions {
  /** Absolute directory; files in answers are relative to it. */
  readonly root: string;
  readonly profile: ProfileId | 'auto';
  /** Are all exported functions of this file workflows, whatever it imports? */
  readonly isWorkflowModule: (path: string) => boolean;
}

export interface EditorQuestion {
  readonly path: string;
  /** The text that the editor holds. */
  readonly text: string;
  /** The project's source files, absolute, without declarations and packages. */
  readonly files: readonly string[];
}

export interface EditorAnalysis {
  /** All findings of the workflows that run code of the file, in this file and in others. */
  readonly ask: (question: EditorQuestion) => readonly Diagnostic[];
}

/** What the workflows that one file defines reach. */
interface EntryResult {
  readonly reads: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
  /** The engines that the project names the file to as a workflow module. */
  readonly namedTo: string;
  state: 'fresh' | 'stale' | 'rewired';
}

interface EditorState {
  readonly options: EditorOptions;
  readonly texts: EditorTexts;
  readonly lowered: Map<string, LoweredFile>;
  readonly results: Map<string, EntryResult>;
  files: readonly string[];
  resolver: Resolver;
  /** Undefined until it is asked for after a change. */
  named: NamedModules | undefined;
}

export function createEditorAnalysis(options: EditorOptions): EditorAnalysis {
  const texts = createEditorTexts();
  const state: EditorState = {
    options,
    texts,
    lowered: new Map(),
    results: new Map(),
    files: [],
    resolver: newResolver(texts),
    named: undefined,
  };
  return { ask: (question) => answer(state, question) };
}

function answer(state: EditorState, { path, text, files }: EditorQuestion): readonly Diagnostic[] {
  if (!sameList(state.files, files)) {
    state.files = files;
    state.resolver = newResolver(state.texts);
    state.results.clear();
    state.named = undefined;
  }
  if (state.texts.open(path, text)) changed(state, path);
  for (const file of state.texts.changedOnDisk()) changed(state, file);
  const relevant = new Set([...files, path]);
  const found: Diagnostic[] = [];
  for (const entry of relevant) {
    const result = currentResult(state, entry, path);
    if (result?.reads.has(path) === true) found.push(...result.diagnostics);
  }
  return uniqueDiagnostics(found);
}

/** The result of an entry file where it can matter to the file asked for (D1). */
function currentResult(state: EditorState, entry: string, asked: string): EntryResult | undefined {
  const found = state.results.get(entry);
  const known = found?.namedTo === namedTo(state, entry) ? found : undefined;
  if (known?.state === 'fresh') return known;
  // What only changed its text still reads the files that it read.
  if (known?.state === 'stale' && entry !== asked && !known.reads.has(asked)) return undefined;
  const result = analyseEntry(state, entry);
  state.results.set(entry, result);
  return result;
}

function changed(state: EditorState, path: string): void {
  state.named = undefined;
  const before = state.lowered.get(path);
  state.lowered.delete(path);
  const rewired = before === undefined || importsOf(before) !== importsOf(load(state, path));
  for (const [entry, result] of state.results) {
    if (entry !== path && !result.reads.has(path)) continue;
    result.state = rewired || result.state === 'rewired' || entry === path ? 'rewired' : 'stale';
  }
}

function importsOf(file: LoweredFile | undefined): string {
  if (file === undefined) return '';
  const { imports, exports } = file.ir;
  return [...imports, ...exports].map((item) => ('specifier' in item ? item.specifier : '')).join('\n');
}

function analyseEntry(state: EditorState, entry: string): EntryResult {
  const reads = new Set<string>([entry]);
  const project = entryProject(state, entry, reads);
  const isModule = state.options.isWorkflowModule(entry);
  const diagnostics = profilesOf(state, project, isModule).flatMap((profile) => {
    const isNamed = isModule || namedIn(state).get(entry)?.has(profile.id) === true;
    if (!isNamed && candidatesFor(project, profile).length === 0) return [];
    return analyseProfile(project, withoutPaths(profile), isNamed ? [entry] : []).diagnostics;
  });
  return { reads, diagnostics, namedTo: namedTo(state, entry), state: 'fresh' };
}

function profilesOf(state: EditorState, project: Project, isModule: boolean): readonly Profile[] {
  if (state.options.profile !== 'auto') return [profiles[state.options.profile]];
  const detected = detectProfiles(project, Object.values(profiles));
  const named = project.files().flatMap((path) => [...(namedIn(state).get(path) ?? [])]);
  const found = [...new Set([...detected, ...named.map((id) => profiles[id])])];
  return found.length === 0 && isModule ? [profiles.refrain] : found;
}

function namedIn(state: EditorState): NamedModules {
  const { profile } = state.options;
  state.named ??= namedModules(
    {
      mentioning: (word) => state.files.filter((path) => state.texts.read(path)?.includes(word) === true),
      load: (path) => load(state, path)?.ir,
      resolve: (specifier, from) => {
        const target = state.resolver.resolve(specifier, from, 'import');
        return target.type === 'file' ? target.path : undefined;
      },
    },
    profile === 'auto' ? Object.values(profiles) : [profiles[profile]],
  );
  return state.named;
}

function namedTo(state: EditorState, entry: string): string {
  return [...(namedIn(state).get(entry) ?? [])].join(' ');
}

/** A worker that names its workflow modules says nothing of its own file; those are entries themselves. */
function withoutPaths(profile: Profile): Profile {
  return { ...profile, workflows: profile.workflows.filter((pattern) => pattern.type !== 'path-option') };
}

/** The project with one file to start from, which notes what is read. */
function entryProject(state: EditorState, entry: string, reads: Set<string>): Project {
  const { texts, options, lowered } = state;
  return {
    root: options.root,
    files: () => [entry],
    readText: (path) => texts.read(path),
    configProblems: () => [],
    loaded: lowered,
    source: {
      load: (path) => {
        reads.add(path);
        return load(state, path);
      },
      resolve: (specifier, from, mode) => state.resolver.resolve(specifier, from, mode),
      text: (path) => texts.read(path),
      isLargePackage: () => true,
      mentioning: (words) =>
        state.files.filter((path) => {
          const text = texts.read(path);
          return text !== undefined && words.every((word) => text.includes(word));
        }),
    },
    update: () => undefined,
  };
}

function load(state: EditorState, path: string): LoweredFile | undefined {
  const known = state.lowered.get(path);
  if (known !== undefined) return known;
  const text = state.texts.read(path);
  if (text === undefined) return undefined;
  const lowered = lowerFile(path, text, path.includes('/node_modules/') ? 'package' : 'source');
  state.lowered.set(path, lowered);
  return lowered;
}

function newResolver({ host }: EditorTexts): Resolver {
  host.forget([]);
  return createResolver(host, createConfigReader(host), createPackageReader(host));
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

/** The same place may be reached from workflows of several files; the shortest way explains it best. */
function uniqueDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const byWay = new Map<string, Diagnostic>();
  for (const item of diagnostics) {
    const start = item.chain[0]?.file ?? '';
    byWay.set([item.file, item.line, item.column, item.ruleId, start].join('\0'), item);
  }
  return [...byWay.values()];
}
