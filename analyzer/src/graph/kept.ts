/**
 * Functions that objects of packages keep, and call when they are asked for something: a schema its defaults and
 * refinements, a loader what it loads with. They may lie deep in what the object was made with, and what it was
 * made from keeps functions, too.
 */

import type { CallShape } from '../catalog/types.js';
import { callBack, invoke, type CallSite } from './calls.js';
import { typeNode } from './natives.js';
import { allProperties, propertyNode } from './properties.js';
import { typeShape } from './shapes.js';
import type { GraphState } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';
import { unwrapPromise } from './values.js';

/** The name is no property's. */
const keptName = '$kept';

export function isKeeper(state: GraphState, type: string): boolean {
  return typeShape(state, type)?.keeps === true;
}

/** Does it matter to a call on which object it is made, because of what that keeps? */
export function heedsKept(state: GraphState, call: CallShape): boolean {
  return call.runsKept === true || isKeeper(state, unwrapPromise(call.returns ?? 'data').type);
}

/** An object keeps what it is made with, and what the object keeps of which its method made it. */
export function keepArguments(state: GraphState, made: TokenId, { args, receiver }: CallSite): void {
  const kept = keptOf(state, state.tokens.get(made));
  if (kept === undefined) return;
  for (const arg of args) state.solver.edge(arg, kept);
  const before = receiver === undefined ? undefined : keptOf(state, state.tokens.get(receiver));
  if (before !== undefined && before !== kept) state.solver.edge(before, kept);
}

function keptOf(state: GraphState, token: Token): NodeId | undefined {
  const { value } = token;
  if (value.kind !== 'native-instance' || !isKeeper(state, value.type)) return undefined;
  return propertyNode(state, token, keptName);
}

/** Calls what the receiver keeps, or the objects among the arguments (`parse(schema, value)`). */
export function runKept(state: GraphState, site: CallSite): void {
  const seen = new Set<TokenId>();
  const enter = (id: TokenId): void => {
    const kept = keptOf(state, state.tokens.get(id));
    if (kept === undefined || seen.has(id)) return;
    seen.add(id);
    state.solver.listen(kept, call);
  };
  const call = (id: TokenId): void => {
    const token = state.tokens.get(id);
    const { kind } = token.value;
    if (kind === 'native-instance') enter(id);
    else if (seen.has(id)) return;
    else if (kind === 'object' || kind === 'array') {
      seen.add(id);
      state.solver.listen(allProperties(state, token), call);
    } else if (kind === 'function' || kind === 'bound') {
      seen.add(id);
      const given = typeNode(state, 'data', '', site);
      invoke(state, id, callBack(site, [given, given, given], site.to));
    }
  };
  if (site.receiver !== undefined) enter(site.receiver);
  for (const arg of site.args) state.solver.listen(arg, enter);
}
