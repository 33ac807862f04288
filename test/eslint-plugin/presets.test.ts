import { plugin } from '@refrain/eslint-plugin';
import { ruleNames } from '@refrain/eslint-plugin/internal';
import { describe, expect, it } from 'vitest';

const { configs, rules, meta } = plugin;
const engines = [
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
] as const;

describe('presets', () => {
  it('exist for every engine, for auto and as recommended, with and without types', () => {
    const names = ['auto', 'recommended', ...engines].flatMap((name) => [name, `${name}TypeChecked`]);
    expect(Object.keys(configs).sort()).toEqual(names.sort());
  });

  it('hold every rule, the one that needs types only where there are types', () => {
    const all = Object.keys(rules).map((name) => `@refrain/${name}`);
    const typed = '@refrain/no-transitive-nondeterminism';
    for (const [name, config] of Object.entries(configs)) {
      const expected = name.endsWith('TypeChecked') ? all : all.filter((rule) => rule !== typed);
      expect(Object.keys(config.rules ?? {}).sort(), name).toEqual([...expected].sort());
    }
  });

  it('set the profile that they are named for', () => {
    for (const name of engines) expect(configs[name].settings).toEqual({ refrain: { profile: name } });
    expect(configs.recommended.settings).toEqual({ refrain: { profile: 'auto' } });
  });

  it('warn of what the engine copes with, and report the rest as errors', () => {
    expect(configs.refrain.rules?.['@refrain/no-wall-clock']).toBe('warn');
    expect(configs.refrain.rules?.['@refrain/no-randomness']).toBe('warn');
    expect(configs.refrain.rules?.['@refrain/no-io']).toBe('error');
    expect(configs.restate.rules?.['@refrain/no-wall-clock']).toBe('error');
    expect(configs.recommended.rules?.['@refrain/no-wall-clock']).toBe('error');
  });
});

describe('rules', () => {
  it('are named by the table of rule ids, and know their names', () => {
    const expected = [...Object.values(ruleNames), 'no-transitive-nondeterminism'];
    expect(Object.keys(rules).sort()).toEqual([...expected].sort());
    for (const [name, rule] of Object.entries(rules)) expect(rule.name).toBe(name);
  });

  it('say what they do, where their page is, and what options they take', () => {
    for (const [name, rule] of Object.entries(rules)) {
      expect(rule.meta.docs?.description, name).toMatch(/^(Disallow|Require) /);
      expect(rule.meta.docs?.url, name).toMatch(/^https:/);
      expect(Array.isArray(rule.meta.schema), name).toBe(true);
    }
  });

  it('carry the version of the package', () => {
    expect(meta.name).toBe('@refrain/eslint-plugin');
    expect(meta.version).toMatch(/^\d+\.\d+\.\d+/);
  });
});
