/// <reference types="vite/client" />
import { plugin } from '@refrain/eslint-plugin';
import { expect, it } from 'vitest';

// One file runs the cases of every rule: loading ESLint and TypeScript costs more than all of them.
const modules = import.meta.glob('./rules/*.cases.ts', { eager: true });

it('has cases for every rule', () => {
  const tested = Object.keys(modules).map((path) => /([^/]+)\.cases\.ts$/.exec(path)?.[1]);
  const single = Object.keys(plugin.rules).filter((name) => name !== 'no-transitive-nondeterminism');
  expect(tested.sort()).toEqual(single.sort());
});
