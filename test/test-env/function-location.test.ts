import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { functionFiles } from '@refrain/test-env/internal';
import * as located from '../fixtures/test-env/located/index.js';

const file = (name: string) =>
  fileURLToPath(new URL(`../fixtures/test-env/located/${name}`, import.meta.url));

it('finds the file of a function, through a barrel, in a module that Vitest has transformed', () => {
  expect(functionFiles([located.one, located.two, Math.max])).toEqual([
    file('one.ts'),
    file('index.ts'),
    undefined,
  ]);
});
