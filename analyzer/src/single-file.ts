/**
 * The analysis of one text by itself, as a linter sees it: imports of other files lead nowhere and
 * are unknown, never guessed.
 */

import { builtinModules } from 'node:module';
import { analyseProfile } from './analysis.js';
import { profiles } from './profiles/index.js';
import { detectProfiles } from './profiles/select.js';
import type { Profile, ProfileId } from './profiles/types.js';
import { lowerFile } from './program/lower/file.js';
import type { Project } from './program/project.js';
import type { Resolution } from './program/resolve.js';
import type { Diagnostic } from './report/model.js';

export interface SingleFileOptions {
  /** Absolute; its extension decides how the text is parsed. */
  readonly path: string;
  readonly text: string;
  readonly profile: ProfileId | 'auto';
  /** All exported functions of the file are workflows, whatever it imports. */
  readonly isWorkflowModule: boolean;
}

export interface SingleFileResult {
  readonly profile: ProfileId;
  readonly diagnostics: readonly Diagnostic[];
}

/** A result for each engine that the file is written for; none where it holds nothing of an engine. */
export function analyseSingleFile(options: SingleFileOptions): readonly SingleFileResult[] {
  const project = singleFileProject(options.path, options.text);
  const modules = options.isWorkflowModule ? [options.path] : [];
  return profilesOf(project, options).map((profile) => ({
    profile: profile.id,
    diagnostics: analyseProfile(project, profile, modules).diagnostics,
  }));
}

function profilesOf(
  project: Project,
  { path, profile, isWorkflowModule }: SingleFileOptions,
): readonly Profile[] {
  if (profile !== 'auto') return [profiles[profile]];
  const all = Object.values(profiles);
  const selected = detectProfiles(project, all);
  if (selected.length > 0) return selected;
  // A file of activities imports no workflow API, but something of its engine.
  const imports = project.source.load(path)?.ir.imports ?? [];
  const related = all.filter((item) =>
    imports.some((entry) => !entry.typeOnly && Object.hasOwn(item.modules, entry.specifier)),
  );
  return related.length === 0 && isWorkflowModule ? [profiles.refrain] : related;
}

const builtins = new Set(builtinModules);

function singleFileProject(path: string, text: string): Project {
  const lowered = lowerFile(path, text, 'source');
  const loaded = new Map([[path, lowered]]);
  return {
    root: path.slice(0, path.lastIndexOf('/')),
    files: () => [path],
    readText: (asked) => (asked === path ? text : undefined),
    configProblems: () => [],
    loaded,
    source: {
      load: (asked) => loaded.get(asked),
      resolve: resolveNothing,
      mentioning: (words) => (words.every((word) => text.includes(word)) ? [path] : []),
    },
    update: () => undefined,
  };
}

function resolveNothing(specifier: string): Resolution {
  const name = specifier.replace(/^node:/, '');
  if (builtins.has(name)) return { type: 'builtin', name };
  return { type: 'missing', package: specifier, reason: 'only one file is looked at' };
}
