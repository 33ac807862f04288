/**
 * The constraint solver: nodes hold sets of tokens, edges say "everything in this node is also in
 * that one". It owns the sets and the queue and knows nothing of what the tokens mean.
 *
 * Invariants:
 * - S1 Sets only grow; a listener sees each token of its node once.
 * - S2 The order of work depends on the order of calls alone, so results are the same every time.
 * - S3 Work and memory are bounded: after the steps that were allowed, or `maxEntries` kept, `exhausted` is
 *   set, the queue is dropped, and listeners are told nothing more.
 */

import type { Allowance } from './budget.js';
import { IdSet } from './id-set.js';
import type { NodeId, TokenId } from './tokens.js';

export type Listener = (token: TokenId) => void;

export interface SolverOptions {
  readonly allowance: Allowance;
  readonly isTaint: (token: TokenId) => boolean;
  /** What a token becomes in a node that holds too many of its kind (string constants). */
  readonly widen: (token: TokenId) => TokenId | undefined;
}

const maxConstants = 24;
const none: readonly TokenId[] = [];

/** Ids of tokens or nodes: most sets hold one, which then stands for itself. */
type Ids = number | IdSet | undefined;

function holds(ids: Ids, id: number): boolean {
  return typeof ids === 'object' ? ids.has(id) : ids === id;
}

function listOf(ids: Ids): readonly number[] {
  if (ids === undefined) return none;
  return typeof ids === 'number' ? [ids] : ids.list;
}

/** Puts an id into the set at a place. Gives whether it is new. */
function put(sets: Ids[], at: number, id: number): boolean {
  const ids = sets[at];
  if (typeof ids === 'object') return ids.add(id);
  if (ids === undefined) {
    sets[at] = id;
    return true;
  }
  if (ids === id) return false;
  const set = new IdSet(ids);
  set.add(id);
  sets[at] = set;
  return true;
}

export class Solver {
  readonly #options: SolverOptions;
  readonly #sets: Ids[] = [];
  readonly #constants = new Map<NodeId, number>();
  readonly #edges: Ids[] = [];
  readonly #taintEdges: Ids[] = [];
  readonly #listeners: (Listener[] | undefined)[] = [];
  readonly #processed: number[] = [];
  #queue: number[] = [];
  #head = 0;
  #steps = 0;
  #allowed: number;
  #entries = 0;
  #allowedEntries: number;
  #count = 0;
  #isCut = false;

  constructor(options: SolverOptions) {
    this.#options = options;
    const { baseSteps, maxSteps, maxEntries } = options.allowance;
    this.#allowed = Math.min(baseSteps, maxSteps);
    this.#allowedEntries = maxEntries;
  }

  /** More code to solve allows more steps. */
  allowFor(ops: number): void {
    const { stepsPerOp, maxSteps } = this.#options.allowance;
    this.#allowed = Math.min(this.#allowed + ops * stepsPerOp, maxSteps);
  }

  /** Goes on after what was allowed is used up, without what was still to be done. */
  goOn(steps: number): void {
    this.#queue = [];
    this.#head = 0;
    // Who listens from now on hears everything; what those before were not told of is lost.
    for (let node = 0; node < this.#count; node += 1) this.#processed[node] = listOf(this.#sets[node]).length;
    this.#isCut = true;
    this.#allowed = Math.max(this.#allowed, this.#steps) + steps;
    this.#allowedEntries = Math.max(this.#allowedEntries, this.#entries) + steps;
  }

  /** Was anything left undone? */
  isCut(): boolean {
    return this.#isCut || this.exhausted();
  }

  steps(): number {
    return this.#steps;
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
      this.#taintEdges.push(undefined);
      this.#listeners.push(undefined);
      this.#processed.push(0);
    }
    return first;
  }

  add(node: NodeId, token: TokenId): void {
    if (holds(this.#sets[node], token)) return;
    const wide = this.#options.widen(token);
    if (wide === undefined) {
      this.#insert(node, token);
      return;
    }
    const seen = this.#constants.get(node) ?? 0;
    this.#constants.set(node, seen + 1);
    this.#insert(node, seen >= maxConstants ? wide : token);
  }

  #insert(node: NodeId, token: TokenId): void {
    if (this.exhausted()) return;
    if (!put(this.#sets, node, token)) return;
    this.#entries += 1;
    this.#queue.push(node, token);
  }

  /** Counts work beside moving tokens, so that it is bounded, too. */
  countWork(steps: number): void {
    this.#steps += steps;
  }

  /** Counts what is kept elsewhere for as long as the sets are, and the work on it. */
  countKept(): void {
    this.#steps += 1;
    this.#entries += 1;
  }

  edge(from: NodeId, to: NodeId): void {
    if (from === to || this.exhausted()) return;
    if (!put(this.#edges, from, to)) return;
    this.#steps += 1;
    // T1: what comes while we go through the list is queued, and moved then.
    const list = listOf(this.#sets[from]);
    for (let index = 0, { length } = list; index < length; index += 1) this.add(to, list[index]!);
  }

  /** Carries taint only. */
  taintEdge(from: NodeId, to: NodeId): void {
    if (from === to) return;
    if (!put(this.#taintEdges, from, to)) return;
    for (const token of listOf(this.#sets[from])) {
      if (this.#options.isTaint(token)) this.#insert(to, token);
    }
  }

  listen(node: NodeId, listener: Listener): void {
    if (this.exhausted()) return;
    (this.#listeners[node] ??= []).push(listener);
    // Tokens are processed in the order of the set; those still queued will be heard later.
    const heard = this.#processed[node] ?? 0;
    if (heard === 0) return;
    const list = listOf(this.#sets[node]);
    for (let index = 0; index < heard; index += 1) {
      const token = list[index]!;
      this.#steps += 1;
      if (this.exhausted()) return;
      if (!this.#options.isTaint(token)) listener(token);
    }
  }

  tokens(node: NodeId): readonly TokenId[] {
    return listOf(this.#sets[node]).slice();
  }

  /** The list itself, for queries: it is not to be changed, and nothing may be added while it is read. */
  view(node: NodeId): readonly TokenId[] {
    return listOf(this.#sets[node]);
  }

  /** The nodes that this one flows to. */
  readers(node: NodeId): readonly NodeId[] {
    return listOf(this.#edges[node]);
  }

  /** Somebody wants to know of what arrives here. */
  isHeard(node: NodeId): boolean {
    return this.#listeners[node] !== undefined;
  }

  /** Grows with the sets: two equal answers mean that nothing came in between. */
  entries(): number {
    return this.#entries;
  }

  /** No value, taint apart. */
  isEmpty(node: NodeId): boolean {
    for (const token of listOf(this.#sets[node])) if (!this.#options.isTaint(token)) return false;
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
    if (typeof out === 'number') this.add(out, token);
    else if (out !== undefined) for (const to of out.list) this.add(to, token);
    if (this.#options.isTaint(token)) {
      for (const to of listOf(this.#taintEdges[node])) this.#insert(to, token);
      return;
    }
    const heard = this.#listeners[node];
    if (heard === undefined) return;
    // Listeners that are added meanwhile have been given this token already.
    const length = heard.length;
    for (let index = 0; index < length && !this.exhausted(); index += 1) {
      this.#steps += 1;
      heard[index]!(token);
    }
  }

  exhausted(): boolean {
    return this.#steps > this.#allowed || this.#entries > this.#allowedEntries;
  }
}
