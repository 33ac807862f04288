import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { definitionOf, machineKinds } from '@refrain/engine/internal';

it('the page of the machines is the one that the tables give', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/architecture/machines.md'), 'utf8');
  const arrows = page.split('\n').filter((line) => /^ {2}\w+ --> \w+: /.test(line));
  const expected = machineKinds.flatMap((kind) =>
    definitionOf(kind).table.rows.map(([from, input, to, ...effects]) => {
      const label = effects.length > 0 ? `${input} / ${effects.join(', ')}` : input;
      return `  ${from} --> ${to}: ${label}`;
    }),
  );
  expect(arrows).toEqual(expected);
});
