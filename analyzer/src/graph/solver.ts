/**
 * The constraint solver: nodes hold sets of tokens, edges say "everything in this node is also in
 * that one". It owns the sets and the queue and knows of the tokens no more than their marks.
 *
 * Invariants:
 * - S1 Sets only grow; a listener sees each token of its node once.
 * - S2 The order of work depends on the order of calls alone, so results are the same every time.
 * - S3 Nodes that flow to each other in a circle hold the same; where much is moved in vain they are made one.
 *   Who asks for the edges of a node is told of those that were drawn, as if nothing had been made one.
 * - S4 Work and memory are bounded: after the steps that were allowed, or `maxEntries` kept, `exhausted` is
 *   set, the queue is dropped, and listeners are told nothing more.
 */

import type { Allowance } from './budget.js';
import { FlowEdges } from './flow-edges.js';
import { IdSets } from './id-sets.js';
import { isTaint, isText, type NodeId, type TokenId, type TokenMark } from './tokens.js';

export type Listener = (token: TokenId) => void;

export interface SolverOptions {
  readonly allowance: Allowance;
  /** What each token is to the solver. */
  readonly marks: readonly TokenMark[];
  /** What texts become in a node that holds too many of them. */
  readonly anyText: TokenId;
  /** Tokens that may come to where they are already before circles are looked for; `maxRepeats` without it. */
  readonly repeats?: number | undefined;
}

const maxTexts = 24;

/** Tokens that came to where they were already, before circles are looked for. */
const maxRepeats = 1_000_000;

export class Solver {
  readonly #options: SolverOptions;
  readonly #marks: readonly TokenMark[];
  readonly #sets = new IdSets();
  readonly #texts = new Map<NodeId, number>();
  readonly #edges = new FlowEdges();
  /** Most nodes have one listener or none. */
  readonly #listeners: (Listener | Listener[] | undefined)[] = [];
  #processed = new Int32Array(1 << 12);
  #tainted = new Uint8Array(1 << 12);
  #queue: number[] = [];
  #head = 0;
  #steps = 0;
  #allowed: number;
  /** All that was ever kept, and what is. */
  #entries = 0;
  #kept = 0;
  #allowedEntries: number;
  #count = 0;
  #isCut = false;
  #repeats = 0;
  #repeatsAllowed: number;

