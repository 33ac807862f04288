import type { ResolvedCall, MisuseRule, RuleContext, RuleFinding, Value } from './types.js';
import { once, roleOf } from './calls.js';

const REQUIRED = ['startToCloseTimeout', 'scheduleToCloseTimeout'];
const MESSAGE =
  'These activities have neither `startToCloseTimeout` nor `scheduleToCloseTimeout`: the engine refuses them when the first is called.';
const SUGGESTION = 'Add `startToCloseTimeout`, a little longer than the slowest attempt takes.';

/** Activity options without a bound on the time that an activity may take. */
export const requireActivityTimeout: MisuseRule = {
  id: 'require-activity-timeout',
  run: (context) => {
    const found = context.callsWith('activity-proxy').flatMap((call) => findings(context, call));
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

function findings(context: RuleContext, call: ResolvedCall): readonly RuleFinding[] {
  const role = roleOf(call, 'activity-proxy');
  if (role === undefined) return [];
  const base = { message: MESSAGE, suggestion: SUGGESTION, in: call.in };
  const options = context.argument(call, role.options);
  if (call.op.args.length === 0)
    return [{ ...base, file: call.in.file, span: { at: call.op.at, end: call.op.end } }];
  return options
    .filter(lacksTimeout)
    .map((value) => ({ ...base, file: value.file, span: { at: value.at, end: value.end } }));
}

function lacksTimeout(value: Value): value is Value & { type: 'object' } {
  return value.type === 'object' && !value.open && !REQUIRED.some((name) => value.keys.includes(name));
}
