/** Programs as trees of constructs, made from a seed, and the smaller trees that a tree can be shrunk to. */

import type { Construct } from './constructs.js';

/** Where a construct's declarations stand. */
export const places = ['here', 'module', 'factory', 'call'] as const;
export type Place = (typeof places)[number];

export const importStyles = ['named', 'default', 'namespace', 'barrel', 'star', 'equals'] as const;
export type ImportStyle = (typeof importStyles)[number];

export interface Tree {
  readonly construct: Construct;
  readonly place: Place;
  readonly importStyle: ImportStyle;
  readonly children: readonly Tree[];
}

export type Random = () => number;

/** Mulberry32: the same numbers for the same seed everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

export function isLeaf(construct: Construct): boolean {
  return construct.children.length === 0;
}

export function leafOf(constructs: readonly Construct[]): Tree {
  const construct = constructs.find(({ name }) => name === 'arrow')!;
  return { construct, place: 'here', importStyle: 'named', children: [] };
}

/** A tree with this construct at its root, and others below it to a depth. */
export function growFrom(
  random: Random,
  constructs: readonly Construct[],
  construct: Construct,
  depth: number,
): Tree {
  const place = construct.top ? pick(random, ['here', 'module'] as const) : pick(random, places);
  const children = construct.children.map((kind) => {
    if (depth <= 1 || random() < 0.35) return leafOf(constructs);
    const possible = kind === 'sync' ? constructs.filter((item) => !item.async) : constructs;
    return growFrom(random, constructs, pick(random, possible), depth - 1);
  });
  return { construct, place, importStyle: pick(random, importStyles), children };
}

export function grow(random: Random, constructs: readonly Construct[], depth: number): Tree {
  return growFrom(random, constructs, pick(random, constructs), depth);
}

export function sizeOf(tree: Tree): number {
  return tree.children.reduce((size, child) => size + sizeOf(child), 1);
}

/** Trees that are a little smaller, the smallest first. */
export function* smaller(tree: Tree, leaf: Tree): Generator<Tree> {
  for (const child of tree.children) if (!isLeaf(child.construct)) yield child;
  if (tree.place !== 'here') yield { ...tree, place: 'here', importStyle: 'named' };
  if (tree.place === 'module' && tree.importStyle !== 'named') yield { ...tree, importStyle: 'named' };
  for (const [index, child] of tree.children.entries()) {
    const replace = (by: Tree): Tree => ({ ...tree, children: tree.children.with(index, by) });
    if (child.construct !== leaf.construct) yield replace(leaf);
    for (const grandchild of child.children) {
      if (child.construct.async || !grandchild.construct.async) yield replace(grandchild);
    }
    for (const shrunk of smaller(child, leaf)) {
      if (child.construct.async || !shrunk.construct.async) yield replace(shrunk);
    }
  }
}

export function describeTree(tree: Tree): string {
  const place =
    tree.place === 'here' ? '' : `@${tree.place}${tree.place === 'module' ? `:${tree.importStyle}` : ''}`;
  const children = tree.children.length === 0 ? '' : `(${tree.children.map(describeTree).join(', ')})`;
  return `${tree.construct.name}${place}${children}`;
}

/** The smallest tree found that still fails, within a number of tries. */
export async function shrink(
  tree: Tree,
  leaf: Tree,
  fails: (tree: Tree) => Promise<boolean>,
  tries = 300,
): Promise<Tree> {
  let left = tries;
  for (;;) {
    let found: Tree | undefined;
    for (const candidate of smaller(tree, leaf)) {
      left -= 1;
      if (left < 0) return tree;
      if (!(await fails(candidate))) continue;
      found = candidate;
      break;
    }
    if (found === undefined) return tree;
    tree = found;
  }
}
