import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleNames } from '@refrain/eslint-plugin/internal';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';
import { lint } from './lint.js';

const folder = join(root, 'test/fixtures/eslint-plugin');
const names: Readonly<Record<string, string>> = ruleNames;

/** `line rule` for every `// expect <rule>, <rule>` at the end of a line. */
function expectations(text: string): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const [, list] = /\/\/ expect (.+)$/.exec(line) ?? [];
    return (list?.split(', ') ?? []).map((id) => `${String(index + 1)} @refrain/${String(names[id])}`);
  });
}

const files = readdirSync(folder).flatMap((engine) =>
  readdirSync(join(folder, engine)).map((file) => [engine, file] as const),
);

// Long files in each engine's style, hazards next to what looks like them.
describe.each(['auto', 'own'] as const)('a workflow file, linted with the preset %s', (which) => {
  it.each(files)('%s/%s', async (engine, file) => {
    const text = readFileSync(join(folder, engine, file), 'utf8');
    const found = await lint(text, { preset: which === 'own' ? (engine as 'restate') : 'auto' });
    expect(found.map(({ line, rule }) => `${String(line)} ${rule}`).sort()).toEqual(
      [...expectations(text)].sort(),
    );
  });
});
