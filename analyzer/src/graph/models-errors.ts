/** Errors keep what they are given: their cause, and the errors that one stands for. */

import { arrayToken, type CallSite } from './calls.js';
import { accessOf, iterateNode } from './elements.js';
import { memberNode } from './natives.js';
import type { Model } from './models.js';
import { propertyNode } from './properties.js';
import type { GraphState } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { typeToken } from './values.js';

/** The error, and the instance whose class extends that of the error. */
function madeBy(state: GraphState, site: CallSite): TokenId[] {
  const where = `${String(site.by.id)}.${String(site.at)}.new`;
  const made = typeToken(state, 'Error', where, site.by.phase);
  state.solver.add(site.to, made);
  const { receiver } = site;
  const isBase = receiver !== undefined && state.tokens.get(receiver).value.kind === 'instance';
  return isBase ? [made, receiver] : [made];
}

function give(state: GraphState, made: readonly TokenId[], name: string, value: NodeId): void {
  for (const id of made) state.solver.edge(value, propertyNode(state, state.tokens.get(id), name));
}

/** `new Error(message, { cause })` */
const error: Model = (state, site) => {
  const made = madeBy(state, site);
  const options = site.args[1];
  if (options !== undefined) give(state, made, 'cause', memberNode(state, options, 'cause', site));
};

/** `new AggregateError(errors)` */
const aggregate: Model = (state, site) => {
  const made = madeBy(state, site);
  const [errors] = site.args;
  const access = accessOf(site);
  if (errors === undefined || access === undefined) return;
  const list = arrayToken(state, site, [], 'errors');
  iterateNode(state, errors, propertyNode(state, state.tokens.get(list), '[]'), access);
  const lists = state.solver.newNode();
  state.solver.add(lists, list);
  give(state, made, 'errors', lists);
};

const types = 'Error EvalError RangeError ReferenceError SyntaxError TypeError URIError'.split(' ');

export const errorModels: readonly (readonly [string, Model])[] = [
  ...types.flatMap((type): [string, Model][] => [
    [`new ${type}`, error],
    [`${type}()`, error],
  ]),
  ['new AggregateError', aggregate],
  ['AggregateError()', aggregate],
];
