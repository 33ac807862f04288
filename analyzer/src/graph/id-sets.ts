/**
 * Sets of ids, numbered from 0 (the tokens of each node, the nodes that each flows to), each in the order in
 * which its ids came. Owns arrays of integers in which all the sets live: there are hundreds of thousands of
 * them, and as objects of their own the garbage collector would have to move each.
 *
 * Invariants:
 * - T1 Sets only grow, until they are cleared; the place of an id in its set never changes.
 * - T2 The only id of a set stands in `#places`; with more, a block of the pool stands there. Its capacity is the
 *   least power of two that holds them. Beyond `linearLength` ids a hash table of twice the capacity follows
 *   the list in the block and holds each id once, shifted by one (0 is empty).
 * - T3 A block that was outgrown is given out again, so that the pool is in proportion to what the sets hold.
 */

const linearLength = 8;
/** Knuth's multiplier: ids are given in sequence, and neighbours should not be neighbours here. */
const multiplier = 0x9e3779b1;
const initialPool = 1 << 12;

export class IdSets {
  #places = new Int32Array(initialPool);
  #counts = new Int32Array(initialPool);
  #pool = new Int32Array(initialPool);
  /** Where the pool is free to its end; 0 is no block. */
  #end = 1;
  /** The first free block of each capacity (as a power of two); each holds the next. */
  readonly #free = new Int32Array(32);

  /** Makes room for this many sets. */
  reserve(sets: number): void {
    if (sets <= this.#counts.length) return;
    this.#places = grown(this.#places, sets);
    this.#counts = grown(this.#counts, sets);
  }

  size(set: number): number {
    return this.#counts[set]!;
  }

  /** The id at a place of a set. */
  at(set: number, index: number): number {
    const place = this.#places[set]!;
    return this.#counts[set] === 1 ? place : this.#pool[place + index]!;
  }

  list(set: number): number[] {
    const found: number[] = [];
    for (let index = 0, size = this.size(set); index < size; index += 1) found.push(this.at(set, index));
    return found;
  }

  has(set: number, id: number): boolean {
    const count = this.#counts[set]!;
    if (count === 0) return false;
    const place = this.#places[set]!;
    if (count === 1) return place === id;
    const pool = this.#pool;
    if (count > linearLength) return pool[this.#slotOf(place, capacityFor(count), id)] !== 0;
    for (let at = place; at < place + count; at += 1) if (pool[at] === id) return true;
    return false;
  }

  /** Gives whether the id is new. */
  add(set: number, id: number): boolean {
    const count = this.#counts[set]!;
    const place = this.#places[set]!;
    if (count === 0) {
      this.#places[set] = id;
    } else if (count === 1) {
      if (place === id) return false;
      const block = this.#take(2);
      this.#pool[block] = place;
      this.#pool[block + 1] = id;
      this.#places[set] = block;
    } else if (!this.#put(set, place, count, id)) return false;
    this.#counts[set] = count + 1;
    return true;
  }

  /** Empties a set, which frees what it took (T1 holds for what is put in again). */
  clear(set: number): void {
    const count = this.#counts[set]!;
    if (count > 1) this.#release(this.#places[set]!, capacityFor(count));
    this.#counts[set] = 0;
  }

  #release(block: number, capacity: number): void {
    const size = Math.clz32(capacity);
    this.#pool[block] = this.#free[size]!;
    this.#free[size] = block;
  }

  /** Puts an id behind the others of a block, where it is new. */
  #put(set: number, place: number, count: number, id: number): boolean {
    const capacity = capacityFor(count);
    let slot = 0;
    if (count > linearLength) {
      slot = this.#slotOf(place, capacity, id);
      if (this.#pool[slot] !== 0) return false;
    } else {
      for (let at = place; at < place + count; at += 1) if (this.#pool[at] === id) return false;
    }
    if (count === capacity) {
      this.#move(set, place, count, id);
      return true;
    }
    this.#pool[place + count] = id;
    if (slot !== 0) this.#pool[slot] = id + 1;
    return true;
  }

  /** Moves a set that is full to a block of twice the capacity, with one more id. */
  #move(set: number, from: number, count: number, id: number): void {
    const capacity = count * 2;
    const to = this.#take(capacity);
    const pool = this.#pool;
    pool.copyWithin(to, from, from + count);
    pool[to + count] = id;
    this.#places[set] = to;
    if (capacity > linearLength) {
      pool.fill(0, to + capacity, to + 3 * capacity);
      for (let at = to; at <= to + count; at += 1)
        pool[this.#slotOf(to, capacity, pool[at]!)] = pool[at]! + 1;
    }
    this.#release(from, count);
  }

  /** Where in a block's table the id is, or the free place where it belongs. */
  #slotOf(block: number, capacity: number, id: number): number {
    const pool = this.#pool;
    const table = block + capacity;
    const mask = capacity * 2 - 1;
    // The product's upper bits, as many as the table has.
    let place = Math.imul(id, multiplier) >>> Math.clz32(mask);
    for (let found = pool[table + place]!; found !== 0 && found !== id + 1; found = pool[table + place]!)
      place = (place + 1) & mask;
    return table + place;
  }

  #take(capacity: number): number {
    const size = Math.clz32(capacity);
    const free = this.#free[size]!;
    if (free !== 0) {
      this.#free[size] = this.#pool[free]!;
      return free;
    }
    const block = this.#end;
    this.#end += capacity > linearLength ? capacity * 3 : capacity;
    if (this.#end > this.#pool.length) this.#pool = grown(this.#pool, this.#end);
    return block;
  }
}

function capacityFor(count: number): number {
  return 1 << (32 - Math.clz32(count - 1));
}

/** By halves, as what is left behind counts until it is collected. */
function grown(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(length, from.length + (from.length >> 1)));
  to.set(from);
  return to;
}
