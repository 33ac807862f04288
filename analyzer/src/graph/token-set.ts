/**
 * The tokens of one node, in the order in which they came. Owns two arrays of numbers: the list, and
 * beyond a few tokens a hash table over it (open addressing, at most half full).
 *
 * Invariants:
 * - T1 Sets only grow; the place of a token in the list never changes.
 * - T2 `table` is undefined, or holds each token of the list once, shifted by one (0 is empty).
 */

import type { TokenId } from './tokens.js';

const linearLength = 8;
const initialTable = 32;
/** Knuth's multiplier: ids are given in sequence, and neighbours should not be neighbours here. */
const multiplier = 0x9e3779b1;

export class TokenSet {
  readonly list: TokenId[] = [];
  #table: Int32Array | undefined;
  #shift = 0;

  has(token: TokenId): boolean {
    const table = this.#table;
    if (table === undefined) return this.list.includes(token);
    return table[this.#placeOf(table, token)] !== 0;
  }

  /** Gives whether the token is new. */
  add(token: TokenId): boolean {
    const { list } = this;
    const table = this.#table;
    if (table === undefined) {
      if (list.includes(token)) return false;
      list.push(token);
      if (list.length > linearLength) this.#rehash(initialTable);
      return true;
    }
    const place = this.#placeOf(table, token);
    if (table[place] !== 0) return false;
    table[place] = token + 1;
    list.push(token);
    if (list.length * 2 > table.length) this.#rehash(table.length * 2);
    return true;
  }

  /** Where the token is, or the free place where it belongs. */
  #placeOf(table: Int32Array, token: TokenId): number {
    const mask = table.length - 1;
    let place = Math.imul(token, multiplier) >>> this.#shift;
    for (let at = table[place]!; at !== 0 && at !== token + 1; at = table[place]!) place = (place + 1) & mask;
    return place;
  }

  #rehash(size: number): void {
    const table = new Int32Array(size);
    this.#shift = Math.clz32(size - 1);
    for (const token of this.list) table[this.#placeOf(table, token)] = token + 1;
    this.#table = table;
  }
}
