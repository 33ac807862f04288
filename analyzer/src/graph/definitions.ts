/**
 * Workflows that are arguments of calls. Those calls run while modules load, or in functions that
 * somebody else calls (`main`, a factory, a constructor).
 */

import { invoke } from './calls.js';
import { declaredInstance } from './declared-types.js';
import type { FunctionIr } from './ir.js';
import { loadUnit, moduleInstance } from './modules.js';
import { typeNode } from './natives.js';
import { definingNames } from '../profiles/defining-names.js';
import type { GraphState, Unit } from './state.js';
import { functionToken } from './values.js';

export function loadDefinitions(state: GraphState, unit: Unit): void {
  loadUnit(state, unit);
  const by = moduleInstance(state, unit);
  if (by === undefined) return;
  const names = definingNames(state.profile);
  for (const fn of unit.ir.functions) {
    if (fn.parent !== 0 || fn.kind === 'module' || !callsAny(fn, names)) continue;
    const token = functionToken(state, unit, fn, by);
    const cls = unit.ir.classes.find(
      (item) => item.ctor === fn.index || item.members.some((member) => member.fn === fn.index),
    );
    const receiver = cls === undefined ? undefined : declaredInstance(state, unit, cls);
    state.pendingDefinitions.push((called) => {
      if (called.has(fn)) return;
      const args = fn.params.map(() => typeNode(state, 'data', '', { by }));
      invoke(state, token, { by, at: fn.at, end: fn.at, args, to: state.solver.newNode(), receiver });
    });
  }
}

/** Calls the functions that define workflows and that no module calls itself. */
export function callDefinitions(state: GraphState): boolean {
  const pending = state.pendingDefinitions.splice(0);
  if (pending.length === 0) return false;
  const called = new Set(state.instances.map((instance) => instance.fn));
  for (const call of pending) call(called);
  return true;
}

function callsAny(fn: FunctionIr, names: ReadonlySet<string>): boolean {
  return fn.ops.some((op) => op.type === 'call' && names.has(op.text.split('.').at(-1) ?? ''));
}
