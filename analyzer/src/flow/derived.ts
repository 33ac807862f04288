/** Findings that follow from where values flow: unstable names and orders. */

import { adviceFor, patchOf } from '../effects/advice.js';
import type { RawFinding } from '../effects/finding.js';
import type { Reach } from '../effects/reach.js';
import type { GraphState, NativeUse, Ordering } from '../graph/state.js';
import type { TokenId } from '../graph/tokens.js';
import type { Flows } from './flows.js';

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
 * what they hold gives the order that they have. Random keys are put on elements for the order's sake; which
 * elements chance chose, or in which order they came, does not decide how they are sorted.
 */
function decidingSources(state: GraphState, flows: Flows, { order, elements }: Ordering): Set<TokenId> {
  const ofElements = flows.sourcesAt(elements);
  const chosen = new Set(state.solver.taint(elements));
  const isRandom = (source: TokenId): boolean => {
    const { value } = state.tokens.get(source);
    const shape = value.kind === 'source' ? state.uses[value.use]?.shape : undefined;
    return [shape?.call?.effect, shape?.construct?.effect, shape?.read].includes('randomness');
  };
  return new Set(
    [...flows.sourcesAt(order)].filter(
      (source) => !ofElements.has(source) || (isRandom(source) && !chosen.has(source)),
    ),
  );
}
