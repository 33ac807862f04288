/** Arguments: which of them each parameter is given, and what `arguments` and a rest parameter hold. */

import type { CallSite } from './calls.js';
import { giveUnknown, isClosed } from './closed-parameters.js';
import { parameterNode } from './declared-types.js';
import { accessOf, iterateToken } from './elements.js';
import { propertyNode, readProperty } from './properties.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { NodeId } from './tokens.js';
import { constantToken, dataToken } from './values.js';

export function linkArguments(state: GraphState, instance: Instance, site: CallSite): void {
  const { fn, base } = instance;
  const spreadFrom = site.spreadFrom ?? Infinity;
  const list = spreadLast(site);
  let hasClosed = false;
  fn.params.forEach((parameter, index) => {
    if (isClosed(state, instance, index)) {
      giveUnknown(state, instance, index, site);
      hasClosed = true;
      return;
    }
    const to = parameterNode(state, instance, index);
    if (parameter.rest) {
      linkRest(state, instance, base + parameter.slot, index, site);
      return;
    }
    const given = site.args[index];
    if (index >= spreadFrom) {
      if (list !== undefined) linkPosition(state, site, list, index - spreadFrom, to);
      else for (const arg of site.args.slice(spreadFrom)) state.solver.edge(arg, to);
    } else if (given === undefined) {
      state.solver.add(to, constantToken(state, undefined));
    } else {
      state.solver.edge(given, to);
    }
  });
  if (fn.argumentsSlot < 0) return;
  if (hasClosed) state.solver.add(base + fn.argumentsSlot, dataToken(state));
  else linkRest(state, instance, base + fn.argumentsSlot, 0, site);
}

/** What is spread, where that is the last argument of the call as it is written. */
function spreadLast({ by, op, args, spreadFrom }: CallSite): NodeId | undefined {
  if (op === undefined || spreadFrom === undefined || args.length !== op.args.length) return undefined;
  const last = op.args.at(-1);
  return last?.spread === true && op.args.length === spreadFrom + 1 ? nodeOf(by, last.slot) : undefined;
}

/** Parameters that are linked to a place in what a call spreads: a method is called once for each receiver. */
const linkedPositions = new WeakMap<readonly NodeId[], Set<NodeId>>();

/** An array gives the parameter what stands at its place; of others it is not known what comes when. */
function linkPosition(state: GraphState, site: CallSite, list: NodeId, index: number, to: NodeId): void {
  let linked = linkedPositions.get(site.args);
  if (linked === undefined) linkedPositions.set(site.args, (linked = new Set()));
  if (linked.has(to)) return;
  linked.add(to);
  const access = accessOf(site);
  if (access === undefined) return;
  state.solver.taintEdge(list, to);
  state.solver.listen(list, (id) => {
    const isArray = state.tokens.get(id).value.kind === 'array';
    if (isArray) readProperty(state, id, String(index), to, access);
    else iterateToken(state, id, to, access);
  });
}

/** Arguments from a position on, as an array that is the instance's own. */
function linkRest(state: GraphState, instance: Instance, to: NodeId, from: number, site: CallSite): void {
  const { unit, id, phase, fn } = instance;
  const key = `r${String(id)}.${String(to)}`;
  const list = state.tokens.intern(key, phase, () => ({ kind: 'array', unit, at: fn.at, end: fn.end }));
  state.solver.add(to, list);
  const token = state.tokens.get(list);
  const spreadFrom = site.spreadFrom ?? Infinity;
  site.args.slice(from).forEach((arg, index) => {
    const name = index + from >= spreadFrom ? '[]' : String(index);
    state.solver.edge(arg, propertyNode(state, token, name));
  });
}
