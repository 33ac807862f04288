/** Questions that several misuse rules ask of a call. */

import type { Role } from '../catalog/types.js';
import type { CallOp, FunctionIr, Op, Slot } from '../graph/ir.js';
import type { Profile } from '../profiles/types.js';
import type { CallTarget, FunctionNode, ResolvedCall, RuleContext, Value } from './types.js';

type RoleOf<T extends Role['type']> = Extract<Role, { type: T }>;

/** The role of this type that the call may have. */
export function roleOf<T extends Role['type']>(call: ResolvedCall, type: T): RoleOf<T> | undefined {
  for (const target of call.targets) {
    if (target.type === 'api' && target.role?.type === type) return target.role as RoleOf<T>;
  }
  return undefined;
}

export function functionTargets(call: ResolvedCall): FunctionNode[] {
  return call.targets
    .filter((t): t is CallTarget & { type: 'function' } => t.type === 'function')
    .map((t) => t.fn);
}

/** The catalogued functions that the call may run. */
export function apiPathsOf(call: ResolvedCall): string[] {
  return call.targets.flatMap((target) => (target.type === 'api' ? [target.path] : []));
}

export function functionsAmong(values: readonly Value[]): FunctionNode[] {
  return values.filter((v): v is Value & { type: 'function' } => v.type === 'function').map((v) => v.fn);
}

/** The handlers that `setHandler` registers for queries, with the call that does. */
export function queryHandlers(context: RuleContext): { call: ResolvedCall; handler: FunctionNode }[] {
  const found: { call: ResolvedCall; handler: FunctionNode }[] = [];
  for (const call of context.callsWith('set-handler')) {
    const role = roleOf(call, 'set-handler');
    if (role === undefined) continue;
    const definitions = context.argument(call, role.definition);
    if (!definitions.some((value) => value.type === 'instance' && value.of === 'QueryDefinition')) continue;
    for (const handler of functionsAmong(context.argument(call, role.handler))) found.push({ call, handler });
  }
  return found;
}

/** Does this engine have such a thing at all? Rules about cancellation are silent where it has none. */
export function profileHasRole(profile: Profile, type: Role['type']): boolean {
  return JSON.stringify([profile.modules, profile.types]).includes(`"role":{"type":"${type}"`);
}

/** The slot of the object that a method is called on. `-1` is also the first captured variable. */
export function receiverOf(fn: FunctionIr, op: CallOp): Slot | undefined {
  if (op.receiver !== -1) return op.receiver;
  const reads = (item: Op): boolean => item.type === 'get' && item.to === op.callee && item.of === -1;
  return fn.ops.some(reads) ? -1 : undefined;
}

export function once<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
