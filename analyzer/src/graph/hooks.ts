/** Functions that the engine calls around a workflow: the interceptors that a module exports. */

import { invoke } from './calls.js';
import { exportNode, moduleInstance } from './modules.js';
import { memberNode } from './natives.js';
import type { GraphState, Unit } from './state.js';
import type { TokenId } from './tokens.js';

/** Enters what the exported factory gives: objects in lists, by the methods that the engine knows. */
export function addHooks(state: GraphState, unit: Unit): void {
  const { hooks } = state.profile;
  const by = moduleInstance(state, unit);
  if (hooks === undefined || by === undefined) return;
  if (
    !unit.ir.exports.some((entry) => entry.type !== 'star' && entry.name === hooks.export && !entry.typeOnly)
  )
    return;
  const made = state.solver.newNode();
  const why = `what '${hooks.export}' gives`;
  const site = { by: state.root, at: 0, end: 0, args: [], to: made };
  state.solver.listen(exportNode(state, unit, hooks.export), (token) => {
    if (state.tokens.get(token).value.kind !== 'function') return;
    state.definedWorkflows.push({ token, params: [], why, site: undefined, hidden: true });
    invoke(state, token, site);
  });
  for (const list of hooks.lists) {
    const elements = memberNode(state, memberNode(state, made, list, site), '*', site);
    state.solver.listen(elements, (holder) => {
      for (const name of hooks.methods) enterMethod(state, holder, name, why);
    });
  }
}

function enterMethod(state: GraphState, holder: TokenId, name: string, why: string): void {
  const { kind } = state.tokens.get(holder).value;
  if (kind !== 'object' && kind !== 'instance') return;
  const single = state.solver.newNode();
  state.solver.add(single, holder);
  const site = { by: state.root, at: 0, end: 0, args: [], to: state.solver.newNode() };
  state.solver.listen(memberNode(state, single, name, site), (token) => {
    if (state.tokens.get(token).value.kind !== 'function') return;
    const params = ['data', 'InterceptorNext'];
    state.definedWorkflows.push({ token, params, why, site: undefined, receiver: holder, hidden: true });
  });
}
