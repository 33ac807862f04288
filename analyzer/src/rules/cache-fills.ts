/** Writes that only remember what was computed: who asks again gets the same. */

import type { CallOp, FunctionIr, Op, Slot } from '../graph/ir.js';
import { functionTargets, receiverOf } from './calls.js';
import type { FunctionNode, RuleContext } from './types.js';

/**
 * `cache.set(key, compute(key))` or `cache[key] = compute(key)` in a function that first looks for the key:
 * the value is made by a function of the program, and not from the one that was there.
 */
export function fillsCache(context: RuleContext, fn: FunctionNode, op: Op): boolean {
  const write = writeOf(fn.ir, op);
  if (write === undefined) return false;
  const { ir } = fn;
  const target = nameOf(ir, write.of);
  const key = nameOf(ir, write.key);
  if (target === undefined || key === undefined) return false;
  const asks = ir.ops.flatMap((other): Slot[] => {
    const asked = lookUpOf(ir, other);
    return asked !== undefined && nameOf(ir, asked.of) === target && nameOf(ir, asked.key) === key
      ? [asked.to]
      : [];
  });
  if (asks.length === 0) return false;
  const made = definitionOf(ir, write.from, new Set());
  return made?.type === 'call' && !asks.includes(made.to) && isProgramCall(context, fn, made);
}

interface Place {
  readonly of: Slot;
  readonly key: Slot;
}

function writeOf(fn: FunctionIr, op: Op): (Place & { from: Slot }) | undefined {
  if (op.type === 'set-element') return { of: op.of, key: op.key, from: op.from };
  if (op.type !== 'call' || !/\.set$/.test(op.text)) return undefined;
  const of = receiverOf(fn, op);
  const [key, from] = op.args;
  return of === undefined || key === undefined || from === undefined
    ? undefined
    : { of, key: key.slot, from: from.slot };
}

function lookUpOf(fn: FunctionIr, op: Op): (Place & { to: Slot }) | undefined {
  if (op.type === 'get-element') return { of: op.of, key: op.key, to: op.to };
  if (op.type === 'derive' && op.converts === 'in') {
    const [key, of] = op.from;
    return key === undefined || of === undefined ? undefined : { of, key, to: op.to };
  }
  if (op.type !== 'call' || !/\.(?:get|has)$/.test(op.text)) return undefined;
  const of = receiverOf(fn, op);
  const [key] = op.args;
  return of === undefined || key === undefined ? undefined : { of, key: key.slot, to: op.to };
}

/** The same for two slots that are read from the same variable by the same path. */
function nameOf(fn: FunctionIr, slot: Slot, depth = 0): string | undefined {
  if (slot < 0 || slot === fn.thisSlot || fn.variables.some((variable) => variable.slot === slot))
    return String(slot);
  const op = fn.ops.find((other) => 'to' in other && other.to === slot);
  if (depth > 4 || op === undefined) return undefined;
  if (op.type === 'constant') return JSON.stringify(op.value);
  if (op.type === 'copy' || op.type === 'typed') return nameOf(fn, op.from, depth + 1);
  if (op.type !== 'get') return undefined;
  const of = nameOf(fn, op.of, depth + 1);
  return of === undefined ? undefined : `${of}.${op.name}`;
}

/** The op that makes the value, variables that are set once followed. */
function definitionOf(fn: FunctionIr, slot: Slot, seen: Set<Slot>): Op | undefined {
  const defining = fn.ops.filter((op) => 'to' in op && op.to === slot);
  const [op] = defining;
  if (defining.length !== 1 || op === undefined || seen.has(slot)) return undefined;
  seen.add(slot);
  return op.type === 'copy' || op.type === 'typed' || op.type === 'await'
    ? definitionOf(fn, op.type === 'await' ? op.of : op.from, seen)
    : op;
}

function isProgramCall(context: RuleContext, fn: FunctionNode, made: CallOp): boolean {
  return context.calls(fn).some((call) => call.op === made && functionTargets(call).length > 0);
}
