import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../../integrity/repository.js';

const ours = join(root, 'engine', 'dist', 'workflow', 'index.d.ts');
const theirs = join(root, 'node_modules', '@temporalio', 'workflow', 'lib', 'index.d.ts');
const page = join(root, 'docs', 'architecture', 'author-api.md');

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
};

function exportsOf(program: ts.Program, file: string): string[] {
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
  return checker.getExportsOfModule(symbol).map(({ name }) => name);
}

describe('the author API against @temporalio/workflow', () => {
  it('exports the same names, but for a documented list', () => {
    const program = ts.createProgram([ours, theirs], compilerOptions);
    const known = new Set(exportsOf(program, ours));
    const missing = exportsOf(program, theirs).filter((name) => !known.has(name));
    const documented = [...readFileSync(page, 'utf8').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(missing.sort()).toEqual(documented.sort());
  });

  it('compiles code of Temporal’s samples', () => {
    const fixture = join(root, 'test', 'fixtures', 'workflow-api', 'samples.ts');
    for (const target of [ours, theirs]) {
      const program = ts.createProgram([fixture], {
        ...compilerOptions,
        paths: { '@temporalio/workflow': [target] },
      });
      const messages = ts
        .getPreEmitDiagnostics(program)
        .map((diagnostic) => ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      expect(messages, target).toEqual([]);
    }
  });
});
