/**
 * A call of an array's method (`items.map(f)`) in a function that everybody calls has hundreds of arrays
 * as receivers. What each holds goes to the same callback, and the result to the same place, so beyond a
 * few they are one array that holds what all of them hold: nothing is lost, and the callback is called once.
 */

import { arrayToken, callOn, type CallSite } from './calls.js';
import { orderName } from './names.js';
import { allProperties, propertyNode } from './properties.js';
import type { GraphState } from './state.js';

/** Receivers of one call that are told apart. */
const maxReceivers = 8;

/** Methods that only read what the array holds; `sort` and `push` do something to the array itself. */
const readers = new Set(
  (
    'map flatMap filter slice toReversed with flat concat find findLast at forEach some every findIndex ' +
    'findLastIndex reduce reduceRight toSorted values entries Symbol.iterator join toString'
  )
    .split(' ')
    .map((name) => `Array#${name}`),
);

/** The call to model: with its own receiver, with one for many, or none where that has been done. */
export function joinReceivers(state: GraphState, path: string, site: CallSite): CallSite | undefined {
  const { shared, receiver } = site;
  if (receiver === undefined || !readers.has(path) || shared?.args !== site.args || shared.to !== site.to)
    return site;
  const token = state.tokens.get(receiver);
  if (token.value.kind !== 'array') return site;
  shared.receivers ??= new Map();
  const before = shared.receivers.get(path) ?? 0;
  shared.receivers.set(path, before + 1);
  if (before < maxReceivers) return site;
  const joint = arrayToken(state, site, [], `joint${path}`, true);
  const made = state.tokens.get(joint);
  state.solver.edge(allProperties(state, token), propertyNode(state, made, '[]'));
  state.solver.taintEdge(propertyNode(state, token, orderName), propertyNode(state, made, orderName));
  return before === maxReceivers ? callOn(site, joint) : undefined;
}
