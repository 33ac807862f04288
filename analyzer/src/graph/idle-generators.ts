/** Generators run when they are iterated: by the program, or by code that is not seen and is given them. */

import { wake } from './calls.js';
import { nodeOf, type GraphState } from './state.js';
import type { NodeId, TokenId } from './tokens.js';

/** Runs those that leave the code that is seen. Gives whether there were any. */
export function wakeHandedOut(state: GraphState): boolean {
  if (state.idle.size === 0) return false;
  const before = state.idle.size;
  const found = new Set<TokenId>();
  const add = (node: NodeId): void => {
    for (const id of state.solver.tokens(node)) found.add(id);
  };
  for (const { result } of state.entered.values()) add(result);
  for (const { instance, op, callee } of [...state.settledCalls, ...state.pendingCalls]) {
    if (isSeen(state, callee)) continue;
    for (const { slot } of op.args) add(nodeOf(instance, slot));
  }
  // What is added while the set is gone through is visited, too.
  for (const id of found) {
    const { value, heap } = state.tokens.get(id);
    if (value.kind === 'generator') wake(state, value.instance);
    if (value.kind === 'object' || value.kind === 'array')
      for (const node of heap?.properties.values() ?? []) add(node);
  }
  return state.idle.size < before;
}

/** Its own code tells whether it iterates what it is given, and so does what the language calls. */
function isSeen(state: GraphState, callee: NodeId): boolean {
  const ids = state.solver.tokens(callee);
  return (
    ids.length > 0 &&
    ids.every((id) => {
      const { kind } = state.tokens.get(id).value;
      return kind === 'function' || kind === 'class' || kind === 'bound' || kind === 'source';
    })
  );
}
