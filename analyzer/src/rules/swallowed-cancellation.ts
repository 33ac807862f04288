import type { Slot, TryIr } from '../graph/ir.js';
import { functionTargets, functionsAmong, profileHasRole, roleOf } from './calls.js';
import type { FunctionNode, MisuseRule, ResolvedCall, RuleContext } from './types.js';

const CANCELLATION_CLASSES = new Set(['CancelledFailure', 'CancelledError']);

/** A `catch` around awaited commands that neither rethrows nor looks whether the error is a cancellation. */
export const swallowedCancellation: MisuseRule = {
  id: 'swallowed-cancellation',
  run: (context) =>
    profileHasRole(context.profile, 'cancellation-check')
      ? cancellableFunctions(context).flatMap((fn) =>
          fn.ir.tries
            .filter((item) => swallows(context, fn, item))
            .map((item) => ({
              file: fn.file,
              span: { at: item.catchAt, end: item.catchAt + 'catch'.length },
              in: fn,
              message:
                'This `catch` also catches the cancellation of the command it guards, and the workflow goes on as if it had not been cancelled.',
              suggestion: 'Begin with `if (isCancellation(err)) throw err;`.',
            })),
        )
      : [],
};

/** Where a cancellation can arrive: everywhere but in what runs in non-cancellable scopes alone. */
function cancellableFunctions(context: RuleContext): readonly FunctionNode[] {
  const shielded = new Set<FunctionNode>();
  const callers = new Map<FunctionNode, Set<FunctionNode>>();
  if (context.callsWith('cancellation-scope').length === 0 && !context.functions.some(makesScope))
    return context.functions;
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
      for (const body of functionsAmong(context.argument(call, { argument: 'each' }))) shielded.add(body);
    }
  }
  for (let before = -1; before < shielded.size;) {
    before = shielded.size;
    for (const [fn, from] of callers) if ([...from].every((caller) => shielded.has(caller))) shielded.add(fn);
  }
  return context.functions.filter((fn) => !shielded.has(fn));
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

function swallows(context: RuleContext, fn: FunctionNode, item: TryIr): boolean {
  if (item.handler === undefined || item.throws || item.alwaysThrows) return false;
  if (!context.commandsIn(fn, item.body.from, item.body.to).some((call) => isAwaited(call))) return false;
  if (looksAtCancellation(fn, item) || isThrownLater(fn, item)) return false;
  const inHandler = context.calls(fn).filter(({ op }) => op.at >= item.catchAt && op.at < item.catchEnd);
  return !inHandler.some(
    (call) =>
      rethrows(call) ||
      roleOf(call, 'cancellation-check') !== undefined ||
      roleOf(call, 'continue-as-new') !== undefined ||
      callees(context, call),
  );
}

/** The error is kept in a variable of the function, and thrown from there. */
function isThrownLater(fn: FunctionNode, item: TryIr): boolean {
  const { ops } = fn.ir;
  const kept = new Set([item.catchSlot]);
  for (const op of ops)
    if ((op.type === 'copy' || op.type === 'assign') && kept.has(op.from)) kept.add(op.to);
  return ops.some((op) => op.type === 'throw' && op.from !== item.catchSlot && kept.has(op.from));
}

const isAwaited = (call: ResolvedCall) => call.op.use !== 'discarded' && call.op.use !== 'void';

/** A handler function that throws, or that looks at cancellation itself. */
const rethrows = (call: ResolvedCall) =>
  functionTargets(call).some((fn) => fn.ir.ops.some((op) => op.type === 'throw'));
const callees = (context: RuleContext, call: ResolvedCall) =>
  functionTargets(call).some((fn) => context.reachesRole(fn, 'cancellation-check'));

function looksAtCancellation(fn: FunctionNode, item: TryIr): boolean {
  return fn.ir.ops.some((op) => {
    if (!('at' in op) || op.at < item.catchAt || op.at >= item.catchEnd) return false;
    if (op.type === 'get') return CANCELLATION_CLASSES.has(op.name);
    return op.type === 'import' && CANCELLATION_CLASSES.has(fn.file.imports[op.binding]?.name ?? '');
  });
}
