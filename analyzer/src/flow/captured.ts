/** What the callbacks of steps take from the replayed code around them: it goes into the command. */

import { functionsInside } from '../graph/steps.js';
import type { Reach } from '../effects/reach.js';
import type { FunctionIr, Op } from '../graph/ir.js';
import { ownerOf, type GraphState } from '../graph/state.js';
import type { NodeId, TokenId } from '../graph/tokens.js';
import { collect } from './flows.js';

export function sourcesInCallbacks(state: GraphState, reach: Reach): Set<TokenId> {
  const found = new Set<TokenId>();
  for (const { token, instance } of state.safeCallbacks) {
    const { value } = state.tokens.get(token);
    if (value.kind !== 'function' || instance.phase !== 'run' || !reach.has(instance)) continue;
    const inside = functionsInside(value.unit, value.fn);
    const indexes = new Set([...inside].map((fn) => fn.index));
    for (const fn of inside) {
      fn.captures.forEach((capture, index) => {
        // Entry 0 is a placeholder; what modules hold is not handed over by the execution.
        if (index === 0 || capture.fn === 0 || indexes.has(capture.fn)) return;
        const owner = ownerOf(value.parent, capture.fn);
        if (owner.fn.index !== capture.fn || capture.slot === owner.fn.thisSlot) return;
        collectUsed(state, fn, ~index, owner.base + capture.slot, found);
      });
    }
  }
  return found;
}

/** All that the variable holds, or only the properties that are read from it. */
function collectUsed(
  state: GraphState,
  fn: FunctionIr,
  slot: number,
  node: NodeId,
  into: Set<TokenId>,
): void {
  const names = new Set<string>();
  for (const op of fn.ops) {
    if (op.type === 'get' && op.of === slot) names.add(op.name);
    else if (mentions(op, slot)) {
      collect(state, node, into, new Map(), 0);
      return;
    }
  }
  for (const id of state.solver.tokens(node)) {
    const { value, heap } = state.tokens.get(id);
    if (value.kind === 'source') into.add(id);
    for (const name of names) {
      const property = heap?.properties.get(name);
      if (property !== undefined) collect(state, property, into, new Map(), 1);
    }
  }
}

/** Does the op use the slot, but for calling a method of it? */
function mentions(op: Op, slot: number): boolean {
  if (op.type === 'call') {
    return op.callee === slot || op.args.some((arg) => arg.slot === slot);
  }
  return Object.entries(op).some(
    ([key, value]) =>
      key !== 'at' &&
      key !== 'end' &&
      key !== 'to' &&
      (value === slot || (Array.isArray(value) && value.includes(slot))),
  );
}
