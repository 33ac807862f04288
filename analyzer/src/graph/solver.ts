/**
 * The constraint solver: nodes hold sets of tokens, edges say "everything in this node is also in
 * that one". It owns the sets and the queue and knows nothing of what the tokens mean.
 *
 * Invariants:
 * - S1 Sets only grow; a listener sees each token of its node once.
 * - S2 The order of work depends on the order of calls alone, so results are the same every time.
 * - S3 Work and memory are bounded: after `maxSteps` tokens moved, or `maxEntries` kept, `exhausted` is
 *   set and the queue dropped.
 */

import { IdSet } from './id-set.js';
import type { NodeId, TokenId } from './tokens.js';

export type Listener = (token: TokenId) => void;

export interface SolverOptions {
  readonly maxSteps: number;
  readonly maxEntries: number;
  readonly isTaint: (token: TokenId) => boolean;
  /** What a token becomes in a node that holds too many of its kind (string constants). */
  readonly widen: (token: TokenId) => TokenId | undefined;
}

const maxConstants = 24;
const none: readonly TokenId[] = [];

export class Solver {
  readonly #options: SolverOptions;
  readonly #sets: (IdSet | undefined)[] = [];
  readonly #constants: number[] = [];
  readonly #edges: (IdSet | undefined)[] = [];
  readonly #taintEdges: (IdSet | undefined)[] = [];
  readonly #listeners: (Listener[] | undefined)[] = [];
  readonly #processed: number[] = [];
  #queue: number[] = [];
  #head = 0;
  #steps = 0;
  #entries = 0;
  #count = 0;

  constructor(options: SolverOptions) {
    this.#options = options;
  }

  newNode(): NodeId {
    return this.newNodes(1);
  }

  newNodes(amount: number): NodeId {
    const first = this.#count;
    this.#count += amount;
    // Without holes the engine keeps them as plain arrays.
    for (let node = first; node < this.#count; node += 1) {
      this.#sets.push(undefined);
      this.#edges.push(undefined);
      this.#listeners.push(undefined);
      this.#processed.push(0);
    }
    return first;
  }

  add(node: NodeId, token: TokenId): void {
    if (this.#sets[node]?.has(token) === true) return;
    const wide = this.#options.widen(token);
    if (wide === undefined) {
      this.#insert(node, token);
      return;
    }
    const seen = this.#constants[node] ?? 0;
    this.#constants[node] = seen + 1;
    this.#insert(node, seen >= maxConstants ? wide : token);
  }

  #insert(node: NodeId, token: TokenId): void {
    if (this.exhausted()) return;
    let set = this.#sets[node];
    if (set === undefined) this.#sets[node] = set = new IdSet(token);
    else if (!set.add(token)) return;
    this.#entries += 1;
    this.#queue.push(node, token);
  }

  /** Counts work beside moving tokens, so that it is bounded, too. */
  #work(): void {
    this.#steps += 1;
  }

  edge(from: NodeId, to: NodeId): void {
    if (from === to) return;
    let out = this.#edges[from];
    if (out === undefined) this.#edges[from] = out = new IdSet(to);
    else if (!out.add(to)) return;
    this.#work();
    const set = this.#sets[from];
    if (set === undefined) return;
    // T1: what comes while we go through the list is queued, and moved then.
    const { list } = set;
    for (let index = 0, { length } = list; index < length; index += 1) this.add(to, list[index]!);
  }

  /** Carries taint only. */
  taintEdge(from: NodeId, to: NodeId): void {
    if (from === to) return;
    let out = this.#taintEdges[from];
    if (out === undefined) this.#taintEdges[from] = out = new IdSet(to);
    else if (!out.add(to)) return;
    for (const token of this.#sets[from]?.list ?? []) {
      if (this.#options.isTaint(token)) this.#insert(to, token);
    }
  }

  listen(node: NodeId, listener: Listener): void {
    (this.#listeners[node] ??= []).push(listener);
    // Tokens are processed in the order of the set; those still queued will be heard later.
    const heard = this.#processed[node] ?? 0;
    if (heard === 0) return;
    const { list } = this.#sets[node]!;
    for (let index = 0; index < heard; index += 1) {
      const token = list[index]!;
      this.#work();
      if (!this.#options.isTaint(token)) listener(token);
    }
  }

  tokens(node: NodeId): readonly TokenId[] {
    const set = this.#sets[node];
    return set === undefined ? [] : set.list.slice();
  }

  /** The list itself, for queries: it is not to be changed, and nothing may be added while it is read. */
  view(node: NodeId): readonly TokenId[] {
    return this.#sets[node]?.list ?? none;
  }

  /** Grows with the sets: two equal answers mean that nothing came in between. */
  entries(): number {
    return this.#entries;
  }

  /** No value, taint apart. */
  isEmpty(node: NodeId): boolean {
    for (const token of this.#sets[node]?.list ?? []) if (!this.#options.isTaint(token)) return false;
    return true;
  }

  run(): void {
    while (this.#head < this.#queue.length) {
      const node = this.#queue[this.#head]!;
      const token = this.#queue[this.#head + 1]!;
      this.#head += 2;
      this.#steps += 1;
      if (this.exhausted()) break;
      this.#process(node, token);
      if (this.#head > 65_536 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
    }
    this.#queue = [];
    this.#head = 0;
  }

  #process(node: NodeId, token: TokenId): void {
    this.#processed[node] = (this.#processed[node] ?? 0) + 1;
    const out = this.#edges[node];
    if (out !== undefined) for (const to of out.list) this.add(to, token);
    if (this.#options.isTaint(token)) {
      for (const to of this.#taintEdges[node]?.list ?? none) this.#insert(to, token);
      return;
    }
    const heard = this.#listeners[node];
    if (heard === undefined) return;
    // Listeners that are added meanwhile have been given this token already.
    const length = heard.length;
    for (let index = 0; index < length; index += 1) heard[index]!(token);
    this.#steps += length;
  }

  exhausted(): boolean {
    return this.#steps > this.#options.maxSteps || this.#entries > this.#options.maxEntries;
  }
}
