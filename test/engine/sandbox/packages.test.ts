import { v5 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { load, resultOf } from '../runtime/harness.js';

/** Frozen built-ins, lowered async functions and UTC must not break what people use in workflow code. */
const programs: readonly [name: string, imports: string, body: string, expected: unknown][] = [
  [
    'lodash',
    `import _ from 'lodash';`,
    `return [_.chunk([1, 2, 3], 2), _.groupBy([1, 2, 3], (n) => n % 2), _.cloneDeep({ a: [new Date(0)] }), _.camelCase('a b'), _.merge({ a: { b: 1 } }, { a: { c: 2 } })];`,
    [[[1, 2], [3]], { 0: [2], 1: [1, 3] }, { a: ['1970-01-01T00:00:00.000Z'] }, 'aB', { a: { b: 1, c: 2 } }],
  ],
  [
    'date-fns',
    `import { addDays, format, parseISO, differenceInHours, startOfDay } from 'date-fns';`,
    `return [format(addDays(parseISO('2024-02-28T10:00:00'), 2), 'yyyy-MM-dd HH:mm'), differenceInHours(new Date('2024-01-02'), new Date('2024-01-01')), startOfDay(new Date()).toISOString()];`,
    ['2024-03-01 10:00', 24, '2023-11-14T00:00:00.000Z'],
  ],
  [
    'zod',
    `import { z } from 'zod';`,
    `const S = z.object({ id: z.string().uuid(), n: z.number().min(1), tags: z.array(z.string()).default([]) });
     const bad = S.safeParse({ id: 'x', n: 0 });
     return [S.parse({ id: '7f3c2a52-6f3e-4b0a-9c58-0c6c2a1b5e11', n: 2 }).tags, bad.success, bad.error.issues.length, await z.string().refine(async (s) => s === 'a').safeParseAsync('b').then((r) => r.success)];`,
    [[], false, 2, false],
  ],
  [
    'uuid',
    `import { v4, v5, validate } from 'uuid';`,
    `return [validate(v4()), v5('a', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')];`,
    [true, v5('a', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')],
  ],
  [
    'immer',
    `import { produce } from 'immer';`,
    `const a = { list: [1], m: { x: 1 } }; const b = produce(a, (d) => { d.list.push(2); d.m.x = 5; }); return [a, b];`,
    [
      { list: [1], m: { x: 1 } },
      { list: [1, 2], m: { x: 5 } },
    ],
  ],
  [
    'rxjs',
    `import { from, map, filter, toArray, firstValueFrom, mergeMap, of, delay } from 'rxjs';`,
    `return firstValueFrom(from([1, 2, 3, 4]).pipe(filter((n) => n % 2 === 0), mergeMap((n) => of(n * 10)), map(String), toArray()));`,
    ['20', '40'],
  ],
  ['ms', `import ms from 'ms';`, `return [ms('2 days'), ms(60000)];`, [172800000, '1m']],
  [
    'nanoid',
    `import { nanoid, customAlphabet } from 'nanoid';`,
    `return [nanoid().length, customAlphabet('ab', 5)().length, nanoid() !== nanoid()];`,
    [21, 5, true],
  ],
  [
    'superjson',
    `import superjson from 'superjson';`,
    `return superjson.parse(superjson.stringify({ d: new Date(0), s: new Set([1]), b: 5n })).d.getTime();`,
    0,
  ],
  [
    'decimal.js',
    `import Decimal from 'decimal.js';`,
    `return [new Decimal('0.1').plus('0.2').toString(), new Decimal(2).pow(0.5).toFixed(20), Decimal.random().lt(1)];`,
    ['0.3', '1.41421356237309504880', true],
  ],
  [
    'fast-deep-equal',
    `import equal from 'fast-deep-equal';`,
    `return equal({ a: [1, { b: 2 }] }, { a: [1, { b: 2 }] });`,
    true,
  ],
];

describe('popular packages run in the sandbox', () => {
  it.each(programs)('%s', async (_name, imports, body, expected) => {
    const loaded = await load(`${imports}\nexport async function main() {\n${body}\n}`);
    const first = resultOf(loaded);
    expect(first).toEqual(expected);
    expect(resultOf(loaded)).toEqual(first);
  });
});
