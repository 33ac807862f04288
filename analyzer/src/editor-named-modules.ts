/**
 * Workflow modules that the project names in its code: `Worker.create({ workflowsPath: … })`. They
 * need not import anything of their engine, so only the file of the worker tells what they are.
 */

import { importsAny } from './graph/entries.js';
import type { FileIr } from './graph/ir.js';
import { pathOptions } from './graph/path-options.js';
import type { Profile, ProfileId } from './profiles/types.js';
import type { Project } from './program/project.js';

type Source = Project['source'];
export type NamedModules = ReadonlyMap<string, ReadonlySet<ProfileId>>;

export function namedModules({ source }: Project, profiles: readonly Profile[]): NamedModules {
  const named = new Map<string, Set<ProfileId>>();
  for (const profile of profiles) {
    for (const pattern of profile.workflows) {
      if (pattern.type !== 'path-option') continue;
      for (const worker of source.mentioning([pattern.callee.module])) {
        const ir = source.load(worker)?.ir;
        for (const specifier of ir === undefined ? [] : pathOptions(ir, pattern)) {
          for (const path of modulesBehind(source, profile, fileBehind(source, specifier, worker))) {
            named.set(path, (named.get(path) ?? new Set()).add(profile.id));
          }
        }
      }
    }
  }
  return named;
}

/**
 * The module itself, or, where it only gathers others, those: each is looked at by itself, so that an
 * edit of one leaves what is known of the others.
 */
function modulesBehind(source: Source, profile: Profile, start: string | undefined): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const queue = start === undefined ? [] : [start];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const ir = seen.has(path) ? undefined : source.load(path)?.ir;
    if (ir === undefined) continue;
    seen.add(path);
    if (ir.module === 'commonjs') found.add(path);
    for (const entry of ir.exports) {
      if (entry.typeOnly) continue;
      const target = entry.type === 'local' ? undefined : fileBehind(source, entry.specifier, path);
      if (entry.type === 'star' && target !== undefined) queue.push(target);
      else if (target === undefined || !isWorkflowModule(source.load(target)?.ir, profile)) found.add(path);
    }
  }
  return found;
}

function fileBehind(source: Source, specifier: string, from: string): string | undefined {
  const target = source.resolve(specifier, from, 'import');
  return target.type === 'file' ? target.path : undefined;
}

/** A file that is looked at for workflows of this engine whether or not it is named. */
function isWorkflowModule(ir: FileIr | undefined, { workflows }: Profile): boolean {
  return workflows.some(
    (pattern) =>
      pattern.type === 'exports-of-importers' && ir !== undefined && importsAny(ir, pattern.modules),
  );
}
