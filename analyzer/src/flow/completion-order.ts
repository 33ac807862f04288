/**
 * Collections that concurrent commands fill as they complete. Where the engine does not record the
 * order of completions, a replay answers all of them at once, in another order.
 */

import { adviceFor, patchOf } from '../effects/advice.js';
import type { RawFinding } from '../effects/finding.js';
import type { Reach } from '../effects/reach.js';
import type { CallOp, FunctionIr, Op, Slot, Span } from '../graph/ir.js';
import type { GraphState, Instance } from '../graph/state.js';
import type { Flows } from './flows.js';

const rule = 'unstable-order';
/** Methods that run their callback for all elements at once, when it is async. */
const EACH = /(?:^|\.)(?:map|flatMap|forEach|from)$/;
const APPEND = /\.(?:push|unshift)$/;
const INSERT = /\.(?:add|set)$/;
const SORT = /\.(?:sort|toSorted)$/;
const KEYS = /^Object\.(?:keys|values|entries|getOwnPropertyNames)$|^Array\.from$/;
const VISIT = /\.(?:keys|values|entries|forEach)$/;

export function completionOrderFindings(state: GraphState, reach: Reach, flows: Flows): RawFinding[] {
  const { profile } = state;
  if (profile.recordsCompletionOrder || patchOf(profile, rule, rule) === 'patched') return [];
  const callers = callersOf(reach);
  return reach.order.flatMap((instance) => {
    if (instance.phase !== 'run' || !instance.fn.async || !flows.issuesCommands(instance)) return [];
    if (!runsConcurrently(instance) && !(callers.get(instance) ?? []).some(startsConcurrently)) return [];
    return writesAfterCommand(state, flows, instance).map((span): RawFinding => {
      const message =
        'Concurrent commands write here as they complete; that order is not recorded, so a replay may give another one.';
      return {
        rule,
        severity: 'error',
        instance,
        at: span.at,
        end: span.end,
        message,
        suggestion:
          adviceFor(profile, undefined, rule, undefined) ??
          'Return the value from the callback, and read the results of `Promise.all` in order.',
        use: undefined,
        reaches: 'state',
      };
    });
  });
}

interface Caller {
  readonly by: Instance;
  readonly at: number;
  readonly end: number;
}

function callersOf(reach: Reach): Map<Instance, Caller[]> {
  const callers = new Map<Instance, Caller[]>();
  for (const by of reach.order) {
    for (const { to, at, end } of by.calls) {
      if (!to.fn.async || to.parent === undefined || to.parent.fn.kind === 'module') continue;
      const list = callers.get(to);
      if (list === undefined) callers.set(to, [{ by, at, end }]);
      else list.push({ by, at, end });
    }
  }
  return callers;
}

/** Called for each element (`items.map((item) => work(item))`), or in a loop that does not wait for it. */
function startsConcurrently({ by, at, end }: Caller): boolean {
  const { ops, loops } = by.fn;
  const index = ops.findIndex((op) => op.type === 'call' && op.at === at && op.end === end);
  const op = ops[index];
  if (op?.type !== 'call') return false;
  if (op.use === 'returned') return runsConcurrently(by);
  return op.use === 'value' && loops.some((loop) => index >= loop.from && index < loop.to);
}

/** An async callback that is started for each element of a collection. */
function runsConcurrently({ fn, parent }: Instance): boolean {
  if (parent === undefined) return false;
  const slots = new Set<Slot>();
  for (const op of parent.fn.ops) {
    if (op.type === 'function' && op.fn === fn.index) slots.add(op.to);
    else if (op.type === 'copy' && slots.has(op.from)) slots.add(op.to);
    else if (op.type === 'call' && EACH.test(op.text) && op.args.some((arg) => slots.has(arg.slot)))
      return true;
  }
  return false;
}

function writesAfterCommand(state: GraphState, flows: Flows, instance: Instance): Span[] {
  const { ops } = instance.fn;
  const commandAt = ops.findIndex((op) => op.type === 'call' && isCommandCall(state, flows, instance, op));
  const awaitAt = commandAt < 0 ? -1 : ops.findIndex((op, index) => index > commandAt && op.type === 'await');
  if (awaitAt < 0) return [];
  return ops.slice(awaitAt + 1).flatMap((op): Span[] => {
    const target = targetOf(op);
    if (target === undefined) return [];
    const variable = outerVariable(instance, target.slot);
    if (variable === undefined) return [];
    return isOrderSeen(instance, variable, target.appends) ? [{ at: target.at, end: target.end }] : [];
  });
}

