/**
 * Alea, the generator behind `Math.random` and `uuid4`: seeded and stepped exactly as Temporal's TypeScript SDK
 * does, so that the same seed gives the same ids on both.
 *
 * A port of an algorithm by Johannes Baagøe <baagoe@baagoe.com>, 2010, after
 * https://github.com/davidbau/seedrandom/blob/released/lib/alea.js, both under the MIT licence.
 */
export interface AleaState {
  readonly c: number;
  readonly s0: number;
  readonly s1: number;
  readonly s2: number;
}

const twoToMinus32 = 2.3283064365386963e-10;

export class Alea {
  #c = 1;
  #s0: number;
  #s1: number;
  #s2: number;

  constructor(seed: readonly number[]) {
    const mash = makeMash();
    this.#s0 = mash([32]);
    this.#s1 = mash([32]);
    this.#s2 = mash([32]);
    this.#s0 = wrap(this.#s0 - mash(seed));
    this.#s1 = wrap(this.#s1 - mash(seed));
    this.#s2 = wrap(this.#s2 - mash(seed));
  }

  next(): number {
    const t = 2091639 * this.#s0 + this.#c * twoToMinus32;
    this.#s0 = this.#s1;
    this.#s1 = this.#s2;
    this.#c = t | 0;
    this.#s2 = t - this.#c;
    return this.#s2;
  }

  save(): AleaState {
    return { c: this.#c, s0: this.#s0, s1: this.#s1, s2: this.#s2 };
  }

  restore(state: AleaState): void {
    this.#c = state.c;
    this.#s0 = state.s0;
    this.#s1 = state.s1;
    this.#s2 = state.s2;
  }
}

function wrap(value: number): number {
  return value < 0 ? value + 1 : value;
}

function makeMash(): (data: readonly number[]) => number {
  let n = 0xefc8249d;
  return (data) => {
    for (const byte of data) {
      n += byte;
      let h = 0.02519603282416938 * n;
      n = h >>> 0;
      h -= n;
      h *= n;
      n = h >>> 0;
      h -= n;
      n += h * 0x100000000;
    }
    return (n >>> 0) * twoToMinus32;
  };
}
