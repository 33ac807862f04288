/** `refrain check` as a library: find the profile, analyse, report. */

import { resolve } from 'node:path';
import { analyseProfile, type ProfileResult } from './analysis.js';
import { createBudget } from './graph/budget.js';
import { profiles } from './profiles/index.js';
import { detectProfiles } from './profiles/select.js';
import type { ProfileId } from './profiles/types.js';
import { createIrCache } from './program/ir-cache.js';
import { createProject, type DiskProject, type Project } from './program/project.js';
import { createResultCache } from './program/result-cache.js';
import { placeKey } from './report/suppress.js';
import { compareDiagnostics, compareText, placeOf, relativePath } from './report/assemble.js';
import { namedModules } from './workflow-modules.js';
import type { CheckReport, Diagnostic, ReportedWorkflow, UnresolvedEntry } from './report/model.js';

export interface CheckOptions {
  /** The project's directory, or one file of it. */
  readonly path: string;
  /** `auto` (the default) picks by what the code imports. */
  readonly profile?: ProfileId | 'auto' | undefined;
  /** Modules all of whose exported functions are workflows: paths and globs, relative to the path. */
  readonly workflows?: readonly string[] | undefined;
  /** Where lowered files and results are kept between runs; without it nothing is written. */
  readonly cacheDirectory?: string | undefined;
  /** Told now and then how far the analysis is: files read, then functions followed. */
  readonly onProgress?: ((what: 'files' | 'functions', count: number) => void) | undefined;
  /** Milliseconds, for `durationMs`; the default is the process's clock. */
  readonly clock?: (() => number) | undefined;
}

export interface FoundWorkflow extends ReportedWorkflow {
  readonly profile: ProfileId;
  readonly why: string;
}

export interface Analysis {
  readonly report: () => CheckReport;
  readonly workflows: () => readonly FoundWorkflow[];
  /** Analyses again after these files changed, appeared or went; unchanged files are not read again. */
  readonly update: (changedFiles: readonly string[]) => CheckReport;
  readonly project: DiskProject;
  readonly results: () => readonly ProfileResult[];
}

/** An analysis that can be brought up to date; editors keep one per project. */
export function createAnalysis(options: CheckOptions): Analysis {
  const cache = options.cacheDirectory === undefined ? undefined : createIrCache(options.cacheDirectory);
  const project = createProject({
    path: options.path,
    cache,
    onRead: (count) => options.onProgress?.('files', count),
  });
  const clock = options.clock ?? (() => performance.now());
  let results: readonly ProfileResult[] | undefined;
  let durationMs = 0;
  const compute = (): readonly ProfileResult[] => {
    if (results === undefined) {
      const from = clock();
      const { modules } = namedModules(project, options.workflows ?? []);
      const budget = createBudget();
      results = profilesFor(project, options.profile ?? 'auto').map((id) =>
        analyseProfile(project, profiles[id], modules, {
          onFollow: (count) => options.onProgress?.('functions', count),
          budget,
        }),
      );
      durationMs = Math.round(clock() - from);
    }
    return results;
  };
  const outcome = (): Outcome => ({
    report: toReport(project, options.profile ?? 'auto', compute(), durationMs),
    workflows: compute().flatMap((result) =>
      result.workflows.map((item) => ({ ...item, profile: result.profile.id })),
    ),
  });
  let current: Outcome | undefined;
  const latest = (): Outcome => (current ??= cachedOutcome(options, project, clock, outcome));
  return {
    report: () => latest().report,
    project,
    results: compute,
    workflows: () => latest().workflows,
    update: (changedFiles) => {
      project.update(changedFiles.map((path) => path.replaceAll('\\', '/')));
      results = undefined;
      current = outcome();
      return current.report;
    },
  };
}

interface Outcome {
  readonly report: CheckReport;
  readonly workflows: readonly FoundWorkflow[];
}

