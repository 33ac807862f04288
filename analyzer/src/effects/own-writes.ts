/**
 * Writes to an object that nobody else has yet: a constructor that fills its own object, a function that
 * fills what it made and only then puts it into a cache. What was made is followed to the functions that
 * it is handed to, as long as every caller hands them something of its own.
 */

import { madeIn } from '../graph/fresh.js';
import type { CallOp, FunctionIr, Op, Slot } from '../graph/ir.js';
import type { GraphState, Instance, Mutation } from '../graph/state.js';

const maxDepth = 4;
/** Functions of the language that change their first argument, or look at it, and keep it nowhere. */
const KEEPS_NOT = /^(?:Object|Reflect|Array|JSON|console|Number|String|Boolean|Math)\b/;

export interface OwnWrites {
  readonly has: (mutation: Mutation) => boolean;
}

export function ownWrites(state: GraphState): OwnWrites {
  let callers: ReadonlyMap<Instance, readonly Caller[]> | undefined;
  const search: Search = { callersOf: (instance) => (callers ??= callersIn(state)).get(instance) ?? [] };
  return {
    has: ({ instance, at, end }) =>
      instance.fn.ops.some(
        (op, index) =>
          isWrite(op) &&
          op.at === at &&
          op.end === end &&
          targetsOf(op).some((slot) => isOwn(search, instance, slot, index, 0)),
      ),
  };
}

interface Caller {
  readonly by: Instance;
  readonly at: number;
  readonly end: number;
}

interface Search {
  readonly callersOf: (instance: Instance) => readonly Caller[];
}

type Write = Op & { type: 'set' | 'set-element' | 'delete' | 'call' };

function isWrite(op: Op): op is Write {
  return op.type === 'set' || op.type === 'set-element' || op.type === 'delete' || op.type === 'call';
}

function targetsOf(op: Write): Slot[] {
  if (op.type !== 'call') return [op.of];
  const first = KEEPS_NOT.test(op.text) ? op.args[0]?.slot : undefined;
  return first === undefined ? [op.receiver] : [first];
}

/** Does the slot hold, when the op at `index` runs, an object that only this function and its callers have? */
function isOwn(search: Search, instance: Instance, slot: Slot, index: number, depth: number): boolean {
  const { fn } = instance;
  const root = rootOf(fn, slot);
  if (root < 0 || depth > maxDepth) return false;
  const isMade = madeIn(fn, 0, fn.ops.length).has(root);
  const isSelf = root === fn.thisSlot;
  const isNew = isSelf && (fn.kind === 'constructor' || fn.kind === 'initializer');
  const parameter = fn.params.findIndex((item) => item.slot === root && !item.rest);
  if (!isMade && !isSelf && parameter < 0) return false;
  if (escapesBefore(fn, root, index)) return false;
  if (isMade || isNew) return true;
  const callers = search.callersOf(instance);
  return callers.length > 0 && callers.every((caller) => isGivenOwn(search, caller, parameter, depth + 1));
}

function isGivenOwn(search: Search, { by, at, end }: Caller, parameter: number, depth: number): boolean {
  const index = by.fn.ops.findIndex((op) => op.type === 'call' && op.at === at && op.end === end);
  const op = by.fn.ops[index] as CallOp | undefined;
  if (op === undefined || op.args.some((arg) => arg.spread)) return false;
  if (parameter < 0 && op.kind === 'new') return true;
  const slot = parameter < 0 ? op.receiver : op.args[parameter]?.slot;
  return slot !== undefined && isOwn(search, by, slot, index, depth);
}

/** The variable at the start of a chain: `book` of `book.pages[0].lines`. */
function rootOf(fn: FunctionIr, slot: Slot): Slot {
  let root = slot;
  for (let steps = 0; steps < 16; steps += 1) {
    const op = fn.ops.find(
      (item) => 'to' in item && item.to === root && (item.type === 'get' || item.type === 'get-element'),
    );
    const copy = fn.ops.find(
      (item) => 'to' in item && item.to === root && (item.type === 'copy' || item.type === 'typed'),
    );
    if (op?.type === 'get' || op?.type === 'get-element') root = op.of;
    else if (copy?.type === 'copy' || copy?.type === 'typed') root = copy.from;
    else break;
  }
  return root;
}

/** Is the object given away before the op, or in an earlier round of a loop around it that does not make it anew? */
function escapesBefore(fn: FunctionIr, root: Slot, index: number): boolean {
  const same = new Set([root]);
  for (const op of fn.ops)
    if ((op.type === 'copy' || op.type === 'typed') && same.has(op.from)) same.add(op.to);
  const madeAt = fn.ops.findIndex((op) => 'to' in op && op.to === root);
  let until = index;
  for (const loop of fn.loops) {
    if (index >= loop.from && index < loop.to && madeAt < loop.from) until = Math.max(until, loop.to);
  }
  return fn.ops.slice(0, until).some((op) => givesAway(op, same));
}

function givesAway(op: Op, same: ReadonlySet<Slot>): boolean {
  switch (op.type) {
    case 'call':
      return !KEEPS_NOT.test(op.text) && op.args.some((arg) => same.has(arg.slot)) && op.use !== 'returned';
    case 'set':
    case 'set-element':
    case 'define':
    case 'define-element':
      return same.has(op.from);
    case 'assign':
      return op.to < 0 && same.has(op.from);
    case 'yield':
      return same.has(op.of);
    default:
      return false;
  }
}

function callersIn(state: GraphState): Map<Instance, Caller[]> {
  const callers = new Map<Instance, Caller[]>();
  for (const by of state.instances) {
    for (const { to, at, end } of by.calls) {
      const list = callers.get(to);
      if (list === undefined) callers.set(to, [{ by, at, end }]);
      else list.push({ by, at, end });
    }
  }
  return callers;
}
