import { describe, expect, it } from 'vitest';
import { catalogue, profiles } from '@refrain/analyzer/internal';

const IDS = [
  'refrain',
  'temporal',
  'restate',
  'inngest',
  'hatchet',
  'dbos',
  'aws',
  'azure',
  'cloudflare',
  'vercel',
];

/** Names of types that a table mentions, in `returns`, `type`, `extends`, `iterates` and `params`. */
function typesIn(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found;
  const isRole =
    'type' in node &&
    ('kind' in node || 'handlers' in node || 'id' in node || 'options' in node || 'definition' in node);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'role' || isRole) continue;
    if (typeof value === 'string' && ['returns', 'type', 'extends', 'iterates'].includes(key))
      found.add(value);
    else if (key === 'params' && Array.isArray(value)) for (const name of value as string[]) found.add(name);
    else typesIn(value, found);
  }
  return found;
}

describe('profiles', () => {
  it('are complete and in order', () => {
    expect(Object.keys(profiles)).toEqual(IDS);
    for (const [id, profile] of Object.entries(profiles)) expect(profile.id).toBe(id);
  });

  it.each(Object.values(profiles))('$id names only types that exist', (profile) => {
    const known = new Set([
      ...Object.keys(catalogue.types),
      ...Object.keys(profile.types),
      'undefined',
      'null',
      'receiver',
      'argument:0',
    ]);
    const mentioned = new Set<string>();
    for (const tables of [profile.modules, profile.types, profile.globals ?? {}]) typesIn(tables, mentioned);
    const unknown = [...mentioned]
      .map((name) => name.replace(/^Promise<(.*)>$/, '$1'))
      .filter((name) => !known.has(name));
    expect(unknown).toEqual([]);
  });

  it.each(Object.values(profiles))('$id says what to use instead of the common sources', (profile) => {
    for (const rule of ['wall-clock', 'randomness', 'environment', 'io', 'native-timer', 'module-state']) {
      expect(profile.suggestions[rule], rule).toMatch(/\.$/);
    }
  });

  it('finds workflows in each profile: a pattern, or a call that defines them', () => {
    for (const profile of Object.values(profiles)) {
      const defines = JSON.stringify([profile.modules, profile.types]).includes('"define-workflow"');
      expect(profile.workflows.length > 0 || defines, profile.id).toBe(true);
    }
  });
});
