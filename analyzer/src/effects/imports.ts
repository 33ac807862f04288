/** Runtime imports of modules that the engine's sandbox does not provide. */

import { builtinName, splitSpecifier } from '../program/resolve.js';
import type { Profile } from '../profiles/types.js';
import type { GraphState } from '../graph/state.js';
import { adviceFor } from './advice.js';
import type { RawFinding } from './finding.js';
import type { Reach } from './reach.js';

export function importFindings(state: GraphState, reach: Reach): RawFinding[] {
  const findings: RawFinding[] = [];
  if (state.profile.forbiddenModules.length === 0) return findings;
  const used = usedImports(state, reach);
  for (const unit of state.units.values()) {
    const instance = unit.instance;
    if (instance === undefined || !reach.has(instance)) continue;
    // Steps are compiled away, and packages are bundled, with what only they import.
    const onlyUsed = unit.ir.kind === 'package' || state.profile.safeFunctions.length > 0;
    const seen = new Set<number>();
    for (const entry of [...unit.ir.imports, ...unit.ir.exports]) {
      if (!('specifier' in entry) || entry.typeOnly || seen.has(entry.at)) continue;
      if (onlyUsed && !used.has(entry)) continue;
      if (!isForbidden(state.profile, entry.specifier)) continue;
      if (isReplaced(state, entry.specifier, unit.ir.path)) continue;
      seen.add(entry.at);
      findings.push({
        rule: 'forbidden-module',
        severity: 'error',
        instance,
        at: entry.at,
        end: entry.end,
        message: `'${entry.specifier}' does not exist where ${state.profile.title} runs workflow code.`,
        suggestion:
          adviceFor(state.profile, undefined, 'forbidden-module', undefined) ??
          'Use it in an activity or a step, in a module that workflow code imports only for its types.',
        use: undefined,
        reaches: 'nothing',
      });
    }
  }
  return findings;
}

/** An alias may have taken the name of a builtin, and a package name what stands in for one in a bundle. */
function isReplaced(state: GraphState, specifier: string, from: string): boolean {
  const target = state.program.resolve(specifier, from, 'import');
  if (target.type === 'asset') return true;
  return target.type === 'file' && (target.kind === 'source' || builtinName(specifier) !== undefined);
}

/** Imports whose binding reached code uses. */
function usedImports(state: GraphState, reach: Reach): ReadonlySet<unknown> {
  const used = new Set<unknown>();
  for (const { instance, binding } of state.usedImports) {
    if (reach.has(instance)) used.add(instance.unit.ir.imports[binding]);
  }
  return used;
}

function isForbidden(profile: Profile, specifier: string): boolean {
  // `@refrain/engine` is not for workflow code, `@refrain/engine/workflow` is nothing else.
  if (profile.selectedBy.includes(specifier)) return false;
  const builtin = builtinName(specifier);
  if (Object.hasOwn(profile.modules, specifier)) return profile.forbiddenModules.includes(specifier);
  const names =
    builtin === undefined ? [specifier, splitSpecifier(specifier).name] : [`node:${builtin}`, builtin];
  if (names.some((name) => profile.allowedModules?.includes(name) === true)) return false;
  if (names.some((name) => profile.forbiddenModules.includes(name))) return true;
  return builtin !== undefined && profile.forbiddenModules.includes('node:*');
}
