import { functionsAmong, functionTargets, roleOf } from './calls.js';
import type { FunctionNode, MisuseRule, ResolvedCall, RuleContext, RuleFinding } from './types.js';

const MESSAGE =
  'The promise of this command is dropped: its failure is lost, and the workflow may end before it does.';
const CALLBACK_MESSAGE = 'The promises of the callback are dropped: the commands inside are not waited for.';

/**
 * A command whose promise is neither awaited, returned, stored nor combined. A function that gives the promise of
 * commands counts as one, and so does such a callback of `forEach`.
 */
export const floatingCommand: MisuseRule = {
  id: 'floating-command',
  run: (context) =>
    context.functions
      .filter(dropsSome)
      .flatMap((fn) => context.calls(fn).flatMap((call) => finding(context, call))),
};

const dropsSome = ({ ir }: FunctionNode): boolean =>
  ir.ops.some((op) => op.type === 'call' && op.use === 'discarded');

function finding(context: RuleContext, call: ResolvedCall): readonly RuleFinding[] {
  const { op, in: fn } = call;
  if (op.use !== 'discarded') return [];
  const base = {
    file: fn.file,
    span: { at: op.at, end: op.end },
    in: fn,
    suggestion: 'Await it, or keep the promise and await it later.',
  };
  if (startsCommand(context, call) || goesOnWithCommand(context, call))
    return [{ ...base, message: MESSAGE }];
  if (dropsResults(call)) {
    const callbacks = functionsAmong(context.argument(call, { argument: 0 }));
    if (callbacks.some((callback) => givesCommand(context, callback))) {
      return [
        {
          ...base,
          message: CALLBACK_MESSAGE,
          suggestion: 'Use `for … of` with `await`, or `await Promise.all(items.map(…))`.',
        },
      ];
    }
  }
  return [];
}

/** `sleep(ms).then(next)`: what comes of it is dropped as well. With a handler for failures somebody has thought of them. */
function goesOnWithCommand(context: RuleContext, call: ResolvedCall): boolean {
  const calls = context.calls(call.in);
  let current: ResolvedCall | undefined = call;
  let isChained = false;
  for (let step = 0; step < 8 && current !== undefined; step++) {
    const { op }: ResolvedCall = current;
    if (!/\.(?:then|finally)$/.test(op.text)) return isChained && startsCommand(context, current);
    if (op.args.length > 1 || op.receiver === -1) return false;
    isChained = true;
    current = calls.find((other) => other.op.to === op.receiver);
  }
  return false;
}

function startsCommand(context: RuleContext, call: ResolvedCall, depth = 0): boolean {
  const command = roleOf(call, 'command');
  // State is written and messages are sent at once; there is nothing to wait for.
  if (command !== undefined) return command.kind !== 'state' && command.kind !== 'one-way';
  if (roleOf(call, 'safe-zone') !== undefined) return true;
  if (isCombinator(call)) return combines(context, call, depth);
  return functionTargets(call).some(
    (fn) =>
      (fn.ir.async && isSafeFunction(context, fn.ir.directives)) || givesCommand(context, fn, depth + 1),
  );
}

const isCombinator = (call: ResolvedCall): boolean =>
  call.targets.some(
    (target) => target.type === 'api' && /^Promise\.(?:all|allSettled|race|any)$/.test(target.path),
  );

/** Do commands stand in what is combined, or callbacks that give some? */
function combines(context: RuleContext, { in: fn, op }: ResolvedCall, depth: number): boolean {
  if (depth > maxDepth) return false;
  return context
    .calls(fn)
    .some(
      (inner) =>
        inner.op !== op &&
        inner.op.at >= op.at &&
        inner.op.end <= op.end &&
        (startsCommand(context, inner, depth + 1) ||
          functionsAmong(context.argument(inner, { argument: 0 })).some((callback) =>
            givesCommand(context, callback, depth + 1),
          )),
    );
}

function isSafeFunction(context: RuleContext, directives: readonly string[]): boolean {
  return context.profile.safeFunctions.some(
    (safe) => safe.type === 'directive' && directives.includes(safe.directive),
  );
}

/** `forEach`, or a `map` whose array nobody looks at. By its name: of a value whose type is not known, too. */
const dropsResults = (call: ResolvedCall) =>
  /\.(?:forEach|map|flatMap)$/.test(call.op.text) && functionTargets(call).length === 0;

/** How deep functions are looked into that hand on what others give. */
const maxDepth = 8;

/** The function gives a promise for commands: it is async, or hands on that of a command. */
function givesCommand(context: RuleContext, fn: FunctionNode, depth = 0): boolean {
  if (depth > maxDepth || !context.issuesCommands(fn)) return false;
  return (
    fn.ir.async ||
    context.calls(fn).some((inner) => inner.op.use === 'returned' && startsCommand(context, inner, depth + 1))
  );
}
