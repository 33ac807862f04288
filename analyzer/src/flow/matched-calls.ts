/**
 * Whether taint really gets from a source to a place. A helper's instance mixes its callers: what one hands
 * in, each seems to get back. Here the way is walked once more, and a function is left only to where it was
 * entered from. Ways through objects, captured variables and callbacks are not told apart.
 *
 * Invariants:
 * - W1 The walk follows the solver's own edges, so it finds no way that the solver has not.
 * - W2 Where the work is bounded, or the walk without callers does not arrive either, the answer is yes.
 */

import type { CallOp } from '../graph/ir.js';
import { nodeOf, type GraphState, type Instance } from '../graph/state.js';
import type { NodeId, TokenId } from '../graph/tokens.js';

const maxStates = 20_000;
/** All walks of a graph together: some seconds of a processor. */
const maxStatesOfGraph = 2_000_000;
/** Calls that are remembered; what lies further out is forgotten, and may be left to anywhere. */
const maxCalls = 4;

/** A call that was entered by one of its arguments. */
interface Frame {
  readonly by: Instance;
  readonly op: CallOp;
  readonly into: Instance;
  readonly outer: Frame | undefined;
  readonly depth: number;
  readonly key: string;
}

export function arrivesByMatchedCalls(
  state: GraphState,
  source: TokenId,
  targets: ReadonlySet<NodeId>,
): boolean {
  const { value } = state.tokens.get(source);
  const use = value.kind === 'source' ? state.uses[value.use] : undefined;
  if (use === undefined || !arrives(state, source, use.to, targets, false)) return true;
  return arrives(state, source, use.to, targets, true);
}

function arrives(
  state: GraphState,
  source: TokenId,
  start: NodeId,
  targets: ReadonlySet<NodeId>,
  matched: boolean,
): boolean {
  const { solver } = state;
  const places = placesOf(state);
  const seen = new Map<NodeId, Set<string>>();
  const queue: { readonly node: NodeId; readonly frame: Frame | undefined }[] = [];
  let states = 0;
  const add = (node: NodeId, frame: Frame | undefined): void => {
    const key = frame?.key ?? '';
    const known = seen.get(node);
    if (known === undefined) seen.set(node, new Set([key]));
    else if (known.has(key)) return;
    else known.add(key);
    states += 1;
    queue.push({ node, frame });
  };
  add(start, undefined);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    places.walked += 1;
    if (targets.has(next.node) || states > maxStates || places.walked > maxStatesOfGraph) return true;
    for (const to of solver.taintReaders(next.node)) {
      if (!solver.holds(to, source)) continue;
      if (!matched) add(to, undefined);
      else for (const frame of framesAfter(places, next.node, to, next.frame)) add(to, frame);
    }
  }
  return false;
}

/** The calls that the way is inside of after one more edge; none when it may not go there. */
function framesAfter(
  places: Places,
  from: NodeId,
  to: NodeId,
  frame: Frame | undefined,
): readonly (Frame | undefined)[] {
  const home = places.instanceAt(from);
  const target = places.instanceAt(to);
  const entered = places.parameterOf(to);
  if (home === target || (home === undefined && entered === undefined)) return [frame];
  if (home !== undefined && entered !== undefined && entered !== home) {
    const calls = callsWith(home, entered, from);
    if (calls.length > 0) return calls.map((op) => frameOf(home, op, entered, frame));
    return [frame];
  }
  if (home === undefined || from !== home.base + home.fn.returnSlot) return [frame];
  if (frame?.into !== home) return [undefined];
  if (target === undefined) return [frame.outer];
  return target === frame.by && to === nodeOf(frame.by, frame.op.to) ? [frame.outer] : [];
}

function callsWith(by: Instance, into: Instance, argument: NodeId): CallOp[] {
  const calls = by.calls.filter(({ to }) => to === into);
  return by.fn.ops.filter(
    (op): op is CallOp =>
      op.type === 'call' &&
      calls.some(({ at, end }) => at === op.at && end === op.end) &&
      op.args.some(({ slot }) => nodeOf(by, slot) === argument),
  );
}

function frameOf(by: Instance, op: CallOp, into: Instance, outer: Frame | undefined): Frame {
  const kept = outer === undefined || outer.depth >= maxCalls ? undefined : outer;
  const key = `${String(by.id)}.${String(op.at)}.${String(op.end)}.${String(into.id)}/${kept?.key ?? ''}`;
  return { by, op, into, outer: kept, depth: (kept?.depth ?? 0) + 1, key };
}

/** Whose variable a node is. */
export function instanceAt(state: GraphState, node: NodeId): Instance | undefined {
  return placesOf(state).instanceAt(node);
}

interface Places {
  /** How many states all walks have gone through. */
  walked: number;
  /** Whose variable a node is. */
  readonly instanceAt: (node: NodeId) => Instance | undefined;
  /** Whose parameter it is. */
  readonly parameterOf: (node: NodeId) => Instance | undefined;
}

const known = new WeakMap<GraphState, Places>();

function placesOf(state: GraphState): Places {
  let places = known.get(state);
  if (places === undefined) known.set(state, (places = findPlaces(state)));
  return places;
}

function findPlaces(state: GraphState): Places {
  const { instances } = state;
  const parameters = new Map<NodeId, Instance>();
  for (const instance of instances) {
    for (const { slot } of instance.fn.params) parameters.set(instance.base + slot, instance);
  }
  for (const [key, node] of state.parameterNodes) {
    const instance = instances[Number(key.split('.')[0])];
    if (instance !== undefined) parameters.set(node, instance);
  }
  return {
    walked: 0,
    parameterOf: (node) => parameters.get(node),
    instanceAt: (node) => {
      // Instances take their nodes in the order in which they are made.
      let low = 0;
      let high = instances.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (instances[middle]!.base <= node) low = middle + 1;
        else high = middle;
      }
      const instance = instances[low - 1];
      return instance !== undefined && node < instance.base + instance.fn.slotCount ? instance : undefined;
    },
  };
}
