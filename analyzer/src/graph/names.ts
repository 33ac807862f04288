/** The names of an object's properties, those that it is given later among them. */

import { heapOf, type Token, type TokenHeap, type Value } from './tokens.js';

/** The name of the property that a key stands for; `*` where that is not known. */
export function nameOfKey(value: Value): string {
  if (value.kind === 'constant') return String(value.value);
  if (value.kind === 'primitive') return value.symbol ?? '*';
  const isSymbol = value.kind === 'native' && value.path.startsWith('Symbol.');
  return isSymbol ? `@@${value.path.slice('Symbol.'.length)}` : '*';
}

/** Calls back with each name that an object is given, those of symbols and of our own apart. */
export function onName(token: Token, listener: (name: string) => void): void {
  const heap = heapOf(token);
  for (const name of new Set([...heap.properties.keys(), ...(heap.getters?.keys() ?? [])]))
    if (isName(name)) listener(name);
  if (heap.named === undefined) heap.named = [listener];
  else heap.named.push(listener);
}

export function tellName(heap: TokenHeap, name: string): void {
  if (heap.named === undefined || !isName(name)) return;
  for (const listener of heap.named) listener(name);
}

const isName = (name: string): boolean => name === '*' || !/^(?:[*$[]|@@)/.test(name);

/**
 * What was written under more names than are told apart (`maxNames`). It may stand under any name, so it is
 * read under each, as a property of its own that every look-up sees.
 */
export const manyNames = '*!';

/** Names that one op writes to an object, or reads from it, one by one. */
export const maxNames = 64;

/** What decided which elements an array holds, and in which order. The name is no element's. */
export const orderName = '$order';

export const isSymbol = (name: string): boolean => name.startsWith('@@');

export function isIndex(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 48 && first <= 57 && /^\d+$/.test(name);
}
