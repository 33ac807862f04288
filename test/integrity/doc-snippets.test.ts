import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { codeBlocks, guidePages, hiddenFiles, readPage, type CodeBlock } from './markdown.js';
import { root } from './repository.js';

/**
 * Snippets of one page share a folder that does not exist on disk. A block whose first line is a path in a comment
 * (`// src/workflows.ts`) is that file, so that other blocks of the page can import it.
 */
function virtualFile(block: CodeBlock): string {
  const folder = join(root, 'docs', 'examples', '.snippets', block.page.replace(/\W+/g, '-'));
  const named = /^\/\/ ([\w./-]+\.ts)$/m.exec(block.code.split('\n')[0]!)?.[1];
  return join(folder, named ?? `line-${block.line}.ts`);
}

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  types: ['node'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

function typeErrors(blocks: readonly CodeBlock[]): string[] {
  const files = new Map(blocks.map((block) => [virtualFile(block), block]));
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, directoryExists } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.directoryExists = (folder) =>
    [...files.keys()].some((file) => file.startsWith(folder)) || directoryExists!(folder);
  host.getSourceFile = (file, language, ...rest) => {
    const block = files.get(file);
    // Each snippet is a module of its own, also when it imports nothing.
    const text = block && `export {};${block.prelude}\n${block.code}`;
    return text === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, text, { languageVersion: ts.ScriptTarget.ES2023, impliedNodeFormat: 99 });
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const block = diagnostic.file && files.get(diagnostic.file.fileName);
    const at = block ? `${block.page}:${block.line}` : (diagnostic.file?.fileName ?? 'program');
    return `${at}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
  });
}

const blocks = guidePages().flatMap(codeBlocks);

describe('snippets in the guides', () => {
  it('in TypeScript compile', () => {
    expect(
      typeErrors([
        ...guidePages().flatMap(hiddenFiles),
        ...blocks.filter(({ language }) => language === 'ts'),
      ]),
    ).toEqual([]);
  }, 60_000);

  it('in JSON parse', () => {
    const broken = blocks
      .filter(({ language }) => language === 'json')
      .filter(({ code }) => {
        try {
          JSON.parse(code);
          return false;
        } catch {
          return true;
        }
      });
    expect(broken.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  });
});

describe('links in the guides', () => {
  it('lead to files that exist', () => {
    const dead: string[] = [];
    for (const page of guidePages()) {
      for (const [, target] of readPage(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        const path = target!.split('#')[0]!;
        if (path === '' || /^[a-z]+:/.test(path)) continue;
        if (!existsSync(join(root, dirname(page), path))) dead.push(`${page}: ${target}`);
      }
    }
    expect(dead).toEqual([]);
  });
});