/** The result of an earlier run if nothing that it saw has changed, else a new one, which is kept. */
function cachedOutcome(
  options: CheckOptions,
  project: DiskProject,
  clock: () => number,
  make: () => Outcome,
): Outcome {
  if (options.cacheDirectory === undefined) return make();
  const from = clock();
  const { path, profile = 'auto', workflows = [] } = options;
  const cache = createResultCache<Outcome>(options.cacheDirectory, [resolve(path), profile, workflows]);
  const known = cache.read();
  if (known !== undefined) {
    const summary = { ...known.report.summary, durationMs: Math.round(clock() - from) };
    return { ...known, report: { ...known.report, summary } };
  }
  const made = make();
  cache.write(project.observed(), made);
  return made;
}

export function checkProject(options: CheckOptions): CheckReport {
  return createAnalysis(options).report();
}

export function listWorkflows(options: CheckOptions): readonly FoundWorkflow[] {
  return createAnalysis(options).workflows();
}

function profilesFor(project: Project, profile: ProfileId | 'auto'): ProfileId[] {
  if (profile !== 'auto') return [profile];
  return detectProfiles(project, Object.values(profiles)).map((found) => found.id);
}

function toReport(
  project: DiskProject,
  asked: ProfileId | 'auto',
  results: readonly ProfileResult[],
  durationMs: number,
): CheckReport {
  const diagnostics = uniqueDiagnostics(results.flatMap((result) => result.diagnostics)).filter(
    // A comment for one engine has nothing to take away under another.
    (diagnostic) =>
      diagnostic.ruleId !== 'unused-suppression' ||
      !results.some(({ usedSuppressions }) => usedSuppressions.has(placeKey(diagnostic))),
  );
  const unresolved = uniqueEntries([
    ...results.flatMap((result) => result.unresolved),
    ...unreadSources(project),
    ...project.problems().map(({ path, at, message }) => {
      const before = (project.readText(path) ?? '').slice(0, at).split('\n');
      const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
      return { file: relativePath(project.root, path), ...place, reason: message };
    }),
  ]);
  const workflows = results.flatMap((result) =>
    result.workflows.map(({ name, file, line }) => ({ name, file, line })),
  );
  const profile = results.length === 1 ? results[0]!.profile.id : asked;
  return {
    version: 1,
    profile,
    summary: {
      workflows: workflows.length,
      functions: results.reduce((sum, result) => sum + result.functions, 0),
      unresolvedCalls: unresolved.length,
      errors: diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length,
      warnings: diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length,
      complete: results.every((result) => result.complete),
      durationMs,
    },
    workflows,
    diagnostics,
    unresolved,
  };
}

/** Sources that could not be read to their end: workflows in them may not have been seen. */
function unreadSources(project: DiskProject): UnresolvedEntry[] {
  return [...project.loaded.values()].flatMap(({ ir, gaveUp }) => {
    if (ir.kind !== 'source') return [];
    const file = relativePath(project.root, ir.path);
    if (gaveUp !== undefined) return [{ file, line: 1, column: 1, reason: gaveUp }];
    const [error] = ir.syntaxErrors;
    return error === undefined
      ? []
      : [{ file, ...placeOf(ir, error.at), reason: `syntax error: ${error.message}` }];
  });
}

/** The same place may be reached by workflows of two engines. */
function uniqueDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const byPlace = new Map<string, Diagnostic>();
  for (const item of diagnostics) {
    const key = [item.file, item.line, item.column, item.ruleId].join('\0');
    const known = byPlace.get(key);
    if (known === undefined || (known.severity === 'warning' && item.severity === 'error'))
      byPlace.set(key, item);
  }
  return [...byPlace.values()].sort(compareDiagnostics);
}

function uniqueEntries(entries: readonly UnresolvedEntry[]): UnresolvedEntry[] {
  const byPlace = new Map<string, UnresolvedEntry>();
  for (const entry of entries) byPlace.set([entry.file, entry.line, entry.column].join('\0'), entry);
  return [...byPlace.values()].sort(
    (left, right) =>
      compareText(left.file, right.file) || left.line - right.line || left.column - right.column,
  );
}
