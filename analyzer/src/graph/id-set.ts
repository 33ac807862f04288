/**
 * A set of ids (tokens of a node, or nodes that it flows to), in the order in which they came. Owns two
 * arrays of numbers: the list, and beyond a few ids a hash table over it (open addressing, at most half
 * full).
 *
 * Invariants:
 * - T1 Sets only grow; the place of an id in the list never changes.
 * - T2 `table` is undefined, or holds each id of the list once, shifted by one (0 is empty).
 */

const linearLength = 8;
const initialTable = 32;
/** Knuth's multiplier: ids are given in sequence, and neighbours should not be neighbours here. */
const multiplier = 0x9e3779b1;

export class IdSet {
  /** Replaced while it is short: a list that is pushed to reserves room for seventeen. */
  list: readonly number[];
  #long: number[] | undefined;
  #table: Int32Array | undefined;
  #shift = 0;

  /** Most sets stay at one id, and a list that begins with it has no room to spare. */
  constructor(first: number) {
    this.list = [first];
  }

  has(id: number): boolean {
    const table = this.#table;
    if (table === undefined) return this.list.includes(id);
    return table[this.#placeOf(table, id)] !== 0;
  }

  /** Gives whether the id is new. */
  add(id: number): boolean {
    const { list } = this;
    const table = this.#table;
    if (table === undefined) {
      if (list.includes(id)) return false;
      if (list.length < linearLength) {
        this.list = list.concat(id);
        return true;
      }
      this.#long = this.list = [...list, id];
      this.#rehash(initialTable);
      return true;
    }
    const place = this.#placeOf(table, id);
    if (table[place] !== 0) return false;
    table[place] = id + 1;
    this.#long!.push(id);
    if (list.length * 2 > table.length) this.#rehash(table.length * 2);
    return true;
  }

  /** Where the id is, or the free place where it belongs. */
  #placeOf(table: Int32Array, id: number): number {
    const mask = table.length - 1;
    let place = Math.imul(id, multiplier) >>> this.#shift;
    for (let at = table[place]!; at !== 0 && at !== id + 1; at = table[place]!) place = (place + 1) & mask;
    return place;
  }

  #rehash(size: number): void {
    const table = new Int32Array(size);
    this.#shift = Math.clz32(size - 1);
    for (const id of this.list) table[this.#placeOf(table, id)] = id + 1;
    this.#table = table;
  }
}
