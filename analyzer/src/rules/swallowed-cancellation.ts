import type { CallOp, Op, Slot, Span, TryIr } from '../graph/ir.js';
import { functionTargets, functionsAmong, roleOf } from './calls.js';
import type { FunctionNode, MisuseRule, ResolvedCall, RuleContext } from './types.js';

const MESSAGE =
  'This `catch` also catches the cancellation of the command it guards, and the workflow goes on as if it had not been cancelled.';

/** A `catch` around awaited commands that neither rethrows nor looks whether the error is a cancellation. */
export const swallowedCancellation: MisuseRule = {
  id: 'swallowed-cancellation',
  run: (context) => {
    if (context.profile.cancellationErrors === undefined) return [];
    const shields = shieldsOf(context);
    return shields.cancellable.flatMap((fn) => {
      const clauses = fn.ir.tries
        .filter((item) => swallows(context, shields, fn, item))
        .map(({ catchAt: at }) => ({ at, end: at + 'catch'.length }));
      const handlers = swallowingHandlers(context, shields, fn);
      return [...clauses, ...handlers].map((span) => ({ file: fn.file, span, in: fn, message: MESSAGE }));
    });
  },
};

/** `await charge(id).catch(() => undefined)`, or what is returned to be awaited: where the method's name stands. */
function swallowingHandlers(context: RuleContext, shields: Shields, fn: FunctionNode): Span[] {
  const { ops } = fn.ir;
  return ops.flatMap((op): Span[] => {
    const position = op.type === 'call' ? handlerAt(op) : undefined;
    if (op.type !== 'call' || position === undefined) return [];
    if (op.use !== 'awaited' && op.use !== 'returned') return [];
    const read = ops.find((item) => item.type === 'get' && item.to === op.callee);
    if (read?.type !== 'get' || !waitsForCommand(context, shields, fn, op.receiver)) return [];
    const given = op.args.slice(position, position + 1);
    const handlers = functionsAmong(given.flatMap((arg) => context.values(fn, arg.slot)));
    const isCareless = handlers.length > 0 && handlers.every((handler) => !heeds(context, handler));
    return isCareless ? [{ at: read.end - read.name.length, end: read.end }] : [];
  });
}

/** Which argument is called with what a promise rejects with: the first of `catch`, the second of `then`. */
function handlerAt({ text }: CallOp): number | undefined {
  if (text.endsWith('.catch')) return 0;
  return text.endsWith('.then') ? 1 : undefined;
}

/** Is there a command in the expression that gives the promise, be it kept in a variable meanwhile? */
function waitsForCommand(context: RuleContext, shields: Shields, fn: FunctionNode, receiver: Slot): boolean {
  const { ops } = fn.ir;
  let slot = receiver;
  for (let steps = 0; steps < 8; steps += 1) {
    const copy = ops.find((item) => item.type === 'copy' && item.to === slot);
    if (copy?.type !== 'copy') break;
    slot = copy.from;
  }
  const index = ops.findIndex((item) => item.type === 'call' && item.to === slot);
  const call = ops[index];
  if (call?.type !== 'call' || cancelsItself(fn, call)) return false;
  const from = ops.findIndex((item) => 'at' in item && item.at >= call.at && item.end <= call.end);
  return context
    .commandsIn(fn, from, index + 1)
    .some((command) => mayBeCancelled(context, shields, command, new Set()));
}

/** `scope.run(…)`, where the function itself calls `scope.cancel()`: the cancellation is its own. */
function cancelsItself({ ir }: FunctionNode, { text, receiver }: CallOp): boolean {
  if (!text.endsWith('.run')) return false;
  return ir.ops.some(
    (op) => op.type === 'call' && op.text.endsWith('.cancel') && op.receiver === receiver && receiver !== -1,
  );
}

