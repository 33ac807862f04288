/** Accessors: functions that run where a property is read or written. */

import { callBack, invoke } from './calls.js';
import { tellName } from './names.js';
import type { Access } from './properties.js';
import { forEachAsking } from './shared-methods.js';
import type { GraphState } from './state.js';
import { heapOf, ownName, type NodeId, type Token, type TokenId } from './tokens.js';

export function defineAccessor(
  state: GraphState,
  token: Token,
  name: string,
  kind: 'get' | 'set',
  fn: NodeId,
): void {
  const heap = heapOf(token);
  ownName(token, name);
  heap.getters ??= new Map();
  heap.setters ??= new Map();
  const table = kind === 'get' ? heap.getters : heap.setters;
  const known = table.get(name);
  if (known !== undefined) {
    state.solver.edge(fn, known);
    return;
  }
  table.set(name, fn);
  tellName(heap, name);
  if (kind !== 'get') return;
  const all = [...(heap.lookups?.get('*') ?? [])].filter(({ receiver }) => receiver === token.id);
  for (const lookup of [...(heap.lookups?.get(name) ?? []), ...all]) {
    callAccessor(state, fn, lookup.receiver, [], lookup.to, lookup.access);
  }
}

export function callAccessor(
  state: GraphState,
  accessor: NodeId,
  receiver: TokenId,
  args: readonly NodeId[],
  to: NodeId,
  access: Access,
): void {
  forEachAsking(access, (asking) => {
    state.solver.listen(accessor, (fn) => {
      invoke(state, fn, callBack(asking, args, to, receiver));
    });
  });
}
