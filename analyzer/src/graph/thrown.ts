/**
 * What is thrown and caught. Most of what is thrown are the language's own errors, which say nothing of what
 * runs next: only other values are followed, functions and objects that hold them, from `throw` along the calls
 * to the `catch` around them. Which call made a promise reject is known where it is awaited on the spot; whoever
 * handles the rejection of another promise is given all that rejected.
 *
 * Invariants:
 * - H1 A function has a node for what leaves it only when something that is followed does.
 * - H2 Calls are linked when everything else is settled, by `linkThrown`, each once.
 */

import type { CallOp, Op } from './ir.js';
import { nodeOf, type CallEdge, type GraphState, type Instance } from './state.js';
import type { NodeId, Token } from './tokens.js';

interface Thrown {
  /** What leaves each function. */
  readonly out: Map<Instance, NodeId>;
  /** All that asynchronous functions and promises were rejected with. */
  readonly rejections: NodeId;
  readonly linked: Set<CallEdge>;
}

const byState = new WeakMap<GraphState, Thrown>();

function thrownOf(state: GraphState): Thrown {
  let thrown = byState.get(state);
  if (thrown === undefined) {
    thrown = { out: new Map(), rejections: state.solver.newNode(), linked: new Set() };
    byState.set(state, thrown);
  }
  return thrown;
}

/** What a promise may have been rejected with, for whoever handles it. */
export function rejections(state: GraphState): NodeId {
  return thrownOf(state).rejections;
}

/** `throw value` at an offset of a function. */
export function throwValue(state: GraphState, by: Instance, at: number, value: NodeId): void {
  let to: NodeId | undefined;
  state.solver.listen(value, (id) => {
    if (!isFollowed(state.tokens.get(id))) return;
    to ??= whereThrown(state, by, at);
    if (to !== undefined) state.solver.add(to, id);
  });
}

/** `reject(value)` is mostly called while the promise is made, by whoever awaits it: it throws there, too. */
export function rejectWith(state: GraphState, by: Instance, at: number, value: NodeId): void {
  throwValue(state, by, at, value);
  state.solver.listen(value, (id) => {
    if (isFollowed(state.tokens.get(id))) state.solver.add(rejections(state), id);
  });
}

function isFollowed({ value, heap }: Token): boolean {
  if (value.kind === 'native-instance') return heap !== undefined;
  return !['constant', 'primitive', 'data', 'unknown', 'native', 'source'].includes(value.kind);
}

/** The `catch` around an offset, or out of the function; undefined where a `catch` has no name for it. */
function whereThrown(state: GraphState, instance: Instance, at: number): NodeId | undefined {
  const handler = handlerAt(instance, at);
  if (handler === undefined) return outOf(state, instance);
  return handler < 0 ? undefined : nodeOf(instance, handler);
}

/** The slot of the innermost `catch` around an offset; -1 where the caught value has no name. */
function handlerAt(instance: Instance, at: number): number | undefined {
  let found: number | undefined;
  let from = -1;
  for (const item of instance.fn.tries) {
    if (item.catchAt < 0 || at < item.at || at >= item.catchAt || item.at < from) continue;
    found = item.catchSlot;
    from = item.at;
  }
  return found;
}

function outOf(state: GraphState, instance: Instance): NodeId {
  const thrown = thrownOf(state);
  let node = thrown.out.get(instance);
  if (node === undefined) {
    thrown.out.set(instance, (node = state.solver.newNode()));
    if (instance.fn.async) state.solver.edge(node, thrown.rejections);
  }
  return node;
}

/** `await promise` in a `try`: what the promise was rejected with. A call that is awaited on the spot throws itself. */
export function catchRejections(state: GraphState, instance: Instance, op: Op & { type: 'await' }): void {
  if (instance.fn.tries.length === 0) return;
  const handler = handlerAt(instance, op.at);
  if (handler === undefined || handler < 0) return;
  const call = instance.fn.ops.find((item) => item.type === 'call' && item.to === op.of);
  if (call?.type === 'call' && call.kind === 'call' && !isOfPromises(call)) return;
  state.solver.edge(rejections(state), nodeOf(instance, handler));
}

function isOfPromises(op: CallOp): boolean {
  return /^Promise(?:\.|$)|\.(?:then|catch|finally)$/.test(op.text);
}

/** Links what leaves functions to those who call them. Gives whether there was anything new. */
export function linkThrown(state: GraphState): boolean {
  const thrown = byState.get(state);
  if (thrown === undefined || thrown.out.size === 0) return false;
  let changed = false;
  for (const instance of state.instances) {
    for (const edge of instance.calls) {
      const out = thrown.out.get(edge.to);
      if (out === undefined || thrown.linked.has(edge)) continue;
      thrown.linked.add(edge);
      changed = true;
      linkCall(state, out, instance, edge.at);
    }
  }
  return changed;
}

function linkCall(state: GraphState, out: NodeId, by: Instance, at: number): void {
  const to = whereThrown(state, by, at);
  if (to !== undefined) state.solver.edge(out, to);
  // What a callback throws rejects the promise that it is a callback of.
  if (by.fn.ops.some((op) => op.type === 'call' && op.at === at && isOfPromises(op)))
    state.solver.edge(out, rejections(state));
}
