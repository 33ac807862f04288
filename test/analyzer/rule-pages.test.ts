import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkProject, type ProfileId } from '@refrain/analyzer';

const folder = fileURLToPath(new URL('../../docs/rules', import.meta.url));
/** The linter's own rules have pages of another form. */
const pages = readdirSync(folder).filter(
  (name) => name.endsWith('.md') && readFileSync(join(folder, name), 'utf8').includes('```ts profile='),
);
const BLOCK = /^```ts profile=(\S+)( expect=\S+)?\n([\s\S]*?)\n```$/gm;

/** A block is a file, or several, each opened by a comment with its name. */
function filesOf(code: string): [string, string][] {
  const parts = code.split(/^\/\/ (\S+\.ts)\n/m);
  if (parts.length === 1) return [['workflows.ts', code]];
  return parts
    .slice(1)
    .flatMap((name, i, all): [string, string][] => (i % 2 === 0 ? [[name, all[i + 1] ?? '']] : []));
}

function rulesFoundIn(code: string, profile: ProfileId): string[] {
  const root = mkdtempSync(join(tmpdir(), 'refrain-page-'));
  try {
    for (const [name, text] of filesOf(code)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return checkProject({ path: root, profile }).diagnostics.map((diagnostic) => diagnostic.ruleId);
  } finally {
    rmSync(root, { recursive: true });
  }
}

describe('the examples on the pages of the rules', () => {
  it.each(pages)('%s', (page) => {
    const rule = page.slice(0, -'.md'.length);
    const blocks = [...readFileSync(join(folder, page), 'utf8').matchAll(BLOCK)];
    expect(blocks.map((block) => block[2] !== undefined)).toEqual([true, false]);
    const [incorrect, correct] = blocks.map((block) => rulesFoundIn(block[3] ?? '', block[1] as ProfileId));
    expect(incorrect).toContain(rule);
    expect(correct).not.toContain(rule);
  });
});
