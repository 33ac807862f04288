/**
 * The analysis of one text by itself, as a linter sees it: imports of other files lead nowhere and
 * are unknown, never guessed.
 */

import { builtinModules } from 'node:module';
import { dirname } from 'node:path';
import { analyseProfile } from './analysis.js';
import { profiles } from './profiles/index.js';
import { detectProfiles } from './profiles/select.js';
import type { Profile, ProfileId } from './profiles/types.js';
import { definesThroughImport, standInsFor } from './single-file-imports.js';
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
  const plain = singleFileProject(options.path, options.text, undefined);
  const modules = options.isWorkflowModule ? [options.path] : [];
  const file = options.path.slice(options.path.lastIndexOf('/') + 1);
  return profilesOf(plain, options).map((profile) => {
    const project = singleFileProject(options.path, options.text, profile.id);
    const { diagnostics } = analyseProfile(project, profile, modules);
    return { profile: profile.id, diagnostics: diagnostics.filter((item) => item.file === file) };
  });
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
  if (related.length > 0) return related;
  const ir = project.source.load(path)?.ir;
  const text = project.readText(path) ?? '';
  const byStandIn = all.filter(({ id }) => ir !== undefined && definesThroughImport(ir, text, id));
  return byStandIn.length === 0 && isWorkflowModule ? [profiles.refrain] : byStandIn;
}

const builtins = new Set(builtinModules);

function singleFileProject(path: string, text: string, profile: ProfileId | undefined): Project {
  const lowered = lowerFile(path, text, 'source');
  const loaded = new Map([[path, lowered]]);
  const modules = new Map(profile === undefined ? [] : standInsFor(lowered.ir, text, profile));
  const pathOf = (specifier: string): string => `${path}.${[...modules.keys()].indexOf(specifier)}.ts`;
  for (const [specifier, module] of modules)
    loaded.set(pathOf(specifier), lowerFile(pathOf(specifier), module, 'source'));
  const mentioned = [...modules.values(), text].join('\n');
  return {
    root: dirname(path),
    files: () => [path],
    // Files are chosen by the modules that they mention; one with a client means its engine.
    readText: (asked) => (asked === path ? mentioned : undefined),
    problems: () => [],
    loaded,
    source: {
      load: (asked) => loaded.get(asked),
      resolve: (specifier) =>
        modules.has(specifier)
          ? { type: 'file', path: pathOf(specifier), kind: 'source' }
          : resolveNothing(specifier),
      text: (asked) => (asked === path ? text : undefined),
      isLargePackage: () => true,
      isPublishedPackage: () => true,
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
