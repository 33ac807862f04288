import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';
import { missingHeadings } from './rule-pages.js';

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'refrain-new-rule-'));
  for (const file of ['rule-table.ts', 'all-rules.ts'])
    cpSync(join(root, 'eslint-plugin/src', file), join(copy, 'eslint-plugin/src', file));
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

function newRule(...names: readonly string[]): { status: number | null; stderr: string } {
  const script = join(root, 'scripts/new-rule.mjs');
  return spawnSync(process.execPath, [script, '--root', copy, ...names], { encoding: 'utf8' });
}

const read = (file: string): string => readFileSync(join(copy, file), 'utf8');

describe('npm run new-rule', () => {
  it('writes the module, the page and the test, and the rows of the tables', () => {
    expect(newRule('no-lunar-phase')).toMatchObject({ status: 0, stderr: '' });
    expect(read('eslint-plugin/src/rules/no-lunar-phase.ts')).toContain("id: 'lunar-phase'");
    expect(missingHeadings(read('docs/rules/lunar-phase.md'))).toEqual([]);
    expect(read('test/eslint-plugin/rules/no-lunar-phase.cases.ts')).toContain("checkRule('no-lunar-phase'");
    expect(read('eslint-plugin/src/rule-table.ts')).toContain(
      "  'lunar-phase': 'no-lunar-phase',\n} as const",
    );
    for (const file of ['rule-table.ts', 'all-rules.ts']) {
      const { diagnostics } = ts.transpileModule(read(`eslint-plugin/src/${file}`), {
        reportDiagnostics: true,
      });
      expect(diagnostics).toEqual([]);
    }
  });

  it('keeps the name of a rule that asks for something', () => {
    expect(newRule('require-receipt')).toMatchObject({ status: 0 });
    expect(read('eslint-plugin/src/rule-table.ts')).toContain("'require-receipt': 'require-receipt',");
  });

  it('overwrites nothing', () => {
    newRule('tides');
    expect(newRule('no-tides')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('exists already'),
    });
  });

  it('refuses a name that is none', () => {
    expect(newRule('No Tides')).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
    expect(newRule()).toMatchObject({ status: 2 });
  });
});
