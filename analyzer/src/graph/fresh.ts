/** Objects that a function makes itself, and that nobody else has yet. */

import {
  chainingMethods,
  copyingFunctions,
  copyingMethods,
  returningFunctions,
} from '../catalog/results-by-name.js';
import type { CallOp, FunctionIr, Op, Slot } from './ir.js';

/**
 * The variables that hold, wherever an op writes to them, something that the function makes in the ops from
 * `from` to `to`. Whether it was given away meanwhile is not asked.
 */
export function madeIn(fn: FunctionIr, from: number, to: number): ReadonlySet<Slot> {
  const writers = new Map<Slot, { readonly op: Op; readonly index: number }[]>();
  fn.ops.forEach((op, index) => {
    if (!('to' in op)) return;
    const list = writers.get(op.to);
    if (list === undefined) writers.set(op.to, [{ op, index }]);
    else list.push({ op, index });
  });
  const made = new Set<Slot>();
  for (let before = -1; before < made.size;) {
    before = made.size;
    for (const [slot, list] of writers) {
      if (slot < 0 || made.has(slot)) continue;
      if (list.every(({ op, index }) => index >= from && index < to && makes(op, made))) made.add(slot);
    }
  }
  return made;
}

function makes(op: Op, made: ReadonlySet<Slot>): boolean {
  switch (op.type) {
    case 'object':
    case 'array':
      return true;
    case 'constant':
      return true;
    case 'copy':
    case 'typed':
    case 'present':
    case 'assign':
      return made.has(op.from);
    case 'call':
      return makesResult(op, made);
    default:
      return false;
  }
}

function makesResult(op: CallOp, made: ReadonlySet<Slot>): boolean {
  if (op.kind === 'new' || op.text === 'structuredClone' || copyingFunctions.has(op.text)) return true;
  if (returningFunctions.has(op.text)) return made.has(op.args[0]?.slot ?? -1);
  const method = op.text.slice(op.text.lastIndexOf('.') + 1);
  if (op.receiver === -1) return false;
  return chainingMethods.has(method) ? made.has(op.receiver) : copyingMethods.has(method);
}
