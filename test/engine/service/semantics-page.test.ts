import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../../docs/semantics.md', import.meta.url), 'utf8');
const folder = new URL('../', import.meta.url);
const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(new URL(file, folder), 'utf8'))
  .join('\n');

describe('docs/semantics.md', () => {
  it('names tests that exist', () => {
    const held = page.split('\n## ').filter((part) => part.includes('Held by `test/engine/'));
    const named = held.flatMap((part) => [...part.matchAll(/“([^”]+)”/g)].map((match) => match[1]!));
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !tests.includes(`'${name}'`))).toEqual([]);
  });
});
