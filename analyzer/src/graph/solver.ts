/**
 * The constraint solver: nodes hold sets of tokens, edges say "everything in this node is also in
 * that one". It owns the sets and the queue and knows nothing of what the tokens mean.
 *
 * Invariants:
 * - S1 Sets only grow; a listener sees each token of its node once.
 * - S2 The order of work depends on the order of calls alone, so results are the same every time.
 * - S3 Work is bounded: after `maxSteps` tokens moved, `exhausted` is set and the queue dropped.
 */

import type { NodeId, TokenId } from './tokens.js';

export type Listener = (token: TokenId) => void;

export interface Solver {
  readonly newNode: () => NodeId;
  readonly newNodes: (count: number) => NodeId;
  readonly add: (node: NodeId, token: TokenId) => void;
  readonly edge: (from: NodeId, to: NodeId) => void;
  /** Carries taint only. */
  readonly taintEdge: (from: NodeId, to: NodeId) => void;
  readonly listen: (node: NodeId, listener: Listener) => void;
  readonly has: (node: NodeId, token: TokenId) => boolean;
  readonly tokens: (node: NodeId) => readonly TokenId[];
  /** No value, taint apart. */
  readonly isEmpty: (node: NodeId) => boolean;
  readonly run: () => void;
  readonly exhausted: () => boolean;
  readonly nodeCount: () => number;
}

export interface SolverOptions {
  readonly maxSteps: number;
  readonly isTaint: (token: TokenId) => boolean;
  /** String constants in one node are widened beyond a few. */
  readonly widen: (token: TokenId) => TokenId | undefined;
}

const maxConstants = 24;

export function createSolver(options: SolverOptions): Solver {
  const sets: (Set<TokenId> | undefined)[] = [];
  const constants: number[] = [];
  const edges: (Set<NodeId> | undefined)[] = [];
  const taintEdges: (Set<NodeId> | undefined)[] = [];
  const listeners: (Listener[] | undefined)[] = [];
  const processed: number[] = [];
  let queue: number[] = [];
  let head = 0;
  let steps = 0;
  let count = 0;

  const insert = (node: NodeId, token: TokenId): void => {
    let set = sets[node];
    if (set === undefined) sets[node] = set = new Set();
    else if (set.has(token)) return;
    set.add(token);
    queue.push(node, token);
  };
  const add = (node: NodeId, token: TokenId): void => {
    const wide = options.widen(token);
    if (wide === undefined || sets[node]?.has(token) === true) {
      insert(node, token);
      return;
    }
    const seen = constants[node] ?? 0;
    constants[node] = seen + 1;
    insert(node, seen >= maxConstants ? wide : token);
  };
  const edge = (from: NodeId, to: NodeId): void => {
    if (from === to) return;
    let out = edges[from];
    if (out === undefined) edges[from] = out = new Set();
    else if (out.has(to)) return;
    out.add(to);
    const set = sets[from];
    if (set !== undefined) for (const token of [...set]) add(to, token);
  };
  const taintEdge = (from: NodeId, to: NodeId): void => {
    if (from === to) return;
    let out = taintEdges[from];
    if (out === undefined) taintEdges[from] = out = new Set();
    else if (out.has(to)) return;
    out.add(to);
    const set = sets[from];
    if (set !== undefined) for (const token of [...set]) if (options.isTaint(token)) insert(to, token);
  };
  const process = (node: NodeId, token: TokenId): void => {
    processed[node] = (processed[node] ?? 0) + 1;
    const out = edges[node];
    if (out !== undefined) for (const to of out) add(to, token);
    if (options.isTaint(token)) {
      const tainted = taintEdges[node];
      if (tainted !== undefined) for (const to of tainted) insert(to, token);
      return;
    }
    const heard = listeners[node];
    if (heard === undefined) return;
    // Listeners that are added meanwhile have been given this token already.
    const length = heard.length;
    for (let index = 0; index < length; index += 1) heard[index]!(token);
  };
  return {
    newNode: () => count++,
    newNodes: (amount) => {
      const first = count;
      count += amount;
      return first;
    },
    add,
    edge,
    taintEdge,
    listen: (node, listener) => {
      (listeners[node] ??= []).push(listener);
      // Tokens are processed in the order of the set; those still queued will be heard later.
      let left = processed[node] ?? 0;
      if (left === 0) return;
      for (const token of [...sets[node]!]) {
        if (left-- <= 0) break;
        if (!options.isTaint(token)) listener(token);
      }
    },
    has: (node, token) => sets[node]?.has(token) ?? false,
    tokens: (node) => (sets[node] === undefined ? [] : [...sets[node]]),
    isEmpty: (node) => {
      for (const token of sets[node] ?? []) if (!options.isTaint(token)) return false;
      return true;
    },
    run: () => {
      while (head < queue.length) {
        const node = queue[head]!;
        const token = queue[head + 1]!;
        head += 2;
        steps += 1;
        if (steps > options.maxSteps) {
          queue = [];
          head = 0;
          return;
        }
        process(node, token);
        if (head > 65_536 && head * 2 > queue.length) {
          queue = queue.slice(head);
          head = 0;
        }
      }
      queue = [];
      head = 0;
    },
    exhausted: () => steps > options.maxSteps,
    nodeCount: () => count,
  };
}