function isCommandCall(state: GraphState, flows: Flows, instance: Instance, op: CallOp): boolean {
  return (
    state.roleCalls.some((call) => call.instance === instance && call.op === op) ||
    instance.calls.some((call) => call.at === op.at && flows.issuesCommands(call.to))
  );
}

interface Target extends Span {
  readonly slot: Slot;
  readonly appends: boolean;
}

/** What the op adds to; keys that are known stand where they stand. */
function targetOf(op: Op): Target | undefined {
  if (op.type === 'set-element') return { slot: op.of, appends: false, at: op.at, end: op.end };
  if (op.type !== 'call' || op.receiver === -1) return undefined;
  const { receiver: slot, at, end } = op;
  if (APPEND.test(op.text)) return { slot, appends: true, at, end };
  return INSERT.test(op.text) ? { slot, appends: false, at, end } : undefined;
}

interface Variable {
  readonly fn: FunctionIr;
  readonly slot: Slot;
}

/** The variable of a function around the callback; what modules hold is another rule's. */
function outerVariable({ fn, unit }: Instance, slot: Slot): Variable | undefined {
  const capture = slot < 0 ? fn.captures[~slot] : undefined;
  const owner = capture === undefined ? undefined : unit.ir.functions[capture.fn];
  if (capture === undefined || owner === undefined || owner.kind === 'module') return undefined;
  return { fn: owner, slot: capture.slot };
}

/** Does the function, or one inside it, look at the order of what it holds, and not sort it? */
function isOrderSeen({ fn: writer, unit }: Instance, variable: Variable, appends: boolean): boolean {
  const uses = usesOf(unit.ir.functions, variable).filter(
    ({ fn, op, slot }) => fn !== writer || !isAppendTo(op, slot),
  );
  if (uses.some(({ op, slot }) => op.type === 'call' && op.receiver === slot && SORT.test(op.text)))
    return false;
  if (appends)
    return uses.some(
      ({ op }) => !(op.type === 'get' && (op.name === 'length' || APPEND.test(`.${op.name}`))),
    );
  return uses.some(({ op, slot }) => {
    if (op.type === 'iterate' || op.type === 'keys' || op.type === 'spread') return true;
    if (op.type !== 'call') return false;
    return op.receiver === slot ? VISIT.test(op.text) : KEYS.test(op.text);
  });
}

function isAppendTo(op: Op, slot: Slot): boolean {
  return op.type === 'call' && op.receiver === slot && APPEND.test(op.text);
}

interface Use {
  readonly fn: FunctionIr;
  readonly op: Op;
  /** The variable as the function numbers it. */
  readonly slot: Slot;
}

function usesOf(functions: readonly FunctionIr[], variable: Variable): Use[] {
  return functions.flatMap((fn) => {
    const index = fn.captures.findIndex(
      (capture, at) => at > 0 && capture.fn === variable.fn.index && capture.slot === variable.slot,
    );
    if (fn !== variable.fn && index < 0) return [];
    const slot = fn === variable.fn ? variable.slot : ~index;
    return fn.ops.flatMap((op) => (mentions(op, slot) ? [{ fn, op, slot }] : []));
  });
}

/** Reads the slot; an op that only makes the collection does not. */
function mentions(op: Op, slot: Slot): boolean {
  switch (op.type) {
    case 'call':
      return op.receiver === slot || op.args.some((arg) => arg.slot === slot);
    case 'get':
    case 'get-element':
    case 'iterate':
    case 'keys':
    case 'rest':
      return op.of === slot;
    case 'spread':
    case 'return':
    case 'assign':
    case 'copy':
      return op.from === slot;
    case 'define':
    case 'define-element':
    case 'set':
    case 'set-element':
      return op.from === slot;
    case 'derive':
      return op.from.includes(slot);
    default:
      return false;
  }
}
