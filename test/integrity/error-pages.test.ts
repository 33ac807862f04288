import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourceFiles } from './repository.js';

const requiredHeadings = ['## What happened', '## Why', '## What to do'];

function codesInSources(): Set<string> {
  const codes = new Set<string>();
  for (const name of ['engine', 'analyzer', 'eslint-plugin', 'test-env', 'cli']) {
    for (const file of sourceFiles(join(root, name, 'src'))) {
      for (const [code] of readFileSync(file, 'utf8').matchAll(/\bRFN\d{4}\b/g)) codes.add(code);
    }
  }
  return codes;
}

describe('error pages', () => {
  const folder = join(root, 'docs', 'errors');
  const codes = codesInSources();

  it('exist for every code that the sources use', () => {
    expect([...codes].filter((code) => !existsSync(join(folder, `${code}.md`))).sort()).toEqual([]);
  });

  it('say what happened, why, and what to do', () => {
    const incomplete = readdirSync(folder)
      .filter((file) => /^RFN\d{4}\.md$/.test(file))
      .filter((file) => {
        const text = readFileSync(join(folder, file), 'utf8');
        return !requiredHeadings.every((heading) => text.includes(`${heading}\n`));
      });
    expect(incomplete).toEqual([]);
  });

  it('describe only codes that exist', () => {
    const pages = readdirSync(folder).filter((file) => /^RFN\d{4}\.md$/.test(file));
    expect(pages.filter((file) => !codes.has(file.slice(0, -3)))).toEqual([]);
  });
});
