import { roleOf } from './calls.js';
import type { MisuseRule, ResolvedCall, RuleContext } from './types.js';

/** A patch id that is computed: history records the id, and must find the same one years later. */
export const requireLiteralPatchId: MisuseRule = {
  id: 'require-literal-patch-id',
  run: (context) =>
    context.functions.flatMap((fn) =>
      context
        .calls(fn)
        .filter((call) => hasComputedId(context, call))
        .map(({ op }) => ({
          file: fn.file,
          span: { at: op.at, end: op.end },
          in: fn,
          message:
            'The id of this patch is not a literal constant: whether a history has passed it can no longer be told.',
          suggestion: "Write the id out: `patched('add-fraud-check')`.",
        })),
    ),
};

function hasComputedId(context: RuleContext, call: ResolvedCall): boolean {
  const role = roleOf(call, 'patch');
  if (role === undefined || call.op.args.length === 0) return false;
  const ids = context.argument(call, role.id);
  const constants = new Set(
    ids.map((value) =>
      value.type === 'constant' && typeof value.value === 'string' ? value.value : undefined,
    ),
  );
  return constants.size !== 1 || constants.has(undefined);
}
