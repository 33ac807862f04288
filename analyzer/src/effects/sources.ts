/** From recorded uses of catalogued values to findings. */

import type { CallShape, EffectOutcome, SourceRuleId } from '../catalog/types.js';
import type { PatchStatus } from '../profiles/types.js';
import type { Op, Slot } from '../graph/ir.js';
import { globalShape } from '../graph/shapes.js';
import { nodeOf, type GraphState, type NativeUse } from '../graph/state.js';
import type { Value } from '../graph/tokens.js';
import { adviceFor, patchOf } from './advice.js';
import { instanceAt } from '../flow/matched-calls.js';
import type { RawFinding } from './finding.js';
import { furtherOutcomes, outcomeOf } from './predicates.js';
import type { Reach } from './reach.js';

export interface SourceFindings {
  readonly findings: readonly RawFinding[];
  /** Uses that give nondeterministic values, whether they are findings or patched away. */
  readonly active: ReadonlySet<NativeUse>;
}

export function sourceFindings(state: GraphState, reach: Reach): SourceFindings {
  const findings: RawFinding[] = [];
  const active = new Set<NativeUse>();
  const captured = sourcesInReplay(state);
  for (const use of state.uses) {
    if (!reach.has(use.instance)) continue;
    for (const outcome of outcomesOfUse(state, use)) {
      if (outcome === 'deterministic' || outcome === 'unknown') continue;
      const patch = patchFor(state, use, outcome);
      if (!countsWhileLoading(state, use, outcome, captured)) continue;
      // What code gives that is made at run time is not known, which is not to say that it changes.
      if (patch !== 'not-portable' && outcome !== 'dynamic-code') active.add(use);
      findings.push({
        rule: outcome,
        severity: patch === 'not-portable' ? 'warning' : 'error',
        instance: use.instance,
        at: use.at,
        end: use.end,
        message: messageFor(state, use, outcome, patch),
        suggestion: adviceFor(state.profile, use.path, outcome, use.shape),
        use,
        reaches: 'nothing',
      });
    }
  }
  return { findings: findings.filter((finding) => !goesWithoutSaying(state, finding, active)), active };
}

/** What the calendar of the host says of a moment that differs on replay anyway. */
function goesWithoutSaying(state: GraphState, { use }: RawFinding, active: ReadonlySet<NativeUse>): boolean {
  const rule = use?.shape.yieldsTo;
  if (use === undefined || rule === undefined) return false;
  const taint = state.solver.taint(use.to);
  return [...active].some(
    (other) => other !== use && taint.includes(other.source) && outcomesOfUse(state, other).includes(rule),
  );
}

/** What the engine does to that by which a use does what it does. */
function patchFor(state: GraphState, use: NativeUse, outcome: EffectOutcome): PatchStatus | undefined {
  const via = callOf(use)?.via;
  const by = typeof via === 'string' ? via : via?.[outcome as SourceRuleId];
  return patchOf(state.profile, by ?? use.path, outcome);
}

function callOf({ mode, shape }: NativeUse): CallShape | undefined {
  if (mode === 'read') return undefined;
  return mode === 'construct' ? (shape.construct ?? shape.call) : (shape.call ?? shape.construct);
}

function outcomesOfUse(state: GraphState, use: NativeUse): EffectOutcome[] {
  const call = callOf(use);
  const first = outcomeOfUse(state, use);
  if (call?.further === undefined && call?.shared === undefined) return [first];
  const isPatched = (outcome: EffectOutcome): boolean => patchFor(state, use, outcome) === 'patched';
  return [first, ...furtherOutcomes(state, call, use, isPatched)];
}

function outcomeOfUse(state: GraphState, use: NativeUse): EffectOutcome {
  const { overrides } = state.profile;
  const isPatched = (outcome: EffectOutcome): boolean => patchFor(state, use, outcome) === 'patched';
  if (overrides !== undefined && Object.hasOwn(overrides, use.path)) {
    return outcomeOf(state, overrides[use.path], use, isPatched);
  }
  const { shape } = use;
  if (shape.construct?.effect === 'dynamic-code' && isConstructorOfAnything(state, use))
    return 'deterministic';
  if (use.path === 'Date#toString' && isDateAmongOthers(state, use)) return 'deterministic';
  if (use.mode === 'read') return outcomeOf(state, shape.read, use, isPatched);
  return outcomeOf(state, callOf(use)?.effect, use, isPatched);
}

