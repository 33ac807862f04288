import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';

const folder = join(root, 'docs/examples');
const examples = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('the examples', () => {
  it.each(examples)('$name has nothing to report', async ({ name }) => {
    const cwd = join(folder, name);
    const engine = new ESLint({
      cwd,
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.ts'], languageOptions: { parser: parser as Linter.Parser } },
        plugin.configs.recommended as Linter.Config,
      ],
    });
    const results = await engine.lintFiles(['**/*.ts']);
    expect(results.length).toBeGreaterThan(0);
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  });
});
