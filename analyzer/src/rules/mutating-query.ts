import type { CallOp, FunctionIr, Op, Slot, Span } from '../graph/ir.js';
import { functionsAmong, functionTargets, once, queryHandlers, receiverOf } from './calls.js';
import type { FunctionNode, MisuseRule, ResolvedCall, RuleContext, RuleFinding } from './types.js';

const MUTATORS =
  /\.(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|append)$/;
/** Methods that give an element of the object they are called on. */
const ELEMENT = /\.(at|find|findLast|get|pop|shift|next|values|entries|filter)$/;
/** Methods that hand the elements of the object they are called on to a function. */
const EACH =
  /\.(forEach|map|flatMap|filter|find|findLast|findIndex|some|every|reduce|reduceRight|sort|toSorted)$/;
/** Functions of the language that change their first argument. */
const CHANGES_FIRST =
  /^(Object\.(assign|defineProperty|defineProperties|setPrototypeOf)|Reflect\.(set|defineProperty|deleteProperty))$/;
const MAX_DEPTH = 8;

/** A query handler that changes what it does not own: replay knows nothing of queries, so the change is lost or lasting by chance. */
export const mutatingQuery: MisuseRule = {
  id: 'mutating-query',
  run: (context) => {
    const found = queryHandlers(context).flatMap(({ handler }) => {
      // What a query is sent is its own; what its handler captures or is a method of, is the workflow's.
      const given: Given = { self: true, params: new Set() };
      return [...mutations({ context, seen: new Set(), frames: new Map() }, handler, given, 0)];
    });
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

interface Search {
  readonly context: RuleContext;
  /** The functions that were looked through, each for what it was given. */
  readonly seen: Set<string>;
  /** Which variables hold what is the workflow's, in the functions that the query runs. */
  readonly frames: Map<FunctionIr, ReadonlySet<Slot>>;
}

/** Which of a function's `this` and parameters belong to the workflow. */
interface Given {
  readonly self: boolean;
  readonly params: ReadonlySet<number>;
}

function* mutations(search: Search, fn: FunctionNode, given: Given, depth: number): Iterable<RuleFinding> {
  const key = `${fn.file.path}:${fn.ir.index}:${given.self}:${[...given.params].join()}`;
  if (search.seen.has(key) || depth > MAX_DEPTH) return;
  search.seen.add(key);
  const isOutside = borrowedIn(search, fn, given);
  const isOuterVariable = (slot: Slot) => slot < 0 && ownFrame(search, fn, slot) === undefined;
  for (const op of fn.ir.ops) {
    const span = mutationOf(fn, op, isOutside, isOuterVariable);
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
  for (const call of search.context.calls(fn)) {
    for (const [target, handed] of calledBy(search.context, call, isOutside))
      yield* mutations(search, target, handed, depth + 1);
  }
}

/** The functions that a call runs, its callbacks among them, with what of theirs is the workflow's. */
function calledBy(
  context: RuleContext,
  call: ResolvedCall,
  isOutside: (slot: Slot) => boolean,
): [FunctionNode, Given][] {
  const { op } = call;
  const receiver = receiverOf(call.in.ir, op);
  const indexes = op.args.flatMap((arg, index) => (isOutside(arg.slot) ? [index] : []));
  // A spread argument may stand at any later place.
  const spreadAt = op.args.findIndex((arg) => arg.spread && isOutside(arg.slot));
  const given = (target: FunctionNode): Given => ({
    // A constructor's object is new; a function that is called without an object has what it captures.
    self: op.kind !== 'new' && (receiver === undefined || isOutside(receiver)),
    params: new Set(
      target.ir.params.flatMap(({ rest }, index) =>
        indexes.includes(index) ||
        (spreadAt >= 0 && index >= spreadAt) ||
        (rest && indexes.some((at) => at >= index))
          ? [index]
          : [],
      ),
    ),
  });
  const direct = functionTargets(call).map((target): [FunctionNode, Given] => [target, given(target)]);
  if (direct.length > 0 || receiver === undefined || !EACH.test(op.text)) return direct;
  const elements: Given = { self: true, params: new Set(isOutside(receiver) ? [0, 1, 2] : []) };
  const callbacks = op.args.flatMap((arg) => functionsAmong(context.values(call.in, arg.slot)));
  return callbacks.map((callback) => [callback, elements]);
}

/** Tells slots of objects that the function neither makes itself nor gets as a result: changing those is seen outside. */
function borrowedIn(search: Search, fn: FunctionNode, given: Given): (slot: Slot) => boolean {
  const borrowed = new Set<Slot>(given.self ? [fn.ir.thisSlot] : []);
  const isBorrowed = (slot: Slot): boolean => {
    if (slot >= 0) return borrowed.has(slot);
    const frame = ownFrame(search, fn, slot);
    return frame === undefined || frame.borrowed.has(frame.slot);
  };
  for (const index of given.params) {
    const parameter = fn.ir.params[index];
    if (parameter !== undefined) borrowed.add(parameter.slot);
  }
  for (const op of fn.ir.ops) {
    if (!('to' in op)) continue;
    const from = sourceOf(fn, op);
    if (from === undefined ? op.type === 'import' || op.type === 'global' : isBorrowed(from))
      borrowed.add(op.to);
  }
  search.frames.set(fn.ir, new Set([...(search.frames.get(fn.ir) ?? []), ...borrowed]));
  return isBorrowed;
}

/** The variable that a slot captures, where it is one of a function that the query runs itself. */
function ownFrame(search: Search, fn: FunctionNode, slot: Slot) {
  const capture = fn.ir.captures[~slot];
  const owner = capture === undefined ? undefined : fn.file.functions[capture.fn];
  const borrowed = owner === undefined ? undefined : search.frames.get(owner);
  return capture === undefined || borrowed === undefined ? undefined : { borrowed, slot: capture.slot };
}

/** The slot that the op's result is a part of, where it is. */
function sourceOf(fn: FunctionNode, op: Op): Slot | undefined {
  switch (op.type) {
    case 'copy':
    case 'assign':
    case 'present':
    case 'falsy':
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

function mutationOf(
  fn: FunctionNode,
  op: Op,
  isOutside: (slot: Slot) => boolean,
  isOuterVariable: (slot: Slot) => boolean,
): Span | undefined {
  switch (op.type) {
    case 'assign':
      return isOuterVariable(op.to) ? op : undefined;
    case 'set':
    case 'set-element':
    case 'delete':
      return isOutside(op.of) ? op : undefined;
    case 'call': {
      const first = CHANGES_FIRST.test(op.text) ? op.args[0]?.slot : undefined;
      if (first !== undefined) return isOutside(first) ? op : undefined;
      const receiver = isMutator(op) ? receiverOf(fn.ir, op) : undefined;
      return receiver !== undefined && isOutside(receiver) ? op : undefined;
    }
    default:
      return undefined;
  }
}

const isMutator = (op: CallOp) => MUTATORS.test(`.${op.text.split('.').at(-1) ?? ''}`);
