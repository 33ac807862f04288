import type { FunctionIr } from '../graph/ir.js';
import { functionTargets, profileHasRole, roleOf } from './calls.js';
import type { FunctionNode, MisuseRule, ResolvedCall, RuleContext } from './types.js';

const TIMEOUT_MESSAGE =
  'A heartbeat timeout is set for this activity, but it never heartbeats: every attempt that takes longer fails.';
const LOOP_MESSAGE =
  'This activity waits in a loop and never heartbeats: the engine cannot tell that it died, nor cancel it.';
const SUGGESTION = 'Call `heartbeat(progress)` in the loop, and set `heartbeatTimeout`.';

/** A long activity that does not say that it lives. */
export const noHeartbeat: MisuseRule = {
  id: 'no-heartbeat',
  run: (context) => {
    if (!profileHasRole(context.profile, 'heartbeat')) return [];
    const { called, timed: expected } = proxiedNames(context);
    const helpers = calledByOthers(context);
    return context.activityEntries.flatMap((activity) => {
      const timed = expected.has(activity.ir.name);
      // A helper's loop is its caller's: whether that one heartbeats is asked there. What a function makes may be no activity.
      const isHelper = helpers.has(activity) || activity.ir.parent > 0;
      if (activity.ir.generator || (isHelper && !called.has(activity.ir.name))) return [];
      if ((!timed && !waitsInLoop(activity.ir)) || context.reachesRole(activity, 'heartbeat')) return [];
      return [
        {
          file: activity.file,
          span: { at: activity.ir.nameAt, end: activity.ir.nameAt + Math.max(1, activity.ir.name.length) },
          message: timed ? TIMEOUT_MESSAGE : LOOP_MESSAGE,
          suggestion: SUGGESTION,
        },
      ];
    });
  },
};

/** Functions that other code of the activities calls. */
function calledByOthers(context: RuleContext): ReadonlySet<FunctionNode> {
  const called = new Set<FunctionNode>();
  for (const fn of context.activities) {
    for (const call of context.calls(fn)) {
      for (const target of functionTargets(call)) if (target !== fn) called.add(target);
    }
  }
  return called;
}

interface ProxiedNames {
  /** The activities that are called through a proxy, */
  readonly called: ReadonlySet<string>;
  /** and those whose options set `heartbeatTimeout`. */
  readonly timed: ReadonlySet<string>;
}

function proxiedNames(context: RuleContext): ProxiedNames {
  const names = { called: new Set<string>(), timed: new Set<string>() };
  for (const call of context.callsWith('activity-proxy')) {
    const role = roleOf(call, 'activity-proxy');
    if (role === undefined) continue;
    const timed = context
      .argument(call, role.options)
      .some((value) => value.type === 'object' && value.keys.includes('heartbeatTimeout'));
    for (const name of membersRead(call.in, call)) {
      names.called.add(name);
      if (timed) names.timed.add(name);
    }
  }
  return names;
}

/** The members that are read of the proxy, in the function that makes it and in those around which it is a variable. */
function* membersRead(fn: FunctionNode, call: ResolvedCall): Iterable<string> {
  const slots = new Set([call.op.to]);
  for (const op of fn.ir.ops) {
    if (op.type === 'copy' && slots.has(op.from)) slots.add(op.to);
    if (op.type === 'get' && slots.has(op.of)) yield op.name;
  }
  for (const inner of fn.file.functions) {
    const captured = new Set(
      inner.captures.flatMap((c, i) => (c.fn === fn.ir.index && slots.has(c.slot) ? [~i] : [])),
    );
    for (const op of inner.ops) if (op.type === 'get' && captured.has(op.of)) yield op.name;
  }
}

function waitsInLoop(fn: FunctionIr): boolean {
  return fn.loops.some(
    (loop) => loop.kind === 'for-await' || fn.ops.slice(loop.from, loop.to).some((op) => op.type === 'await'),
  );
}
