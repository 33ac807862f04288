/**
 * The constraint solver: nodes hold sets of tokens, edges say "everything in this node is also in
 * that one". It owns the sets and the queue and knows of the tokens no more than their marks.
 *
 * Invariants:
 * - S1 Sets only grow; a listener sees each token of its node once.
 * - S2 The order of work depends on the order of calls alone, so results are the same every time.
 * - S3 Work and memory are bounded: after the steps that were allowed, or `maxEntries` kept, `exhausted` is
 *   set, the queue is dropped, and listeners are told nothing more.
 */

import type { Allowance } from './budget.js';
import { IdSets } from './id-sets.js';
import { isTaint, isText, type NodeId, type TokenId, type TokenMark } from './tokens.js';

export type Listener = (token: TokenId) => void;

export interface SolverOptions {
  readonly allowance: Allowance;
  /** What each token is to the solver. */
  readonly marks: readonly TokenMark[];
  /** What texts become in a node that holds too many of them. */
  readonly anyText: TokenId;
}

const maxTexts = 24;

export class Solver {
  readonly #options: SolverOptions;
  readonly #marks: readonly TokenMark[];
  readonly #sets = new IdSets();
  readonly #texts = new Map<NodeId, number>();
  readonly #edges = new IdSets();
  readonly #taintEdges = new IdSets();
  /** Most nodes have one listener or none. */
  readonly #listeners: (Listener | Listener[] | undefined)[] = [];
  #processed = new Int32Array(1 << 12);
  #tainted = new Uint8Array(1 << 12);
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
    this.#marks = options.marks;
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
    for (let node = 0; node < this.#count; node += 1) this.#processed[node] = this.#sets.size(node);
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
    const count = this.#count;
    this.#sets.reserve(count);
    this.#edges.reserve(count);
    this.#taintEdges.reserve(count);
    if (count > this.#processed.length) {
      const length = Math.max(count, this.#processed.length * 2);
      const processed = new Int32Array(length);
      processed.set(this.#processed);
      this.#processed = processed;
      const tainted = new Uint8Array(length);
      tainted.set(this.#tainted);
      this.#tainted = tainted;
    }
    // Without holes the engine keeps it as a plain array.
    for (let node = first; node < count; node += 1) this.#listeners.push(undefined);
    return first;
  }

  add(node: NodeId, token: TokenId): void {
    if (this.#marks[token] === isText) this.#addText(node, token);
    else this.#insert(node, token);
  }

  #addText(node: NodeId, token: TokenId): void {
    if (this.#sets.has(node, token)) return;
    const seen = this.#texts.get(node) ?? 0;
    this.#texts.set(node, seen + 1);
    this.#insert(node, seen >= maxTexts ? this.#options.anyText : token);
  }

  #insert(node: NodeId, token: TokenId): void {
    if (this.exhausted() || !this.#sets.add(node, token)) return;
    this.#entries += 1;
    if (this.#marks[token] === isTaint) this.#tainted[node] = 1;
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
    if (!this.#edges.add(from, to)) return;
    this.#steps += 1;
    // T1: what comes while we go through the set is queued, and moved then.
    for (let index = 0, size = this.#sets.size(from); index < size; index += 1)
      this.add(to, this.#sets.at(from, index));
  }

  /** Carries taint only. */
  taintEdge(from: NodeId, to: NodeId): void {
    if (from === to || !this.#taintEdges.add(from, to)) return;
    if (this.#tainted[from] === 0) return;
    for (let index = 0, size = this.#sets.size(from); index < size; index += 1) {
      const token = this.#sets.at(from, index);
      if (this.#marks[token] === isTaint) this.#insert(to, token);
    }
  }

  listen(node: NodeId, listener: Listener): void {
    if (this.exhausted()) return;
    const others = this.#listeners[node];
    if (others === undefined) this.#listeners[node] = listener;
    else if (typeof others === 'function') this.#listeners[node] = [others, listener];
    else others.push(listener);
    // Tokens are processed in the order of the set; those still queued will be heard later.
    const heard = this.#processed[node]!;
    for (let index = 0; index < heard; index += 1) {
      const token = this.#sets.at(node, index);
      this.#steps += 1;
      if (this.exhausted()) return;
      if (this.#marks[token] !== isTaint) listener(token);
    }
  }

  /** What a node holds, in a list of its own. */
  tokens(node: NodeId): TokenId[] {
    return this.#sets.list(node);
  }

  /** How many tokens a node holds, taint included. */
  size(node: NodeId): number {
    return this.#sets.size(node);
  }

  /** The taint that a node holds. */
  taint(node: NodeId): readonly TokenId[] {
    if (this.#tainted[node] === 0) return none;
    return this.tokens(node).filter((token) => this.#marks[token] === isTaint);
  }

  isTainted(node: NodeId): boolean {
    return this.#tainted[node] === 1;
  }

  /** The nodes that this one flows to. */
  readers(node: NodeId): readonly NodeId[] {
    return this.#edges.list(node);
  }

  /** The nodes that taint flows to from this one. */
  taintReaders(node: NodeId): readonly NodeId[] {
    return [...this.#edges.list(node), ...this.#taintEdges.list(node)];
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
    const size = this.#sets.size(node);
    if (this.#tainted[node] === 0) return size === 0;
    for (let index = 0; index < size; index += 1)
      if (this.#marks[this.#sets.at(node, index)] !== isTaint) return false;
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
    this.#processed[node]! += 1;
    for (let index = 0, size = this.#edges.size(node); index < size; index += 1)
      this.add(this.#edges.at(node, index), token);
    if (this.#marks[token] === isTaint) {
      for (let index = 0, size = this.#taintEdges.size(node); index < size; index += 1)
        this.#insert(this.#taintEdges.at(node, index), token);
      return;
    }
    const heard = this.#listeners[node];
    if (heard === undefined || this.exhausted()) return;
    if (typeof heard === 'function') {
      this.#steps += 1;
      heard(token);
      return;
    }
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

const none: readonly TokenId[] = [];
