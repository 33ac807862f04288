/** What functions of the language give back, told by their names alone: for code that does not ask what they are called on. */

import type { ShapeTable } from './build.js';
import { collectionGlobals, collectionTypes } from './ecmascript-collections.js';
import { objectGlobals } from './ecmascript-objects.js';

const collections = new Set(['Array', 'TypedArray', 'Map', 'Set', 'Object']);
// A typed array's own `subarray` is a view of it, and its other methods are those of arrays.
const types = ['Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Iterator'].flatMap(
  (name) => collectionTypes[name] ?? [],
);
const methods = types.map(({ members }) => members ?? {});
const statics = { ...objectGlobals, ...collectionGlobals };

function namesGiving(table: ShapeTable, isMeant: (returns: string) => boolean): string[] {
  return Object.entries(table).flatMap(([name, { call }]) => (isMeant(call?.returns ?? '') ? [name] : []));
}

function functionsGiving(isMeant: (returns: string) => boolean): ReadonlySet<string> {
  const found = ['Object', 'Array', 'Map', 'Reflect'].flatMap((owner) =>
    namesGiving(statics[owner]?.members ?? {}, isMeant).map((name) => `${owner}.${name}`),
  );
  return new Set(found);
}

const isCollection = (returns: string): boolean => collections.has(returns);

/** Methods that give a new collection: `map`, `slice`; `split` makes one of a text. */
export const copyingMethods: ReadonlySet<string> = new Set([
  ...methods.flatMap((table) => namesGiving(table, isCollection)),
  'split',
]);
/** Methods that give what they are called on: `sort`, `add`. */
export const chainingMethods: ReadonlySet<string> = new Set(
  methods.flatMap((table) => namesGiving(table, (returns) => returns === 'receiver')),
);
/** Functions that give a new collection: `Object.keys`, `Array.from`. */
export const copyingFunctions: ReadonlySet<string> = functionsGiving(isCollection);
/** Functions that give their first argument: `Object.assign`, `Object.freeze`. */
export const returningFunctions: ReadonlySet<string> = functionsGiving((returns) => returns === 'argument:0');
