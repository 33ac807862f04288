/** Calls of which it is not known what they do: listed, never silently safe. */

import type { Slot } from '../graph/ir.js';
import { nodeOf, type GraphState, type Instance, type PendingCall } from '../graph/state.js';
import { compareText, placeOf, relativePath } from '../report/assemble.js';
import type { UnresolvedEntry } from '../report/model.js';
import type { Reach } from './reach.js';

export function unresolvedCalls(state: GraphState, reach: Reach, root: string): UnresolvedEntry[] {
  const entries = new Map<string, UnresolvedEntry>();
  const reached = new Set(reach.order.map((instance) => instance.unit));
  const add = (path: string, at: { line: number; column: number }, reason: string): void => {
    const file = relativePath(root, path);
    entries.set(`${file}:${String(at.line)}:${String(at.column)}`, { file, ...at, reason });
  };
  for (const call of state.settledCalls) {
    const { instance, op } = call;
    if (!reach.has(instance) || (instance.phase === 'load' && !state.profile.sandboxed)) continue;
    const reason = reasonOf(state, call);
    if (reason !== undefined) add(instance.unit.ir.path, placeOf(instance.unit.ir, op.at), reason);
  }
  for (const item of state.unresolved.values()) {
    if (!reached.has(item.unit) || (item.phase === 'load' && !state.profile.sandboxed)) continue;
    add(item.unit.ir.path, placeOf(item.unit.ir, item.at), item.reason);
  }
  for (const unit of reached) {
    if (unit.gaveUp !== undefined) add(unit.ir.path, { line: 1, column: 1 }, unit.gaveUp);
    const [error] = unit.ir.syntaxErrors;
    if (error !== undefined) add(unit.ir.path, placeOf(unit.ir, error.at), `syntax error: ${error.message}`);
  }
  return [...entries.values()].sort(
    (left, right) =>
      compareText(left.file, right.file) || left.line - right.line || left.column - right.column,
  );
}

/** Nothing that can be called arrived at the callee. */
function reasonOf(state: GraphState, call: PendingCall): string | undefined {
  const { op } = call;
  if (op.kind === 'super' || op.kind === 'decorator') return undefined;
  if (!state.solver.isEmpty(call.callee)) return undefined;
  if (isRuledOut(state, call.instance, op.receiver >= 0 ? op.receiver : op.callee, 0)) return undefined;
  if (call.receiver === undefined) return `cannot tell what '${op.text}' is`;
  if (op.optional) return undefined;
  return state.solver.isEmpty(call.receiver)
    ? `cannot tell what '${op.text}' is called on`
    : `no method '${op.text.split('.').at(-1) ?? op.text}' is known`;
}

/** It stands where a test says that the value is of a kind of which none comes here. */
function isRuledOut(state: GraphState, instance: Instance, slot: Slot, depth: number): boolean {
  if (depth > 4) return false;
  for (const by of instance.fn.ops) {
    if (!('to' in by) || by.to !== slot) continue;
    if (by.type === 'get') return isRuledOut(state, instance, by.of, depth + 1);
    if (by.type !== 'copy' || by.narrows === undefined) continue;
    const isEmpty = (of: Slot): boolean => state.solver.isEmpty(nodeOf(instance, of));
    return isEmpty(by.to) && (!isEmpty(by.from) || isRuledOut(state, instance, by.from, depth + 1));
  }
  return false;
}