/** `new value.constructor(…)` where `value` may be a function among other things: it makes another of its kind. */
function isConstructorOfAnything(state: GraphState, { instance, call }: NativeUse): boolean {
  const read = instance.fn.ops.find(
    (op) => op.type === 'get' && op.to === call?.callee && op.name === 'constructor',
  );
  if (read?.type !== 'get') return false;
  return state.solver.tokens(nodeOf(instance, read.of)).some((id) => {
    const { kind } = state.tokens.get(id).value;
    return (
      kind !== 'source' && kind !== 'function' && kind !== 'class' && kind !== 'native' && kind !== 'method'
    );
  });
}

/**
 * A package makes a text of what may be a date among other things: an error's message about a wrong argument, a
 * helper for all kinds of values, which mostly knows a date when it sees one.
 */
function isDateAmongOthers(state: GraphState, { instance, at, end }: NativeUse): boolean {
  if (instance.unit.ir.kind !== 'package') return false;
  const op = instance.fn.ops.find(
    (item) => 'at' in item && item.at === at && item.end === end && isText(item),
  );
  const slots = op === undefined ? [] : textSlots(op);
  return slots.some((slot) => {
    const values = state.solver.tokens(nodeOf(instance, slot)).map((id) => state.tokens.get(id).value);
    const isDate = (value: Value): boolean => value.kind === 'native-instance' && value.type === 'Date';
    return values.some(isDate) && values.some((value) => value.kind !== 'source' && !isDate(value));
  });
}

function isText({ type }: Op): boolean {
  return type === 'derive' || type === 'call' || type === 'get-element' || type === 'set-element';
}

/** What an operation makes a text of. */
function textSlots(op: Op): readonly Slot[] {
  if (op.type === 'derive') return op.from;
  if (op.type === 'get-element' || op.type === 'set-element') return [op.key];
  if (op.type !== 'call') return [];
  return [op.receiver, ...op.args.map((arg) => arg.slot)].filter((slot) => slot !== -1);
}

/**
 * What modules do while they load is replayed only in a sandbox that loads them for each execution.
 * Elsewhere it matters where replayed code reads what it made.
 */
function countsWhileLoading(
  state: GraphState,
  use: NativeUse,
  outcome: SourceRuleId,
  captured: ReadonlySet<number>,
): boolean {
  const inPackage = use.instance.unit.ir.kind === 'package';
  // What modules set up while they load is the same for all.
  if (outcome === 'module-state' && use.instance.phase !== 'run') return false;
  if (state.profile.sandboxed && inPackage && ofHost.has(outcome) && dependsOnHost(use)) return false;
  if (use.instance.phase === 'run') return true;
  if (captured.has(use.source) && (state.profile.sandboxed || isReadInReplay(state, use))) return true;
  if (!state.profile.sandboxed) return false;
  if (!inPackage) return true;
  // What packages find out about their surroundings they mostly ask with care, and drop.
  return acts.has(outcome) && use.mode !== 'read';
}

/** Effects that do something, where the others only ask. */
const acts: ReadonlySet<SourceRuleId> = new Set<SourceRuleId>([
  'native-timer',
  'io',
  'host-concurrency',
  'import-effect',
]);

/** Effects on what only a whole host has. */
const ofHost: ReadonlySet<SourceRuleId> = new Set<SourceRuleId>([...acts, 'environment']);

/** By these code tells on which kind of host it runs; a sandbox has none of them. */
const hostNames = /^(?:process|Buffer|require|module|window|document|navigator|self|Deno|Bun)$/;

/** In a branch on `typeof process`, or on what the host has: a sandbox has none of it, so the branch is not taken. */
function dependsOnHost({ instance, at }: NativeUse): boolean {
  const { ops, branches } = instance.fn;
  const index = ops.findIndex((op) => 'at' in op && op.at === at);
  return branches.some(({ on, body }) => {
    if (index < body.from || index >= body.to) return false;
    const tested = new Set([on]);
    for (let from = body.from - 1; from >= 0; from -= 1) {
      const op = ops[from]!;
      if (!('to' in op) || !tested.has(op.to)) continue;
      if (op.type === 'global') return hostNames.test(op.name);
      if (op.type === 'derive') for (const slot of op.from) tested.add(slot);
      else if (op.type === 'copy' || op.type === 'falsy' || op.type === 'present') tested.add(op.from);
      else if (op.type === 'get') tested.add(op.of);
    }
    return false;
  });
}