  constructor(options: SolverOptions) {
    this.#options = options;
    this.#marks = options.marks;
    const { baseSteps, maxSteps, maxEntries } = options.allowance;
    this.#allowed = Math.min(baseSteps, maxSteps);
    this.#allowedEntries = maxEntries;
    this.#repeatsAllowed = options.repeats ?? maxRepeats;
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
    this.#allowedEntries = Math.max(this.#allowedEntries, this.#kept) + steps;
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
    if (count > this.#processed.length) {
      const length = Math.max(count, this.#processed.length * 2);
      this.#processed = grown(this.#processed, length);
      const tainted = new Uint8Array(length);
      tainted.set(this.#tainted);
      this.#tainted = tainted;
    }
    // Without holes the engine keeps it as a plain array.
    for (let node = first; node < count; node += 1) this.#listeners.push(undefined);
    return first;
  }

  add(to: NodeId, token: TokenId): void {
    const node = this.#edges.find(to);
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
    if (this.exhausted()) return;
    if (!this.#sets.add(node, token)) {
      this.#repeats += 1;
      return;
    }
    this.#entries += 1;
    this.#kept += 1;
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
    this.#kept += 1;
  }

  edge(from: NodeId, to: NodeId): void {
    if (from === to || this.exhausted()) return;
    if (!this.#edges.add(from, to)) return;
    this.#steps += 1;
    if (!this.#edges.leadsOut(from, to)) return;
    const giver = this.#edges.find(from);
    // T1: what comes while we go through the set is queued, and moved then.
    for (let index = 0, size = this.#sets.size(giver); index < size; index += 1)
      this.add(to, this.#sets.at(giver, index));
  }

  /** Carries taint only. */
  taintEdge(from: NodeId, to: NodeId): void {
    if (from === to || !this.#edges.addTaint(from, to) || !this.#edges.leadsTaintOut(from, to)) return;
    const giver = this.#edges.find(from);
    const taker = this.#edges.find(to);
    if (this.#tainted[giver] === 0) return;
    for (let index = 0, size = this.#sets.size(giver); index < size; index += 1) {
      const token = this.#sets.at(giver, index);
      if (this.#marks[token] === isTaint) this.#insert(taker, token);
    }
  }

  listen(to: NodeId, listener: Listener): void {
    if (this.exhausted()) return;
    const node = this.#edges.find(to);
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
    return this.#sets.list(this.#edges.find(node));
  }

  /** Whether a node holds a token. */
  holds(node: NodeId, token: TokenId): boolean {
    return this.#sets.has(this.#edges.find(node), token);
  }

  /** How many tokens a node holds, taint included. */
  size(node: NodeId): number {
    return this.#sets.size(this.#edges.find(node));
  }

  /** The taint that a node holds. */
  taint(node: NodeId): readonly TokenId[] {
    if (this.#tainted[this.#edges.find(node)] === 0) return none;
    return this.tokens(node).filter((token) => this.#marks[token] === isTaint);
  }

  isTainted(node: NodeId): boolean {
    return this.#tainted[this.#edges.find(node)] === 1;
  }

  /** The nodes that this one flows to. */
  readers(node: NodeId): readonly NodeId[] {
    return this.#edges.readers(node);
  }

  /** The nodes that taint flows to from this one. */
  taintReaders(node: NodeId): readonly NodeId[] {
    return this.#edges.taintReaders(node);
  }

  /** Somebody wants to know of what arrives here. */
  isHeard(node: NodeId): boolean {
    return this.#listeners[this.#edges.find(node)] !== undefined;
  }

  /** Grows with the sets: two equal answers mean that nothing came in between. */
  entries(): number {
    return this.#entries;
  }

  /** No value, taint apart. */
  isEmpty(of: NodeId): boolean {
    const node = this.#edges.find(of);
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
      // What a circle holds was put in line again when it was made one.
      if (this.#edges.isJoined(node)) continue;
      this.#process(node, token);
      if (this.#repeats > this.#repeatsAllowed) this.#joinCircles();
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
    const edges = this.#edges.targets(node);
    for (let index = 0, size = edges.size(node); index < size; index += 1)
      this.add(edges.at(node, index), token);
    if (this.#marks[token] === isTaint) {
      const taintEdges = this.#edges.taintTargets(node);
      for (let index = 0, size = taintEdges.size(node); index < size; index += 1)
        this.#insert(this.#edges.find(taintEdges.at(node, index)), token);
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

  /** S3: makes the nodes of each circle one. */
  #joinCircles(): void {
    const circles = this.#edges.circles((node) => this.#sets.size(node) > 0);
    this.#steps += this.#count >> 3;
    for (const members of circles) this.#join(members);
    this.#repeats = 0;
    this.#repeatsAllowed += (this.#options.repeats ?? maxRepeats) / 4;
  }

  #join(members: readonly NodeId[]): void {
    const made = this.newNode();
    this.#edges.join(members, made);
    const listeners: Listener[] = [];
    const isTold = this.#areAlike(members);
    let texts = 0;
    for (const member of members) {
      const size = this.#sets.size(member);
      if (!isTold || member === members[0]) {
        for (let index = 0; index < size; index += 1) {
          const token = this.#sets.at(member, index);
          if (this.#sets.add(made, token) && this.#marks[token] === isText) texts += 1;
        }
      }
      this.#steps += isTold ? 1 : size;
      this.#kept -= size;
      if (this.#tainted[member] === 1) this.#tainted[made] = 1;
      listeners.push(...this.#takeListeners(member, isTold));
    }
    for (const member of members) this.#sets.clear(member);
    const size = this.#sets.size(made);
    this.#kept += size;
    this.#texts.set(made, texts);
    this.#listeners[made] = listeners.length > 1 ? listeners : listeners[0];
    this.#processed[made] = isTold ? size : 0;
    if (!isTold)
      for (let index = 0; index < size; index += 1) this.#queue.push(made, this.#sets.at(made, index));
  }

  /** Do they hold the same, all of which was passed on? */
  #areAlike(members: readonly NodeId[]): boolean {
    const [first] = members;
    const size = this.#sets.size(first!);
    return members.every((member) => {
      if (this.#sets.size(member) !== size || this.#processed[member] !== size) return false;
      for (let index = 0; index < size; index += 1)
        if (!this.#sets.has(first!, this.#sets.at(member, index))) return false;
      return true;
    });
  }

  /** Takes the listeners of a node, which then are told of what they have not heard yet. */
  #takeListeners(node: NodeId, isTold: boolean): Listener[] {
    const taken = this.#listeners[node];
    this.#listeners[node] = undefined;
    if (taken === undefined) return [];
    const listeners = typeof taken === 'function' ? [taken] : taken;
    const told = this.#processed[node]!;
    if (isTold || told === 0) return listeners;
    const heard = new Set<TokenId>();
    for (let index = 0; index < told; index += 1) heard.add(this.#sets.at(node, index));
    return listeners.map((listener) => (token) => {
      if (!heard.has(token)) listener(token);
    });
  }

  exhausted(): boolean {
    return this.#steps > this.#allowed || this.#kept > this.#allowedEntries;
  }
}

const none: readonly TokenId[] = [];

function grown(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(length);
  to.set(from);
  return to;
}
