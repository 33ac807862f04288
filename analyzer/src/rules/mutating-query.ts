import type { CallOp, Op, Slot, Span } from '../graph/ir.js';
import { functionTargets, once, queryHandlers, receiverOf } from './calls.js';
import type { FunctionNode, MisuseRule, RuleContext, RuleFinding } from './types.js';

const MUTATORS =
  /\.(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|append)$/;
/** Methods that give an element of the object they are called on. */
const ELEMENT = /\.(at|find|findLast|get|pop|shift|next|values|entries|filter)$/;
const MAX_DEPTH = 8;

/** A query handler that changes what it does not own: replay knows nothing of queries, so the change is lost or lasting by chance. */
export const mutatingQuery: MisuseRule = {
  id: 'mutating-query',
  run: (context) => {
    const found = queryHandlers(context).flatMap(({ handler }) => [
      ...mutations(context, handler, new Set(), 0),
    ]);
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

function* mutations(
  context: RuleContext,
  fn: FunctionNode,
  seen: Set<FunctionNode>,
  depth: number,
): Iterable<RuleFinding> {
  if (seen.has(fn) || depth > MAX_DEPTH) return;
  seen.add(fn);
  const owned = ownedSlots(fn);
  for (const op of fn.ir.ops) {
    const span = mutationOf(fn, op, (slot) => !owned.has(slot));
    if (span !== undefined) {
      yield {
        file: fn.file,
        span,
        in: fn,
        message:
          'A query handler changes the state of the workflow; queries are not part of history, so replay cannot repeat it.',
        suggestion: 'Only read in a query. To change state use a signal or an update.',
      };
    }
  }
  for (const call of context.calls(fn))
    for (const target of functionTargets(call)) yield* mutations(context, target, seen, depth + 1);
}

/** Slots of objects that the function makes itself or gets as a result: changing those changes nothing outside. */
function ownedSlots(fn: FunctionNode): ReadonlySet<Slot> {
  const borrowed = new Set<Slot>([fn.ir.thisSlot]);
  const made = new Set<Slot>();
  for (const op of fn.ir.ops) {
    if (!('to' in op)) continue;
    const from = sourceOf(fn, op);
    if (from === undefined ? op.type === 'import' || op.type === 'global' : isBorrowed(from, borrowed))
      borrowed.add(op.to);
    else if (op.to >= 0) made.add(op.to);
  }
  for (const parameter of fn.ir.params) made.add(parameter.slot);
  for (const slot of borrowed) made.delete(slot);
  return made;
}

const isBorrowed = (slot: Slot, borrowed: ReadonlySet<Slot>) => slot < 0 || borrowed.has(slot);

/** The slot that the op's result is a part of, where it is. */
function sourceOf(fn: FunctionNode, op: Op): Slot | undefined {
  switch (op.type) {
    case 'copy':
    case 'assign':
    case 'typed':
      return op.from;
    case 'get':
    case 'get-element':
    case 'iterate':
      return op.of;
    case 'call':
      return ELEMENT.test(op.text) ? receiverOf(fn.ir, op) : undefined;
    default:
      return undefined;
  }
}

function mutationOf(fn: FunctionNode, op: Op, isOutside: (slot: Slot) => boolean): Span | undefined {
  switch (op.type) {
    case 'assign':
      return op.to < 0 ? op : undefined;
    case 'set':
    case 'set-element':
    case 'delete':
      return isOutside(op.of) ? op : undefined;
    case 'call': {
      const receiver = isMutator(op) ? receiverOf(fn.ir, op) : undefined;
      return receiver !== undefined && isOutside(receiver) ? op : undefined;
    }
    default:
      return undefined;
  }
}

const isMutator = (op: CallOp) => MUTATORS.test(`.${op.text.split('.').at(-1) ?? ''}`);
