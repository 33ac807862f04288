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
  for (const unit of state.units.values()) {
    const instance = unit.instance;
    if (instance === undefined || unit.ir.kind !== 'source' || !reach.has(instance)) continue;
    const seen = new Set<number>();
    for (const entry of [...unit.ir.imports, ...unit.ir.exports]) {
      if (!('specifier' in entry) || entry.typeOnly || seen.has(entry.at)) continue;
      if (!isForbidden(state.profile, entry.specifier)) continue;
      // An alias may have taken the name of a builtin.
      const target = state.program.resolve(entry.specifier, unit.ir.path, 'import');
      if (target.type === 'file' && target.kind === 'source') continue;
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

function isForbidden(profile: Profile, specifier: string): boolean {
  const builtin = builtinName(specifier);
  const names =
    builtin === undefined ? [specifier, splitSpecifier(specifier).name] : [`node:${builtin}`, builtin];
  if (names.some((name) => profile.allowedModules?.includes(name) === true)) return false;
  if (names.some((name) => profile.forbiddenModules.includes(name))) return true;
  return builtin !== undefined && profile.forbiddenModules.includes('node:*');
}
