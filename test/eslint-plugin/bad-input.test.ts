import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { root, sourceFiles } from '../integrity/repository.js';
import { lint } from './lint.js';
import { refrain, restate } from './rule-tester.js';

/** Odd code, each in a place where it counts: the body of a workflow. */
const oddities = [
  'with ({}) { Date.now(); }',
  'label: for (;;) { break label; }',
  'var { [Date.now()]: a = Math.random(), ...rest } = process;',
  'new.target?.now();',
  'class A { static { this.x = Date.now(); } #p = Math.random(); get [Symbol.iterator]() { return this.#p; } }',
  'async function* g() { yield* g(); for await (const x of g()) await x; }',
  'import("node:fs").then(({ default: fs }) => fs.readFileSync);',
  'tag`${Date.now()}`;',
  'Date?.["now"]?.();',
  '(0, Date.now)();',
  'Date.now.call(null);',
  'Reflect.apply(Date.now, Date, []);',
  'eval; arguments; this; super_;',
  'a = b => c => d => Math.random();',
  'enum E { A = Date.now() } namespace N { export const x = Math.random(); }',
  'let x = <any>Date.now(); let y = Date.now() satisfies number; let z = Date!.now()!;',
  'abstract class B { abstract m(): void; declare f: number; constructor(private c = Date.now()) {} }',
  'declare global { var q: number } export = 5;',
  'switch (Date.now()) { case Math.random(): default: }',
  'try { throw Date.now() } catch { } finally { return; }',
  'using handle = open(); await using other = open();',
  '@dec(Date.now()) class D { @dec() m() {} }',
];

describe('code that no rule understands', () => {
  it.each(oddities)('is no reason to throw: %s', async (code) => {
    for (const text of [refrain(code), restate(code), code])
      for (const filename of ['src/a.ts', 'src/a.js'])
        await expect(
          lint(text, { filename, parser: filename.endsWith('ts') ? 'typescript' : 'espree' }),
        ).resolves.toBeInstanceOf(Array);
  });

  it('nor is any source of this repository, cut anywhere', { timeout: 60_000 }, async () => {
    const files = ['engine', 'analyzer', 'cli'].flatMap((name) => sourceFiles(join(root, name, 'src')));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async (file, cut) => {
        const text = readFileSync(file, 'utf8');
        const code = `import { sleep } from '@refrain/engine/workflow';\nsleep(1);\n${text.slice(0, cut % text.length)}`;
        expect(await lint(code, { filename: 'src/cut.ts' })).toBeInstanceOf(Array);
      }),
      { numRuns: 60 },
    );
  });

  it('nor is a file that is no TypeScript or JavaScript', async () => {
    expect(await lint('export default 1;', { filename: 'src/part.vue' })).toEqual([]);
  });
});

describe('a mistake in the settings', () => {
  it('stops the run with one message', async () => {
    await expect(lint(refrain(''), { settings: { profile: 'temporl' } })).rejects.toThrow(
      /RFN6002: .*temporl/,
    );
  });
});
