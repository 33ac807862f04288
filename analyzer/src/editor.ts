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
  /** For which engines the file was looked at, and how (`keyOf`). */
  readonly roles: string;
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
  overview: Overview | undefined;
}

/** What takes a look at all files: which engines are in use, and which files may hold their workflows. */
interface Overview {
  readonly profiles: readonly Profile[];
  readonly candidates: ReadonlyMap<ProfileId, ReadonlySet<string>>;
  readonly named: NamedModules;
}

/** An engine that a file may hold workflows of. */
interface EntryRole {
  readonly profile: Profile;
  /** All of its exported functions are workflows. */
  readonly isModule: boolean;
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
    overview: undefined,
  };
  return { ask: (question) => answer(state, question) };
}

function answer(state: EditorState, { path, text, files }: EditorQuestion): readonly Diagnostic[] {
  const relevant = files.includes(path) ? files : [...files, path];
  if (!sameList(state.files, relevant)) {
    state.files = relevant;
    state.resolver = newResolver(state.texts);
    state.results.clear();
    state.overview = undefined;
  }
  if (state.texts.open(path, text)) changed(state, path);
  for (const file of state.texts.changedOnDisk()) changed(state, file);
  const found: Diagnostic[] = [];
  for (const entry of relevant) {
    const result = currentResult(state, entry, path);
    if (result?.reads.has(path) === true) found.push(...result.diagnostics);
  }
  return uniqueDiagnostics(found);
}

/** The result of an entry file where it can matter to the file asked for (D1). */
function currentResult(state: EditorState, entry: string, asked: string): EntryResult | undefined {
  const roles = rolesOf(state, entry);
  const found = state.results.get(entry);
  const known = found?.roles === keyOf(roles) ? found : undefined;
  if (known?.state === 'fresh') return known;
  // What only changed its text still reads the files that it read.
  if (known?.state === 'stale' && entry !== asked && !known.reads.has(asked)) return undefined;
  const result = analyseEntry(state, entry, roles);
  state.results.set(entry, result);
  return result;
}

function changed(state: EditorState, path: string): void {
  state.overview = undefined;
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

function analyseEntry(state: EditorState, entry: string, roles: readonly EntryRole[]): EntryResult {
  const reads = new Set<string>([entry]);
  const project = projectOf(state, [entry], reads);
  const diagnostics = roles.flatMap(
    ({ profile, isModule }) =>
      analyseProfile(project, withoutPaths(profile), isModule ? [entry] : [], { candidates: [entry] })
        .diagnostics,
  );
  return { reads, diagnostics, roles: keyOf(roles), state: 'fresh' };
}

function rolesOf(state: EditorState, entry: string): readonly EntryRole[] {
  state.overview ??= lookOver(state);
  const { candidates, named } = state.overview;
  const configured = state.options.isWorkflowModule(entry);
  const roles = state.overview.profiles.flatMap((profile): EntryRole[] => {
    const isNamed = named.get(entry)?.has(profile.id) === true;
    const isCandidate = isNamed || candidates.get(profile.id)?.has(entry) === true;
    return isCandidate ? [{ profile, isModule: configured || isNamed }] : [];
  });
  if (roles.length > 0 || !configured) return roles;
  const { profile } = state.options;
  return [{ profile: profiles[profile === 'auto' ? 'refrain' : profile], isModule: true }];
}

function keyOf(roles: readonly EntryRole[]): string {
  return roles.map(({ profile, isModule }) => `${profile.id}${isModule ? '*' : ''}`).join(' ');
}

function lookOver(state: EditorState): Overview {
  const { profile } = state.options;
  const project = projectOf(state, state.files, new Set());
  const used = profile === 'auto' ? detectProfiles(project, Object.values(profiles)) : [profiles[profile]];
  return {
    profiles: used,
    candidates: new Map(used.map((item) => [item.id, new Set(candidatesFor(project, item))])),
    named: namedModules(project, used),
  };
}

/** A worker that names its workflow modules says nothing of its own file; those are entries themselves. */
function withoutPaths(profile: Profile): Profile {
  return { ...profile, workflows: profile.workflows.filter((pattern) => pattern.type !== 'path-option') };
}

/** The project with these files to start from, which notes what is read. */
function projectOf(state: EditorState, files: readonly string[], reads: Set<string>): Project {
  const { texts, options, lowered } = state;
  return {
    root: options.root,
    files: () => [...files],
    readText: (path) => texts.read(path),
    problems: () => [],
    loaded: lowered,
    source: {
      load: (path) => {
        reads.add(path);
        return load(state, path);
      },
      resolve: (specifier, from, mode, bundling) => state.resolver.resolve(specifier, from, mode, bundling),
      text: (path) => texts.read(path),
      isLargePackage: () => true,
      isPublishedPackage: () => true,
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
