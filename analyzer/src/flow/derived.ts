/** Findings that follow from where values flow: unstable names and orders, replay introspection. */

import { adviceFor, patchOf } from '../effects/advice.js';
import type { RawFinding } from '../effects/finding.js';
import type { Reach } from '../effects/reach.js';
import type { CallOp } from '../graph/ir.js';
import { mayHaveEffect } from '../graph/natives.js';
import { nodeOf, type GraphState, type Instance, type NativeUse, type Ordering } from '../graph/state.js';
import type { TokenId } from '../graph/tokens.js';
import { callsIn, type Flows } from './flows.js';

export function identityFindings(
  state: GraphState,
  flows: Flows,
  active: ReadonlySet<NativeUse>,
): RawFinding[] {
  const rule = 'unstable-identity';
  if (patchOf(state.profile, rule, rule) === 'patched') return [];
  return flows.identities.flatMap(({ call, sources }): RawFinding[] => {
    const use = firstActive(state, sources, active);
    if (use === undefined) return [];
    return [
      {
        rule,
        severity: 'error',
        instance: call.instance,
        at: call.op.at,
        end: call.op.end,
        message: `The name or id of this command is computed with \`${use.path}\`, so replay looks for another one.`,
        suggestion:
          adviceFor(state.profile, undefined, rule, undefined) ??
          'Compute names from the input, from constants, or from recorded results.',
        use: undefined,
        reaches: 'identity',
      },
    ];
  });
}

function firstActive(
  state: GraphState,
  sources: ReadonlySet<number>,
  active: ReadonlySet<NativeUse>,
): NativeUse | undefined {
  for (const source of [...sources].sort((left, right) => left - right)) {
    const { value } = state.tokens.get(source);
    const use = value.kind === 'source' ? state.uses[value.use] : undefined;
    if (use !== undefined && active.has(use)) return use;
  }
  return undefined;
}

const localePath = /locale|Intl|Collator/i;

export function orderFindings(
  state: GraphState,
  reach: Reach,
  flows: Flows,
  active: ReadonlySet<NativeUse>,
): RawFinding[] {
  const rule = 'unstable-order';
  // A locale gives another order, but always the same on one host; it is reported as what it is.
  const unstable = new Set([...active].filter((use) => !localePath.test(use.path)));
  if (patchOf(state.profile, rule, rule) === 'patched') return [];
  return state.orderings.flatMap((ordering): RawFinding[] => {
    if (ordering.what !== 'comparator' || ordering.instance.phase !== 'run' || !reach.has(ordering.instance))
      return [];
    const use = firstActive(state, decidingSources(state, flows, ordering), unstable);
    if (use === undefined) return [];
    return [
      {
        rule,
        severity: 'error',
        instance: ordering.instance,
        at: ordering.at,
        end: ordering.end,
        message: `The order depends on \`${use.path}\`, so it may differ on replay.`,
        suggestion:
          adviceFor(state.profile, undefined, rule, undefined) ?? 'Order by something that is recorded.',
        use: undefined,
        reaches: 'state',
      },
    ];
  });
}

/**
 * What decides the order, beside the elements: sorting recorded values, or values read from the outside, by
 * what they hold gives the order that they have. Random keys are put on elements for the order's sake.
 */
function decidingSources(state: GraphState, flows: Flows, { order, elements }: Ordering): Set<TokenId> {
  const ofElements = flows.sourcesAt(elements);
  const isRandom = (source: TokenId): boolean => {
    const { value } = state.tokens.get(source);
    const shape = value.kind === 'source' ? state.uses[value.use]?.shape : undefined;
    return [shape?.call?.effect, shape?.construct?.effect, shape?.read].includes('randomness');
  };
  return new Set([...flows.sourcesAt(order)].filter((source) => !ofElements.has(source) || isRandom(source)));
}

/** Reading whether code is replayed is fine where it only guards logging. */
export function guardsLoggingOnly(state: GraphState, flows: Flows, use: NativeUse): boolean {
  const reaches = flows.reaches(use.source);
  if (reaches !== 'nothing' && reaches !== 'branch') return false;
  const branches = flows.branches.get(use.source) ?? [];
  return branches.every(({ instance, branch }) => {
    const { ops } = instance.fn;
    const to = branch.exits ? ops.length : branch.body.to;
    const body = ops.slice(branch.body.from, to);
    const acts = body.some((op) => ['assign', 'set', 'set-element', 'return', 'throw'].includes(op.type));
    if (acts) return false;
    return callsIn(instance, branch.body.from, to).every(
      (op) => isLogCall(state, instance, op) || isPure(state, instance, op),
    );
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

const changes = /#(push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|append)$/;

/** What is computed for a log line: functions of the language that change nothing and tell nobody. */
function isPure(state: GraphState, instance: Instance, op: CallOp): boolean {
  const callees = state.solver
    .tokens(nodeOf(instance, op.callee))
    .map((id) => state.tokens.get(id).value)
    .filter((value) => value.kind !== 'source');
  return (
    callees.every((value) => {
      if (value.kind === 'data-method') return !changes.test(`#${value.name}`);
      if (value.kind !== 'native' && value.kind !== 'method') return false;
      const { call } = value.shape;
      return (
        call !== undefined &&
        call.role === undefined &&
        !mayHaveEffect(state, value, call.effect) &&
        !changes.test(value.path)
      );
    }) && callees.length > 0
  );
}
