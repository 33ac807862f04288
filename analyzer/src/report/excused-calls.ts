/** Findings in installed packages, taken away by comments at the calls in the project's own code that lead there. */

import type { RawFinding, RuleId } from '../effects/finding.js';
import { computeReach, type Reach } from '../effects/reach.js';
import type { SuppressionIr } from '../graph/ir.js';
import type { CallEdge, GraphState, Instance } from '../graph/state.js';
import { placeOf } from './assemble.js';
import { takesAway } from './suppress.js';

export interface ExcusedCalls {
  readonly findings: readonly RawFinding[];
  /** What leads to a finding that is left: not the calls that excuse it. */
  readonly reachOf: (finding: RawFinding) => Reach;
  /** The comments on ways to findings; another way may be left. */
  readonly used: ReadonlySet<SuppressionIr>;
}

/** Nobody can write a comment into a package: a finding there is gone when each way to it begins with an excused call. */
export function excuseCalls(state: GraphState, reach: Reach, findings: readonly RawFinding[]): ExcusedCalls {
  const inPackages = findings.filter(isInPackage);
  const excused = callsByComment(reach, new Set(inPackages.map(({ rule }) => rule)));
  const reaches = new Map<RuleId, Reach>();
  for (const rule of new Set([...excused.keys()].map((comment) => comment.rule as RuleId))) {
    const calls = new Set([...excused].flatMap(([comment, its]) => (comment.rule === rule ? its : [])));
    reaches.set(rule, computeReach(state, calls));
  }
  const reachOf = (finding: RawFinding): Reach =>
    (isInPackage(finding) && reaches.get(finding.rule)) || reach;
  const used = [...excused].filter(([comment, calls]) => {
    const beyond = reachedFrom(calls);
    return inPackages.some(({ rule, instance }) => rule === comment.rule && beyond.has(instance));
  });
  return {
    findings: findings.filter((finding) => reachOf(finding).has(finding.instance)),
    reachOf,
    used: new Set(used.map(([comment]) => comment)),
  };
}

const isInPackage = ({ unit, instance }: RawFinding): boolean =>
  (unit ?? instance.unit).ir.kind === 'package';

/** The calls into packages on the lines that comments about one of these rules are for. */
function callsByComment(reach: Reach, rules: ReadonlySet<string>): Map<SuppressionIr, CallEdge[]> {
  const excused = new Map<SuppressionIr, CallEdge[]>();
  if (rules.size === 0) return excused;
  for (const { unit, calls } of reach.order) {
    if (unit.ir.kind !== 'source') continue;
    for (const comment of unit.ir.suppressions) {
      if (!rules.has(comment.rule) || !takesAway(comment)) continue;
      const its = calls.filter(
        ({ to, at }) => to.unit.ir.kind === 'package' && placeOf(unit.ir, at).line === comment.line + 1,
      );
      if (its.length > 0) excused.set(comment, [...(excused.get(comment) ?? []), ...its]);
    }
  }
  return excused;
}

function reachedFrom(calls: readonly CallEdge[]): ReadonlySet<Instance> {
  const reached = new Set(calls.map(({ to }) => to));
  for (const instance of reached) for (const { to } of instance.calls) reached.add(to);
  return reached;
}
