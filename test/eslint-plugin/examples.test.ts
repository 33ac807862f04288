import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';

const folder = join(root, 'docs/examples');

describe('the examples', () => {
  it.each(readdirSync(folder))('%s has nothing to report', async (example) => {
    const cwd = join(folder, example);
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
