/**
 * What a step sees of the replayed code around it. All plain data is one value in the graph, so that of the
 * execution is given another here: a step that writes to it changes what replayed code goes on with.
 */

import { ownerOf, type GraphState, type Instance } from './state.js';
import type { NodeId, Value } from './tokens.js';
import { replayedData } from './values.js';

export function isReplayed(value: Value): boolean {
  return value.kind === 'data' && value.replayed === true;
}

/** Calls below a step that are followed, where what is called is no part of the execution. */
const maxDepth = 5;

export function isDeepInStep({ depth }: Instance): boolean {
  return depth >= maxDepth;
}

const shown = new WeakMap<GraphState, Map<NodeId, NodeId>>();

/** The node whose values flow to another one, plain data as that of the execution. */
export function seenFromStep(state: GraphState, to: NodeId): NodeId {
  let nodes = shown.get(state);
  if (nodes === undefined) shown.set(state, (nodes = new Map()));
  let from = nodes.get(to);
  if (from === undefined) {
    from = state.solver.newNode();
    nodes.set(to, from);
    // To look through it once more changes nothing.
    nodes.set(from, from);
    show(state, from, to);
  }
  return from;
}

/** The values of a node, plain data as that of the execution. */
export function shownToStep(state: GraphState, from: NodeId): NodeId {
  const to = state.solver.newNode();
  show(state, from, to);
  return to;
}

function show(state: GraphState, from: NodeId, to: NodeId): void {
  state.solver.listen(from, (id) => {
    const { kind } = state.tokens.get(id).value;
    state.solver.add(to, kind === 'data' || kind === 'typed' ? replayedData(state) : id);
  });
}

/** Variables of the replayed code: what a step assigns to them stays its own, as it is another one on replay. */
export function seeCaptures(state: GraphState, instance: Instance): void {
  instance.fn.captures.forEach((capture, index) => {
    // Entry 0 is a placeholder.
    if (index === 0 || capture.fn === 0) return;
    const owner = ownerOf(instance, capture.fn);
    if (owner.phase !== 'run' || owner.fn.index !== capture.fn) return;
    instance.views ??= new Map();
    instance.views.set(~index, shownToStep(state, owner.base + capture.slot));
  });
}
