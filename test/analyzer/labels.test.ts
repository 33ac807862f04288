import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { profiles, ruleIds } from '@refrain/analyzer';
import { misuseRules } from '@refrain/analyzer/internal';
import { loadScenarios } from '../bench/analyzer/corpus.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scenarios = loadScenarios(join(root, 'test/fixtures/analyzer'));
const RULES = [
  'wall-clock',
  'randomness',
  'environment',
  'io',
  'native-timer',
  'host-concurrency',
  'locale',
  'dynamic-code',
  'gc-observation',
  'stack-observation',
  'module-state',
  'global-mutation',
  'unstable-order',
  'unstable-identity',
  'forbidden-module',
  'import-effect',
  'replay-introspection',
  ...misuseRules.map((rule) => rule.id),
];

describe('the labelled corpus', () => {
  it('has at least 200 scenarios', () => {
    expect(scenarios.length).toBeGreaterThanOrEqual(200);
  });

  it('names only rules that exist, and every one of them', () => {
    const named = new Set(scenarios.flatMap((scenario) => scenario.expected.map((label) => label.ruleId)));
    expect([...named].filter((rule) => !RULES.includes(rule))).toEqual([]);
    expect(RULES.filter((rule) => !named.has(rule))).toEqual([]);
  });

  it('has hazards and safe twins for every profile', () => {
    for (const id of Object.keys(profiles)) {
      const mine = scenarios.filter((scenario) => scenario.profile === id);
      expect(mine.filter((scenario) => scenario.expected.length > 0).length, `${id} hazards`).toBeGreaterThan(
        2,
      );
      expect(mine.filter((scenario) => scenario.expected.length === 0).length, `${id} safe`).toBeGreaterThan(
        0,
      );
    }
  });
});

describe('the pages of the rules', () => {
  const HEADINGS = ['What', 'Why it breaks replay', 'Incorrect', 'Correct', 'Options', 'When not to use it'];

  it.each(RULES)('%s', (rule) => {
    const path = join(root, 'docs/rules', `${rule}.md`);
    expect(existsSync(path)).toBe(true);
    const headings = [...readFileSync(path, 'utf8').matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(headings).toEqual(HEADINGS);
  });

  it('has no page for a rule that does not exist', () => {
    const pages = readdirSync(join(root, 'docs/rules')).filter(
      (name) => name.endsWith('.md') && name !== 'README.md',
    );
    // A rule of the ESLint plugin that collects the findings of all others, from other files.
    const known = [...ruleIds, 'no-transitive-nondeterminism'];
    expect(pages.map((name) => name.slice(0, -3)).sort()).toEqual(known.sort());
  });
});
