/** Code that only writes log lines: it may run in the first run alone, as nothing else comes of it. */

import { changingMethods } from '../catalog/changing-methods.js';
import type { Effect } from '../catalog/types.js';
import { madeIn } from '../graph/fresh.js';
import type { CallOp, Op, Slot } from '../graph/ir.js';
import { mayHaveEffect } from '../graph/natives.js';
import { nodeOf, type GraphState, type Instance, type NativeUse } from '../graph/state.js';
import type { Value } from '../graph/tokens.js';
import type { Flows } from './flows.js';

/** Reading whether code is replayed is fine where it only guards logging. */
export function guardsLoggingOnly(state: GraphState, flows: Flows, use: NativeUse): boolean {
  const reaches = flows.reaches(use.source);
  if ((reaches !== 'nothing' && reaches !== 'branch') || flows.decidesWaits(use.source)) return false;
  const regions = (flows.branches.get(use.source) ?? []).map(({ instance, branch }) => ({
    instance,
    from: branch.body.from,
    // A branch that leaves decides all that follows, too.
    to: branch.exits ? instance.fn.ops.length : branch.body.to,
  }));
  const isInside = (inner: Region, outer: Region): boolean =>
    inner.instance === outer.instance &&
    inner.from >= outer.from &&
    inner.to <= outer.to &&
    inner.to - inner.from < outer.to - outer.from;
  // What is decided inside by what the region itself computes is a part of it.
  const outermost = regions.filter((region) => !regions.some((other) => isInside(region, other)));
  return outermost.every(({ instance, from, to }) => isQuiet({ state, seen: new Set() }, instance, from, to));
}

interface Region {
  readonly instance: Instance;
  readonly from: number;
  readonly to: number;
}

interface Search {
  readonly state: GraphState;
  /** Functions that are being looked through, or were. */
  readonly seen: Set<Instance>;
}

/** Do these ops change nothing but what they make, and tell nobody but the log? */
function isQuiet(search: Search, instance: Instance, from: number, to: number): boolean {
  const { fn } = instance;
  const made = new Set(madeIn(fn, from, to));
  const whole = from === 0 && to === fn.ops.length;
  // What a constructor makes is its object.
  if (whole && (fn.kind === 'constructor' || fn.kind === 'initializer')) made.add(fn.thisSlot);
  return fn.ops.slice(from, to).every((op) => {
    switch (op.type) {
      case 'assign':
        return op.to >= 0 && (whole || isOnlyIn(instance, op.to, from, to));
      case 'set':
      case 'set-element':
      case 'delete':
        return made.has(op.of);
      case 'throw':
        return false;
      case 'return':
        return whole || givesNothing(search.state, instance, op.from);
      case 'call':
        return isLogCall(search.state, instance, op) || isPure(search, instance, op, made);
      default:
        return true;
    }
  });
}

/** Does nothing else of the function mention the variable, and no function inside it? */
function isOnlyIn({ fn, unit }: Instance, slot: Slot, from: number, to: number): boolean {
  const isCaptured = unit.ir.functions.some(({ captures }) =>
    captures.some((capture) => capture.fn === fn.index && capture.slot === slot),
  );
  return !isCaptured && fn.ops.every((op, index) => (index >= from && index < to) || !mentions(op, slot));
}

function mentions(op: Op, slot: Slot): boolean {
  if (op.type === 'call' && op.args.some((arg) => arg.slot === slot)) return true;
  if (op.type === 'constant' || op.type === 'function') return false;
  return Object.entries(op).some(
    ([key, value]) =>
      slotNames.has(key) && (value === slot || (Array.isArray(value) && value.includes(slot))),
  );
}

const slotNames = new Set(['from', 'of', 'key', 'on', 'callee', 'receiver']);

function givesNothing(state: GraphState, instance: Instance, slot: Slot): boolean {
  return state.solver.tokens(nodeOf(instance, slot)).every((id) => {
    const { value } = state.tokens.get(id);
    if (value.kind === 'constant') return value.value === undefined;
    return value.kind === 'source' || (value.kind === 'primitive' && value.of === 'undefined');
  });
}

function isLogCall(state: GraphState, instance: Instance, op: CallOp): boolean {
  if (
    /(^|\.)(console|log|logger|debug)\b/.test(op.text) ||
    /\.(debug|info|warn|error|trace|log)$/.test(op.text)
  )
    return true;
  return state.roleCalls.some(
    (call) => call.instance === instance && call.op === op && call.role.type === 'log',
  );
}

const CHANGES = new RegExp(`#(${[...changingMethods, 'append'].join('|')})$`);

/** What is computed for a log line: functions that change nothing of others and tell nobody, and their callbacks. */
function isPure(search: Search, instance: Instance, op: CallOp, made: ReadonlySet<Slot>): boolean {
  const { state } = search;
  const callees = state.solver
    .tokens(nodeOf(instance, op.callee))
    .map((id) => state.tokens.get(id).value)
    .filter((value) => value.kind !== 'source');
  if (callees.length === 0) return false;
  if (!callees.every((value) => isKnownPure(state, value, op, made))) return false;
  const called = instance.calls.filter(({ at, end }) => at === op.at && end === op.end);
  return called.every(({ to }) => isPureFunction(search, to));
}

function isKnownPure(state: GraphState, value: Value, op: CallOp, made: ReadonlySet<Slot>): boolean {
  switch (value.kind) {
    // Which functions these run is told by the calls.
    case 'function':
    case 'bound':
    case 'class':
      return true;
    case 'data-method':
      return !CHANGES.test(`#${value.name}`) || made.has(op.receiver);
    case 'native':
    case 'method': {
      const call = op.kind === 'new' ? (value.shape.construct ?? value.shape.call) : value.shape.call;
      if (call === undefined || call.role !== undefined) return false;
      if (mayHaveEffect(state, value, call.effect) && !onlyAsks(call.effect)) return false;
      return !CHANGES.test(value.path) || made.has(op.receiver);
    }
    default:
      return false;
  }
}

/** Effects of what only looks at the host; that it does is a finding of its own. */
const ASKING: ReadonlySet<string> = new Set(['wall-clock', 'locale', 'environment', 'deterministic']);

function onlyAsks(effect: Effect | undefined): boolean {
  if (effect === undefined) return false;
  const cases = typeof effect === 'string' ? [effect] : effect.map((part) => part.effect);
  return cases.every((outcome) => ASKING.has(outcome));
}

function isPureFunction(search: Search, instance: Instance): boolean {
  if (search.seen.has(instance)) return true;
  search.seen.add(instance);
  return isQuiet(search, instance, 0, instance.fn.ops.length);
}
