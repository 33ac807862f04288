import fc from 'fast-check';
import { IdSets } from '@refrain/analyzer/internal';
import { expect, test } from 'vitest';

test('sets hold what was added, once, in its order, however they grow beside each other', () => {
  const addition = fc.tuple(fc.nat({ max: 40 }), fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 2 ** 30 })));
  fc.assert(
    fc.property(fc.array(addition, { maxLength: 2_000, size: 'max' }), (additions) => {
      const sets = new IdSets();
      sets.reserve(41);
      const model = Array.from({ length: 41 }, () => new Set<number>());
      for (const [set, id] of additions) {
        expect(sets.has(set, id)).toBe(model[set]!.has(id));
        expect(sets.add(set, id)).toBe(!model[set]!.has(id));
        model[set]!.add(id);
      }
      for (const [set, ids] of model.entries()) {
        expect(sets.list(set)).toEqual([...ids]);
        expect(sets.size(set)).toBe(ids.size);
        for (const id of ids) expect(sets.has(set, id)).toBe(true);
      }
    }),
    { numRuns: 15 },
  );
});

test('there may be any number of sets', () => {
  const sets = new IdSets();
  sets.reserve(100_000);
  for (let set = 0; set < 100_000; set += 1) sets.add(set, set * 2);
  expect(sets.list(99_999)).toEqual([199_998]);
});
