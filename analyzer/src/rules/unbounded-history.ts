import type { LoopIr } from '../graph/ir.js';
import { functionTargets, profileHasRole, roleOf } from './calls.js';
import type { FunctionNode, MisuseRule, RuleContext } from './types.js';

/** A loop that never ends, issues commands in each round, and never continues as new. */
export const unboundedHistory: MisuseRule = {
  id: 'unbounded-history',
  run: (context) =>
    profileHasRole(context.profile, 'continue-as-new')
      ? context.functions.flatMap((fn) =>
          fn.ir.loops
            .filter((loop) => !loop.exits && isEndless(context, fn, loop) && grows(context, fn, loop))
            .map((loop) => ({
              file: fn.file,
              span: { at: loop.at, end: loop.end },
              in: fn,
              message:
                'Each round of this endless loop adds to the history, which has a limit and is replayed from its start.',
              suggestion: 'Count the rounds, and continue as new after some hundreds.',
            })),
        )
      : [],
};

/** By itself, or because what it goes through never ends: where that asks for commands itself, it is said there. */
function isEndless(context: RuleContext, fn: FunctionNode, loop: LoopIr): boolean {
  if (loop.endless) return true;
  if (loop.kind !== 'for-of' && loop.kind !== 'for-await') return false;
  const made = context.generators(fn, loop.on);
  return (
    made.length > 0 &&
    made.every((generator) =>
      generator.ir.loops.some((its) => its.endless && !its.exits && !grows(context, generator, its)),
    )
  );
}

function grows(context: RuleContext, fn: FunctionNode, loop: LoopIr): boolean {
  if (context.commandsIn(fn, loop.from, loop.to).length === 0) return false;
  const inside = context.calls(fn).filter(({ op }) => op.at >= loop.at && op.at < loop.end);
  return !inside.some(
    (call) =>
      roleOf(call, 'continue-as-new') !== undefined ||
      functionTargets(call).some((target) => context.reachesRole(target, 'continue-as-new')),
  );
}
