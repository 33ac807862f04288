import { describe, expect, it } from 'vitest';
import { lint } from './lint.js';
import { restate } from './rule-tester.js';

const typed = restate('      const { now } = Date;\n      return [now(), Math.random()];');
const plain = typed.replace(/: (restate\.Context|\{ id: string \})/g, '');
const expected = ['@refrain/no-wall-clock:7', '@refrain/no-randomness:7'];

describe.each([9, 10] as const)('ESLint %i', (eslint) => {
  it.each([
    ['TypeScript', { filename: 'src/orders.ts' }, typed],
    ['JavaScript, parsed by espree', { filename: 'src/orders.js' }, plain],
    ['JavaScript, parsed by typescript-eslint', { filename: 'src/orders.js', parser: 'typescript' }, plain],
    ['JavaScript modules', { filename: 'src/orders.mjs' }, plain],
    [
      'CommonJS',
      { filename: 'src/orders.cjs' },
      plain
        .replace(/^import \* as (\w+) from ('.*');/, 'const $1 = require($2);')
        .replace('export const', 'exports.orders = void 0;\nconst')
        .replace(/\n/, ' '),
    ],
  ] as const)('finds the same in %s', async (_, options, code) => {
    const found = await lint(code, { ...options, eslint });
    expect(found.map(({ rule, line }) => `${rule}:${String(line)}`).sort()).toEqual([...expected].sort());
  });
});
