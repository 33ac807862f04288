import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const roots: string[] = [];
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true, force: true })));

/** Lints a project of its own with types; gives its program, weakly. */
async function lintProject(): Promise<WeakRef<ts.Program>> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-memory-')));
  roots.push(root);
  const filePath = join(root, 'flow.ts');
  const text = "import { sleep } from '@temporalio/workflow';\nexport const flow = async () => sleep(1);\n";
  writeFileSync(filePath, text);
  const program = ts.createProgram([filePath], { noLib: true, types: [], noResolve: true });
  const engine = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: { parser: parser as Linter.Parser, parserOptions: { programs: [program] } },
      },
      plugin.configs.temporalTypeChecked as Linter.Config,
    ],
  });
  const [result] = await engine.lintText(text, { filePath });
  expect(result?.messages).toEqual([]);
  return new WeakRef(program);
}

describe('a long session', () => {
  it('keeps no program of an earlier run', async () => {
    const first = await lintProject();
    // The parser holds the last program by itself.
    await lintProject();
    for (let turn = 0; turn < 10 && first.deref() !== undefined; turn++) {
      await new Promise((done) => setTimeout(done, 10));
      collectGarbage();
    }
    expect(first.deref() === undefined).toBe(true);
  });
});