/** Sources that some value of an execution is derived from. */
export function sourcesInReplay(state: GraphState): Set<number> {
  const captured = new Set<number>();
  for (const instance of state.instances) {
    if (instance.phase !== 'run') continue;
    for (let slot = 0; slot < instance.fn.slotCount; slot += 1)
      addSources(state, instance.base + slot, captured);
    for (const capture of instance.fn.captures.keys()) {
      addSources(state, nodeOf(instance, ~capture), captured);
    }
  }
  return captured;
}

/** A client holds what it was set up with; who holds the client has not read that. */
function addSources(state: GraphState, node: number, into: Set<number>): void {
  const taint = state.solver.taint(node);
  if (taint.length === 0 || taint.every((token) => into.has(token)) || isClient(state, node)) return;
  for (const token of taint) into.add(token);
}

/** Does the value get to replayed code by a way that leads through no client? */
function isReadInReplay(state: GraphState, use: NativeUse): boolean {
  if (!state.solver.taint(use.to).includes(use.source)) return true;
  const replayed = replayedNodes(state);
  const seen = new Set([use.to]);
  // What is added while the set is gone through is visited, too.
  for (const node of seen) {
    if (isClient(state, node)) continue;
    if (replayed.has(node) || instanceAt(state, node)?.phase === 'run') return true;
    for (const next of state.solver.taintReaders(node))
      if (state.solver.taint(next).includes(use.source)) seen.add(next);
  }
  return false;
}

const nodesByState = new WeakMap<GraphState, ReadonlySet<number>>();

/** Variables of modules that replayed code mentions. */
function replayedNodes(state: GraphState): ReadonlySet<number> {
  let nodes = nodesByState.get(state);
  if (nodes !== undefined) return nodes;
  nodes = new Set(
    state.instances
      .filter(({ phase }) => phase === 'run')
      .flatMap((instance) =>
        [...instance.fn.captures.keys()].slice(1).map((capture) => nodeOf(instance, ~capture)),
      ),
  );
  nodesByState.set(state, nodes);
  return nodes;
}

function isClient(state: GraphState, node: number): boolean {
  const values = state.solver.tokens(node).map((id) => state.tokens.get(id).value);
  const others = values.filter(({ kind }) => kind !== 'source');
  return (
    others.length > 0 &&
    others.every(
      (value) =>
        value.kind === 'native-instance' &&
        (value.type === 'IoClient' || Object.hasOwn(state.profile.types, value.type)),
    )
  );
}

const meanings: Readonly<Record<SourceRuleId, string>> = {
  'wall-clock': 'reads the clock, which has moved on when the workflow is replayed',
  randomness: 'gives another value each time the workflow is replayed',
  environment: 'depends on the process and the machine that replay the workflow',
  io: 'talks to the outside world, whose answer is not recorded',
  'native-timer': 'sets a timer of the process, which does not survive a restart and is not replayed',
  'host-concurrency': 'runs beside the workflow in an order that is not recorded',
  locale: "depends on the host's language, time zone or ICU data",
  'dynamic-code': 'runs code that cannot be checked, and that may differ on replay',
  'gc-observation': 'sees when the garbage collector ran',
  'stack-observation': 'sees the call stack, which differs from build to build',
  'global-mutation': 'changes an object that all executions share',
  'unstable-order': 'gives an order that may differ from run to run',
  'module-state':
    'changes state that outlives the execution: it is shared with others, and not reset on replay',
  'import-effect': 'has a lasting effect on the process',
  'replay-introspection': 'makes behaviour depend on whether the workflow is being replayed',
};

function messageFor(
  state: GraphState,
  use: NativeUse,
  rule: SourceRuleId,
  patch: string | undefined,
): string {
  const name = nameOf(state, use);
  const text = use.mode === 'call' && !name.endsWith(')') ? `${name}()` : name;
  const portable =
    patch === 'not-portable' ? ' outside this sandbox: it works here, but is not portable' : '';
  return `\`${text}\` ${meanings[rule]}${portable}.`;
}

/** A member of a type that only our tables know is named as the code names it. */
function nameOf(state: GraphState, { path, call }: NativeUse): string {
  const [type = '', member] = path.split('#');
  if (member === undefined || globalShape(state, type) !== undefined)
    return path.replaceAll('#', '.prototype.');
  return call !== undefined && call.text.endsWith(`.${member}`) ? call.text : member;
}
