import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './repository.js';

export interface CodeBlock {
  /** Path of the page, relative to the repository. */
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Text of an HTML comment `<!-- prelude … -->` right before the block: code that the reader need not see. */
  readonly prelude: string;
  /** For output: `<!-- prints in <place>: <command> -->` right before the block says how it was made. */
  readonly prints?: { readonly place: string; readonly command: string };
}

/** The pages for people: README and docs/, without the rules' pages (their plugin tests them) and the API reports. */
export function guidePages(): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules') && !/^docs.(rules|api)/.test(file));
  return ['README.md', ...docs].sort();
}

export function readPage(page: string): string {
  return readFileSync(join(root, page), 'utf8');
}

/** Modules that a page's snippets import and its readers need not see: `<!-- file src/order.ts … -->`. */
export function hiddenFiles(page: string): CodeBlock[] {
  return [...readPage(page).matchAll(/<!-- file ([\w./-]+)\n([\s\S]*?)-->/g)].map((match) => ({
    page,
    line: 0,
    language: 'ts',
    code: `// ${match[1]!}\n${match[2]!}`,
    prelude: '',
  }));
}

export function codeBlocks(page: string): CodeBlock[] {
  const text = readPage(page);
  const pattern =
    /(?:<!-- prelude\n([\s\S]*?)-->\n)?(?:<!-- prints in ([^\n:]+): ([^\n]+) -->\n+)?^```([\w-]+)[^\n]*\n([\s\S]*?)^```$/gm;
  return [...text.matchAll(pattern)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[4]!,
    code: match[5]!,
    prelude: match[1] ?? '',
    ...(match[2] && match[3] && { prints: { place: match[2], command: match[3] } }),
  }));
}