/** Throws, looks whether the error is a cancellation, or calls what does. */
function heeds(context: RuleContext, handler: FunctionNode): boolean {
  if (handler.ir.ops.some((op) => op.type === 'throw')) return true;
  if (
    looksAtCancellation(context, handler, 0, Infinity) ||
    context.reachesRole(handler, 'cancellation-check')
  )
    return true;
  return context
    .calls(handler)
    .some((call) => rethrows(call) || roleOf(call, 'continue-as-new') !== undefined);
}

interface Shields {
  /** Where a cancellation can arrive: everywhere but in what runs in non-cancellable scopes alone. */
  readonly cancellable: readonly FunctionNode[];
  /** The calls that run something in such a scope. */
  readonly calls: ReadonlySet<CallOp>;
}

function shieldsOf(context: RuleContext): Shields {
  const shielded = new Set<FunctionNode>();
  const shielding = new Set<CallOp>();
  const callers = new Map<FunctionNode, Set<FunctionNode>>();
  if (context.callsWith('cancellation-scope').length === 0 && !context.functions.some(makesScope))
    return { cancellable: context.functions, calls: shielding };
  for (const fn of context.functions) {
    const scopes = shieldingScopes(context, fn);
    for (const call of context.calls(fn)) {
      for (const target of functionTargets(call)) {
        const known = callers.get(target) ?? new Set();
        callers.set(target, known.add(fn));
      }
      const isShielding =
        roleOf(call, 'cancellation-scope')?.kind === 'non-cancellable' ||
        (call.op.text.endsWith('.run') && scopes.has(call.op.receiver));
      if (!isShielding) continue;
      shielding.add(call.op);
      for (const body of functionsAmong(context.argument(call, { argument: 'each' }))) shielded.add(body);
    }
  }
  for (let before = -1; before < shielded.size;) {
    before = shielded.size;
    for (const [fn, from] of callers) if ([...from].every((caller) => shielded.has(caller))) shielded.add(fn);
  }
  return { cancellable: context.functions.filter((fn) => !shielded.has(fn)), calls: shielding };
}

const makesScope = ({ ir }: FunctionNode): boolean =>
  ir.ops.some((op) => op.type === 'call' && op.kind === 'new' && op.text.endsWith('CancellationScope'));

/** Variables that hold `new CancellationScope({ cancellable: false })`. */
function shieldingScopes(context: RuleContext, fn: FunctionNode): ReadonlySet<Slot> {
  const slots = new Set<Slot>();
  for (const call of context.calls(fn)) {
    if (call.op.kind !== 'new' || !call.op.text.endsWith('CancellationScope')) continue;
    const values = context.argument(call, { argument: 0, path: ['cancellable'] });
    if (values.some((value) => value.type === 'constant' && value.value === false)) slots.add(call.op.to);
  }
  for (const op of slots.size === 0 ? [] : fn.ir.ops)
    if (op.type === 'copy' && slots.has(op.from)) slots.add(op.to);
  return slots;
}

function swallows(context: RuleContext, shields: Shields, fn: FunctionNode, item: TryIr): boolean {
  if (item.handler === undefined || item.alwaysThrows) return false;
  if (item.throws && !throwsOthersOnly(context, fn, item)) return false;
  const isCancellable = (call: ResolvedCall): boolean =>
    isAwaited(call) && mayBeCancelled(context, shields, call, new Set());
  if (!context.commandsIn(fn, item.body.from, item.body.to).some(isCancellable)) return false;
  if (looksAtCancellation(context, fn, item.catchAt, item.catchEnd) || isThrownLater(fn, item)) return false;
  const inHandler = context.calls(fn).filter(({ op }) => op.at >= item.catchAt && op.at < item.catchEnd);
  return !inHandler.some(
    (call) =>
      rethrows(call) ||
      roleOf(call, 'cancellation-check') !== undefined ||
      roleOf(call, 'continue-as-new') !== undefined ||
      callees(context, call),
  );
}

