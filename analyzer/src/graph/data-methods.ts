/** Members of plain data, whose type is not known. */

import { callBack, callOn, invoke, noteUnresolved, type CallSite } from './calls.js';
import { callShape, typeNode } from './natives.js';
import { propertyNode } from './properties.js';
import { isReplayed } from './replayed.js';
import { typeMember } from './shapes.js';
import type { GraphState } from './state.js';
import type { Token, TokenId } from './tokens.js';
import { dataToken, typeToken } from './values.js';

/** What a member of plain data is: plain data, or a method, where it is called. */
export function dataMember(state: GraphState, { id, value }: Token, name: string, callee: boolean): TokenId {
  const isVetted = value.kind === 'data' && value.vetted === true;
  if (callee) return dataMethod(state, name, isVetted);
  return isReplayed(value) ? id : dataToken(state, true, isVetted);
}

export function dataMethod(state: GraphState, name: string, vetted: boolean): TokenId {
  const key = `dm${vetted ? '+' : ''}${name}`;
  return state.tokens.intern(key, 'load', () => ({ kind: 'data-method', name, vetted }));
}

/** A method on plain data: any type of plain data that has it may be meant. */
export function callDataMethod(state: GraphState, name: string, site: CallSite, vetted: boolean): boolean {
  let known = false;
  for (const type of [
    'string',
    'number',
    'Array',
    'Date',
    'Map',
    'Set',
    'Promise',
    'Object',
    'boolean',
    'bigint',
  ]) {
    const found = typeMember(state, type, name);
    if (found?.shape.call === undefined) continue;
    known = true;
    // Data that was recorded has no clock in it; only what the call itself reads of the host counts.
    const receiver =
      site.by.phase === 'step' ? seenByStep(state, type, site) : typeToken(state, type, 'data', 'run');
    callShape(state, found, found.shape.call, callOn(site, receiver));
    if (type === 'string' || type === 'Array') continue;
    break;
  }
  state.solver.add(site.to, dataToken(state, true, vetted));
  if (known) return true;
  if (!vetted) noteUnresolved(state, site, `the method '${name}' is called on a value of unknown type`);
  for (const arg of site.args) {
    state.solver.taintEdge(arg, site.to);
    state.solver.listen(arg, (fn) => {
      if (state.tokens.get(fn).value.kind !== 'function') return;
      const data = typeNode(state, 'data', '', site);
      invoke(state, fn, callBack(site, [data, data], site.to));
    });
  }
  return false;
}

/** Plain data of the execution as an array, seen from a step. */
export function replayedList(state: GraphState): TokenId {
  return typeToken(state, 'Array', 'replayed', 'run');
}

/** Plain data of a step, or of the replayed code around it, as the type that has the method; plain data has arrays alone. */
function seenByStep(state: GraphState, type: string, { receiver }: CallSite): TokenId {
  const data = receiver === undefined ? undefined : state.tokens.get(receiver);
  if (type !== 'Array' || data === undefined || !isReplayed(data.value))
    return typeToken(state, type, 'step', 'step');
  const list = replayedList(state);
  state.solver.add(propertyNode(state, state.tokens.get(list), '[]'), data.id);
  return list;
}
