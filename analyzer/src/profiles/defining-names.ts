import type { Profile } from './types.js';

const namesByProfile = new WeakMap<Profile, ReadonlySet<string>>();

/** What the calls that define workflows are called in a profile's tables: `createFunction`, `durableTask`. */
export function definingNames(profile: Profile): ReadonlySet<string> {
  const known = namesByProfile.get(profile);
  if (known !== undefined) return known;
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const visit = (table: unknown, depth: number): void => {
    if (typeof table !== 'object' || table === null || depth > 8 || seen.has(table)) return;
    seen.add(table);
    for (const [name, shape] of Object.entries(table)) {
      if (definesWorkflow(shape)) names.add(name);
      visit(shape, depth + 1);
    }
  };
  visit(profile.modules, 0);
  visit(profile.types, 0);
  namesByProfile.set(profile, names);
  return names;
}

function definesWorkflow(shape: unknown): boolean {
  if (typeof shape !== 'object' || shape === null || !('call' in shape)) return false;
  const { call } = shape;
  if (typeof call !== 'object' || call === null || !('role' in call)) return false;
  const { role } = call;
  return typeof role === 'object' && role !== null && 'type' in role && role.type === 'define-workflow';
}
