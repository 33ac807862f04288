/**
 * Parameters that are not followed. In code in which everything flows to everything, it does so by way of the
 * parameters of functions that everybody calls with anything. Where the work that is allowed did not do, those
 * to which most came are closed on the next attempt: the function is followed as one that is given data of
 * which nothing is known, and that is listed.
 *
 * Invariants:
 * - P1 What a function does by itself, on its object, and with its other parameters is followed as ever.
 * - P2 A function that is given to a closed parameter is called there, with unknown arguments: what it does counts.
 */

import { callBack, invoke, noteUnresolved, type CallSite } from './calls.js';
import type { ParameterIr } from './ir.js';
import type { GraphState, Instance } from './state.js';
import type { NodeId } from './tokens.js';
import { constantToken, dataToken } from './values.js';

const callable = new Set(['function', 'bound']);

function keyOf({ unit, fn }: Instance, index: number): string {
  return `${unit.ir.path}:${String(fn.at)}:${String(index)}`;
}

export function isClosed(state: GraphState, instance: Instance, index: number): boolean {
  return state.closedParameters.size > 0 && state.closedParameters.has(keyOf(instance, index));
}

/** Lets a closed parameter be anything, and calls the functions that it is given. */
export function giveUnknown(state: GraphState, instance: Instance, index: number, site: CallSite): void {
  const { fn, base } = instance;
  const parameter = fn.params[index]!;
  const given = givenNode(state, instance, index, parameter);
  const from = Math.min(index, site.spreadFrom ?? Infinity);
  const isOne = from === index && !parameter.rest && site.spreadFrom !== index;
  for (const arg of isOne ? site.args.slice(index, index + 1) : site.args.slice(from)) {
    state.solver.taintEdge(arg, base + parameter.slot);
    state.solver.edge(arg, given);
  }
}

function givenNode(state: GraphState, instance: Instance, index: number, parameter: ParameterIr): NodeId {
  const key = `given ${String(instance.id)}.${String(index)}`;
  const known = state.parameterNodes.get(key);
  if (known !== undefined) return known;
  const { fn, base } = instance;
  const { solver } = state;
  const given = solver.newNode();
  state.parameterNodes.set(key, given);
  const data = solver.newNode();
  for (const node of [data, base + parameter.slot]) solver.add(node, dataToken(state));
  solver.add(base + parameter.slot, constantToken(state, undefined));
  const at = { by: instance, at: fn.nameAt, end: fn.nameAt + 1 };
  solver.listen(given, (id) => {
    if (!callable.has(state.tokens.get(id).value.kind)) return;
    invoke(state, id, callBack(at, [data, data, data], data));
  });
  const reason = `too much may be given to '${fn.name}' as '${parameter.name}': it is taken for data of unknown make`;
  // What is not followed while a module loads may be missed wherever the module is used.
  if (instance.phase !== 'step') noteUnresolved(state, at, reason, 'run');
  return given;
}

/** The parameters that hold more than so many values. */
export function crowdedParameters(state: GraphState, amount: number): string[] {
  return state.instances.flatMap((instance) =>
    instance.fn.params.flatMap(({ slot }, index) =>
      state.solver.size(instance.base + slot) > amount ? [keyOf(instance, index)] : [],
    ),
  );
}
