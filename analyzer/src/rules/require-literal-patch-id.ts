import type { Slot } from '../graph/ir.js';
import { roleOf } from './calls.js';
import type { MisuseRule, ResolvedCall, RuleContext } from './types.js';

/** A patch id that is computed: history records the id, and must find the same one years later. */
export const requireLiteralPatchId: MisuseRule = {
  id: 'require-literal-patch-id',
  run: (context) =>
    context
      .callsWith('patch')
      .filter((call) => hasComputedId(context, call))
      .map(({ op, in: fn }) => ({
        file: fn.file,
        span: { at: op.at, end: op.end },
        in: fn,
        message:
          'The id of this patch is not a literal constant: whether a history has passed it can no longer be told.',
        suggestion: "Write the id out: `patched('add-fraud-check')`.",
      })),
};

function hasComputedId(context: RuleContext, call: ResolvedCall): boolean {
  const role = roleOf(call, 'patch');
  const [id] = call.op.args;
  if (role === undefined || id === undefined || isOutOfSight(context, call, id.slot)) return false;
  const ids = context.argument(call, role.id);
  const constants = new Set(
    ids.map((value) =>
      value.type === 'constant' && typeof value.value === 'string' ? value.value : undefined,
    ),
  );
  return constants.size !== 1 || constants.has(undefined);
}

/** A constant of a file that cannot be looked at (one file alone): `patched(PATCHES.fraudCheck)`. */
function isOutOfSight(context: RuleContext, call: ResolvedCall, slot: Slot): boolean {
  const { file } = call.in;
  let at = slot;
  let fn = call.in.ir;
  for (let step = 0; step < 8; step++) {
    const capture = at < 0 ? fn.captures[~at] : undefined;
    if (capture !== undefined) {
      fn = file.functions[capture.fn] ?? fn;
      at = capture.slot;
    }
    const op = fn.ops.find((item) => 'to' in item && item.to === at);
    if (op?.type === 'import') {
      const specifier = file.imports[op.binding]?.specifier ?? '';
      return specifier.startsWith('.') && context.resolveImport(file, specifier) === undefined;
    }
    if (op?.type === 'get') at = op.of;
    else if (op?.type === 'copy' || op?.type === 'typed') at = op.from;
    else return false;
  }
  return false;
}