/** Does a call wait for something outside of non-cancellable scopes? */
function mayBeCancelled(
  context: RuleContext,
  shields: Shields,
  call: ResolvedCall,
  seen: Set<FunctionNode>,
): boolean {
  if (shields.calls.size === 0) return true;
  if (shields.calls.has(call.op)) return false;
  const targets = functionTargets(call);
  return (
    targets.length === 0 ||
    targets.some((fn) => {
      if (seen.has(fn)) return false;
      seen.add(fn);
      const inside = context.commandsIn(fn, 0, fn.ir.ops.length);
      return inside.some((inner) => mayBeCancelled(context, shields, inner, seen));
    })
  );
}

/** Failures that no cancellation has or carries: those of the language, and those of the engine that are final. */
const others =
  /(^|\.)(TypeError|RangeError|SyntaxError|ReferenceError|URIError|EvalError|ApplicationFailure|TerminalError)$/;

/**
 * `if (err instanceof TypeError) throw err;`: only what cannot be a cancellation is thrown on. So it is with
 * `if (!(err instanceof TerminalError)) throw err;` where a cancellation is such an error, too.
 */
function throwsOthersOnly(context: RuleContext, fn: FunctionNode, { handler }: TryIr): boolean {
  if (handler === undefined) return false;
  const inside = fn.ir.ops.slice(handler.from, handler.to);
  const asked = inside.filter((op) => op.type === 'derive' && op.converts === 'instanceof');
  const areAll = (isMeant: (path: string) => boolean): boolean =>
    asked.every((op) => {
      const of = op.type === 'derive' ? op.from.at(-1) : undefined;
      const values = of === undefined ? [] : context.values(fn, of);
      return values.length > 0 && values.every((value) => value.type === 'api' && isMeant(value.path));
    });
  const bases = context.profile.cancellationBases ?? [];
  const throwsWhere = (holds: boolean): boolean =>
    inside.every((op) => op.type !== 'throw' || isAsked(inside, op.from, holds));
  return (
    asked.length > 0 &&
    ((throwsWhere(true) && areAll((path) => others.test(path))) ||
      (throwsWhere(false) && areAll((path) => bases.includes(path.split('.').at(-1) ?? ''))))
  );
}

/** Does the variable stand where an `instanceof` holds, or where it fails? */
function isAsked(ops: readonly Op[], slot: Slot, holds: boolean): boolean {
  return ops.some(
    (op) =>
      op.type === 'copy' &&
      op.to === slot &&
      ((op.narrows?.test === 'instanceof' && op.narrows.holds === holds) || isAsked(ops, op.from, holds)),
  );
}

/** The error is kept in a variable of the function, and thrown from there. */
function isThrownLater(fn: FunctionNode, item: TryIr): boolean {
  const { ops } = fn.ir;
  const kept = new Set([item.catchSlot]);
  for (const op of ops)
    if ((op.type === 'copy' || op.type === 'assign') && kept.has(op.from)) kept.add(op.to);
  const isInside = (index: number): boolean =>
    item.handler !== undefined && index >= item.handler.from && index < item.handler.to;
  return ops.some((op, index) => op.type === 'throw' && !isInside(index) && kept.has(op.from));
}

const isAwaited = (call: ResolvedCall) =>
  call.op.use !== 'discarded' && call.op.use !== 'void' && roleOf(call, 'command')?.kind !== 'one-way';

/** A handler function that throws, or that looks at cancellation itself. */
const rethrows = (call: ResolvedCall) =>
  functionTargets(call).some((fn) => fn.ir.ops.some((op) => op.type === 'throw'));
const callees = (context: RuleContext, call: ResolvedCall) =>
  functionTargets(call).some((fn) => context.reachesRole(fn, 'cancellation-check'));

function looksAtCancellation(context: RuleContext, fn: FunctionNode, from: number, to: number): boolean {
  const errors = context.profile.cancellationErrors ?? [];
  return fn.ir.ops.some((op) => {
    if (!('at' in op) || op.at < from || op.at >= to) return false;
    if (op.type === 'get') return errors.includes(op.name);
    return op.type === 'import' && errors.includes(fn.file.imports[op.binding]?.name ?? '');
  });
}
