import { changingMethods } from '../catalog/changing-methods.js';
import type { CallOp, Op, Slot, Span } from '../graph/ir.js';
import { apiPathsOf, functionTargets, once, queryHandlers, receiverOf } from './calls.js';
import { fillsCache } from './cache-fills.js';
import { createOwnership, lookThrough, type Looked } from './ownership.js';
import type { MisuseRule, ResolvedCall, RuleContext, RuleFinding } from './types.js';

const METHODS = [...changingMethods, 'append', 'getOrInsert', 'getOrInsertComputed'].join('|');
const SETTERS =
  'set(?:UTC)?(?:Date|Month|FullYear|Year|Hours|Minutes|Seconds|Milliseconds|Time)|set(?:Int|Uint|Float|BigInt|BigUint)\\d+|write\\w*|swap\\d+';
/** Methods of the language that change the object they are called on; what iterates moves on. */
const CHANGES = new RegExp(`#(?:${METHODS}|${SETTERS}|next)$`);
/** The same, where it is not known what the object is. */
const MUTATOR = new RegExp(`\\.(?:${METHODS})$`);
/** `Array.prototype.push.apply(list, more)` */
const BORROWED = new RegExp(`\\.prototype\\.(?:${METHODS}|${SETTERS})\\.(?:call|apply)$`);
/** Functions of the language that change their first argument. */
const CHANGES_FIRST =
  /^(Object\.(assign|defineProperty|defineProperties|setPrototypeOf|freeze|seal)|Reflect\.(set|defineProperty|deleteProperty|setPrototypeOf))$/;

/** A query handler that changes what it does not own: replay knows nothing of queries, so the change is lost or lasting by chance. */
export const mutatingQuery: MisuseRule = {
  id: 'mutating-query',
  run: (context) => {
    const handlers = queryHandlers(context).map(({ handler }) => handler);
    if (handlers.length === 0) return [];
    const isKept = context.keptBy(handlers);
    const found = handlers.flatMap((handler) => {
      const own = createOwnership(context);
      // What a query is sent is its own; what its handler captures or is a method of, is the workflow's.
      lookThrough(own, handler, { self: 2, params: [] });
      return [...own.looked.values()].flatMap((looked) => mutations(context, looked, isKept));
    });
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

type IsKept = ReturnType<RuleContext['keptBy']>;

function mutations(context: RuleContext, looked: Looked, isKept: IsKept): RuleFinding[] {
  const { fn } = looked;
  const calls = new Map(context.calls(fn).map((call) => [call.op, call]));
  return fn.ir.ops.flatMap((op): RuleFinding[] => {
    const span = mutationOf(looked, op, op.type === 'call' ? calls.get(op) : undefined, isKept);
    if (span === undefined || fillsCache(context, fn, op)) return [];
    return [
      {
        file: fn.file,
        span,
        in: fn,
        message:
          'A query handler changes the state of the workflow; queries are not part of history, so replay cannot repeat it.',
        suggestion: 'Only read in a query. To change state use a signal or an update.',
      },
    ];
  });
}

function mutationOf(
  { fn, levelOf, isForeignVariable }: Looked,
  op: Op,
  call: ResolvedCall | undefined,
  isKept: IsKept,
): Span | undefined {
  const isOutside = (slot: Slot): boolean => levelOf(slot) === 2 && isKept(fn, slot);
  switch (op.type) {
    case 'assign':
      return isForeignVariable(op.to) ? op : undefined;
    case 'set':
    case 'set-element':
    case 'delete':
      return isOutside(op.of) ? op : undefined;
    case 'call': {
      const first = CHANGES_FIRST.test(op.text) || BORROWED.test(op.text) ? op.args[0]?.slot : undefined;
      if (first !== undefined) return isOutside(first) ? op : undefined;
      const receiver = changesReceiver(op, call) ? receiverOf(fn.ir, op) : undefined;
      return receiver !== undefined && isOutside(receiver) ? op : undefined;
    }
    default:
      return undefined;
  }
}

/** Methods of the program are looked through themselves, whatever their names. */
function changesReceiver(op: CallOp, call: ResolvedCall | undefined): boolean {
  const paths = call === undefined ? [] : apiPathsOf(call);
  if (paths.some((path) => CHANGES.test(path))) return true;
  if (paths.length > 0 || (call !== undefined && functionTargets(call).length > 0)) return false;
  return MUTATOR.test(`.${op.text.split('.').at(-1) ?? ''}`);
}
