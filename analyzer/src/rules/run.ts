/** Runs the misuse rules and places what they find. */

import { patchOf, adviceFor } from '../effects/advice.js';
import type { RawFinding } from '../effects/finding.js';
import type { Instance } from '../graph/state.js';
import { assemble } from '../report/assemble.js';
import type { Diagnostic } from '../report/model.js';
import { createRuleContext, type RuleWorld } from './context.js';
import { misuseRules } from './index.js';
import type { FunctionNode, MisuseRuleId, RuleFinding } from './types.js';

export function misuseDiagnostics(
  root: string,
  replayed: RuleWorld,
  activities: RuleWorld | undefined,
): Diagnostic[] {
  const { context, instanceOf } = createRuleContext(replayed, activities);
  const byWorld = new Map<RuleWorld, RawFinding[]>();
  for (const rule of misuseRules) {
    if (patchOf(context.profile, rule.id, rule.id) === 'patched') continue;
    for (const finding of rule.run(context)) {
      const place = placeOf(finding, replayed, activities, instanceOf);
      if (place === undefined) continue;
      const list = byWorld.get(place.world) ?? [];
      byWorld.set(place.world, list);
      list.push(toRaw(replayed, rule.id, finding, place.instance));
    }
  }
  return [...byWorld].flatMap(([world, findings]) =>
    assemble({ root, reachOf: () => world.reach, flows: world.flows }, findings),
  );
}

function toRaw(world: RuleWorld, rule: MisuseRuleId, finding: RuleFinding, instance: Instance): RawFinding {
  const { profile } = world.state;
  return {
    rule,
    severity: patchOf(profile, rule, rule) === 'not-portable' ? 'warning' : 'error',
    instance,
    at: finding.span.at,
    end: finding.span.end,
    message: finding.message,
    suggestion: finding.suggestion ?? adviceFor(profile, undefined, rule, undefined),
    use: undefined,
    reaches: 'nothing',
  };
}

/** The world and instance that the finding stands in: its function's, or its module's. */
function placeOf(
  finding: RuleFinding,
  replayed: RuleWorld,
  activities: RuleWorld | undefined,
  instanceOf: (node: FunctionNode) => { readonly world: RuleWorld; readonly instance: Instance } | undefined,
) {
  const inFunction = finding.in === undefined ? undefined : instanceOf(finding.in);
  if (inFunction !== undefined && inFunction.instance.unit.ir === finding.file) return inFunction;
  for (const world of [replayed, activities]) {
    const instance = world?.state.units.get(finding.file.path)?.instance;
    if (world !== undefined && instance !== undefined) return { world, instance };
  }
  return undefined;
}
