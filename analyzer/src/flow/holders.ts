/**
 * Which tokens hold a source, directly or through what they hold. Most hold none, and a search for
 * sources passes over them without looking inside. Owns one answer per graph, made anew when the
 * graph has grown.
 */

import type { GraphState } from '../graph/state.js';
import type { Token, TokenId } from '../graph/tokens.js';

const known = new WeakMap<GraphState, { readonly entries: number; readonly held: ReadonlySet<TokenId> }>();

export function holders(state: GraphState): ReadonlySet<TokenId> {
  const entries = state.solver.entries();
  const last = known.get(state);
  if (last?.entries === entries) return last.held;
  const held = findHolders(state);
  known.set(state, { entries, held });
  return held;
}

/** What a class or a catalogued value holds is not part of the values that carry it. */
function isOpen({ value }: Token): boolean {
  return value.kind !== 'class' && value.kind !== 'prototype' && value.kind !== 'native';
}

function findHolders(state: GraphState): Set<TokenId> {
  const held = new Set<TokenId>();
  const queue: TokenId[] = [];
  const heldBy = new Map<TokenId, TokenId[]>();
  for (const token of state.tokens.all) {
    if (token.heap === undefined || !isOpen(token)) continue;
    for (const [name, property] of token.heap.properties) {
      if (name === '**') continue;
      for (const id of state.solver.tokens(property)) {
        const inner = state.tokens.get(id);
        if (inner.value.kind === 'source') {
          if (!held.has(token.id)) queue.push(token.id);
          held.add(token.id);
        } else if (inner.heap !== undefined) {
          const list = heldBy.get(id);
          if (list === undefined) heldBy.set(id, [token.id]);
          else list.push(token.id);
        }
      }
    }
  }
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const outer of heldBy.get(id) ?? []) {
      if (held.has(outer)) continue;
      held.add(outer);
      queue.push(outer);
    }
  }
  return held;
}
