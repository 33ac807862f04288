import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { plugin } from '@refrain/eslint-plugin';
import { ruleNames } from '@refrain/eslint-plugin/internal';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';
import { lint, type ConfigName } from './lint.js';
import { examplesUnder, missingHeadings } from './rule-pages.js';

const pages = [...Object.keys(ruleNames), 'no-transitive-nondeterminism'];
const read = (page: string): string => readFileSync(join(root, 'docs/rules', `${page}.md`), 'utf8');

describe('pages of rules', () => {
  it('exist for every rule, where meta.docs.url says', () => {
    expect(pages.filter((page) => !existsSync(join(root, 'docs/rules', `${page}.md`)))).toEqual([]);
    const urls = Object.values(plugin.rules).map(({ meta }) => meta.docs?.url);
    expect(urls.sort()).toEqual(pages.map((page) => `https://refrain.dev/rules/${page}`).sort());
  });

  it.each(pages)('%s has the headings', (page) => {
    expect(missingHeadings(read(page))).toEqual([]);
  });
});

describe('examples in the pages', () => {
  it.each(Object.entries(ruleNames))(
    '%s: incorrect ones are reported, correct ones are not',
    async (id, name) => {
      const incorrect = examplesUnder(read(id), 'Incorrect');
      const correct = examplesUnder(read(id), 'Correct');
      expect(incorrect.length).toBeGreaterThan(0);
      expect(correct.length).toBeGreaterThan(0);
      for (const { files, profile } of incorrect) {
        const found = await Promise.all(files.map((text) => lint(text, { preset: presetOf(profile) })));
        expect(
          found.flat().map(({ rule }) => rule),
          files.join('\n'),
        ).toContain(`@refrain/${name}`);
      }
      for (const { files, profile } of correct)
        for (const text of files) expect(await lint(text, { preset: presetOf(profile) }), text).toEqual([]);
    },
  );
});

function presetOf(profile: string | undefined): ConfigName {
  return profile !== undefined && profile in plugin.configs ? (profile as ConfigName) : 'recommended';
}
