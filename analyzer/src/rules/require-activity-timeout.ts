import type { ArgumentPath } from '../catalog/types.js';
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
    const found = [
      ...context.callsWith('activity-proxy').flatMap((call) => {
        const role = roleOf(call, 'activity-proxy');
        return role === undefined ? [] : findings(context, call, role.options);
      }),
      ...context.callsWith('command').flatMap((call) => {
        const options = roleOf(call, 'command')?.options;
        return options === undefined ? [] : findings(context, call, options);
      }),
    ];
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

function findings(context: RuleContext, call: ResolvedCall, at: ArgumentPath): readonly RuleFinding[] {
  const base = { message: MESSAGE, suggestion: SUGGESTION, in: call.in };
  const options = context.argument(call, at);
  if (call.op.args.length === 0)
    return [{ ...base, file: call.in.file, span: { at: call.op.at, end: call.op.end } }];
  return options
    .filter((value) => lacksTimeout(context, value))
    .map((value) => ({ ...base, file: value.file, span: { at: value.at, end: value.end } }));
}

function lacksTimeout(context: RuleContext, value: Value): value is Value & { type: 'object' } {
  if (value.type !== 'object' || value.open) return false;
  return REQUIRED.every((name) => !value.keys.includes(name) || isUndefined(context.property(value, name)));
}

const isUndefined = (values: readonly Value[]): boolean =>
  values.length > 0 && values.every((value) => value.type === 'constant' && value.value === undefined);
