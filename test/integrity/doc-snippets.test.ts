import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands } from '@refrain/cli/internal';
import { load } from 'js-yaml';
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

/** The commands of a shell snippet, without prompts, comments and what lines go on with. */
function shellCommands({ code }: CodeBlock): string[] {
  return code.replaceAll('\\\n', ' ').split(/\n|&&|\|/);
}

function isShell({ language }: CodeBlock): boolean {
  return language === 'sh' || language === 'bash';
}

describe('snippets in the guides for other tools', () => {
  it('in JavaScript parse', () => {
    const broken = blocks
      .filter(({ language }) => language === 'js' || language === 'javascript')
      .map((block) => {
        const reportDiagnostics = { reportDiagnostics: true, compilerOptions: { allowJs: true, target: 99 } };
        const { diagnostics } = ts.transpileModule(block.code, { ...reportDiagnostics, fileName: 'a.js' });
        return [`${block.page}:${block.line}`, diagnostics?.length ?? 0] as const;
      })
      .filter(([, errors]) => errors > 0);
    expect(broken).toEqual([]);
  });

  it('in YAML parse', () => {
    const yaml = blocks.filter(({ language }) => language === 'yaml');
    expect(yaml.length).toBeGreaterThan(1);
    for (const { code, page, line } of yaml) {
      expect(() => load(code), `${page}:${line}`).not.toThrow();
    }
  });

  it('for the shell parse', () => {
    const broken = blocks
      .filter(isShell)
      .filter(({ code }) => spawnSync('bash', ['-n'], { input: code }).status !== 0);
    expect(broken.map(({ page, line }) => `${page}:${line}`)).toEqual([]);
  });

  it('name commands, options and npm scripts that exist', () => {
    const wrong = blocks.filter(isShell).flatMap((block) =>
      shellCommands(block)
        .map((text) => unknownWord(text))
        .filter((word) => word !== undefined)
        .map((word) => `${block.page}:${block.line}: ${word}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** What in a `refrain …` command line the CLI does not know, if anything. */
function unknownWord(text: string): string | undefined {
  const words = text.trim().split(/\s+/);
  const at = words.findIndex((word) => word === 'refrain' || word.startsWith('@refrain/cli@'));
  if (at < 0 || at > 2 || (at > 0 && !['npx', 'exec'].includes(words[at - 1]!))) return undefined;
  const [first, second] = words.slice(at + 1);
  if (first === undefined || first.startsWith('-') || first === 'completion') return undefined;
  const entry = commands.find(({ usage }) => usage.split(' ')[0] === first);
  if (!entry) return `refrain ${first}`;
  const command =
    'members' in entry ? entry.members.find(({ usage }) => usage.split(' ')[0] === second) : entry;
  if (!command) return `refrain ${first} ${second}`;
  const known = Object.entries(command.options).flatMap(([name, { alias = [] }]) => [
    `--${name}`,
    `--no-${name}`,
    ...[alias].flat().map((short) => `-${short}`),
  ]);
  return words
    .slice(at)
    .find((word) => /^--?[a-z]/.test(word) && ![...known, '--help'].includes(word.split('=')[0]!));
}

/** The anchors of a page, as GitHub makes them from its headings. */
function anchorsOf(page: string): Set<string> {
  const headings = readPage(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, text]) =>
      text!
        .toLowerCase()
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe('links in the guides', () => {
  it('lead to files and headings that exist', () => {
    const dead: string[] = [];
    for (const page of guidePages()) {
      for (const [, target] of readPage(page).matchAll(/\]\(([^)\s]+)\)/g)) {
        const [path = '', anchor] = target!.split('#');
        if (/^[a-z]+:/.test(path)) continue;
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, file))) dead.push(`${page}: ${target}`);
        else if (anchor && file.endsWith('.md') && !anchorsOf(file).has(anchor))
          dead.push(`${page}: ${target}`);
      }
    }
    expect(dead).toEqual([]);
  });
});
