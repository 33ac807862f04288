/** What decides how a workflow goes on or ends, besides its branches and what it returns. */

import type { FunctionIr, Op } from '../graph/ir.js';
import { functionBehind } from '../graph/calls.js';
import { functionsInside } from '../graph/steps.js';
import { nodeOf, ownerOf, type GraphState, type Instance, type RoleCall } from '../graph/state.js';
import type { NodeId } from '../graph/tokens.js';

/** What the predicates give for which the workflow waits: `condition(() => …)`. */
export function awaitedPredicates(commands: readonly RoleCall[]): NodeId[] {
  return commands.flatMap(({ role, instance, op }) =>
    role.type === 'command' && role.kind === 'condition'
      ? instance.calls.flatMap(({ to, at }) =>
          at === op.at && to.fn.returnSlot >= 0 ? [nodeOf(to, to.fn.returnSlot)] : [],
        )
      : [],
  );
}

/** What workflows fail with: thrown where no `catch` on the way to them keeps it. */
export function failures(state: GraphState): NodeId[] {
  const leaving = new Set<Instance>();
  const queue = [...state.entered.values()].flatMap(({ instance }) => instance ?? []);
  for (let instance = queue.pop(); instance !== undefined; instance = queue.pop()) {
    if (leaving.has(instance)) continue;
    leaving.add(instance);
    for (const { to, at } of instance.calls) if (!isCaught(instance.fn, at)) queue.push(to);
  }
  return [...leaving].flatMap((instance) =>
    throwsOf(instance.fn)
      .filter(({ at }) => !isCaught(instance.fn, at))
      .map(({ from }) => nodeOf(instance, from)),
  );
}

type Throw = Op & { readonly type: 'throw' };
const throwsByFunction = new WeakMap<FunctionIr, readonly Throw[]>();

function throwsOf(fn: FunctionIr): readonly Throw[] {
  let found = throwsByFunction.get(fn);
  if (found === undefined)
    throwsByFunction.set(fn, (found = fn.ops.filter((op): op is Throw => op.type === 'throw')));
  return found;
}

/** A `catch` that always throws keeps nothing. */
function isCaught({ tries }: FunctionIr, at: number): boolean {
  return tries.some((item) => item.catchAt >= 0 && !item.alwaysThrows && at >= item.at && at < item.catchAt);
}

/** The changing variables of workflows that their handlers see. */
export function handledVariables(state: GraphState): NodeId[] {
  const found = new Set<NodeId>();
  for (const { token } of state.settledHandlers) {
    const value = functionBehind(state, token);
    if (value === undefined) continue;
    const inside = functionsInside(value.unit, value.fn);
    const indexes = new Set([...inside].map((fn) => fn.index));
    for (const fn of inside) {
      for (const { fn: index, slot } of fn.captures.slice(1)) {
        if (index === 0 || indexes.has(index)) continue;
        const owner = ownerOf(value.parent, index);
        const isChanging = owner.fn.variables.some(
          (variable) => variable.slot === slot && (variable.kind === 'let' || variable.kind === 'var'),
        );
        if (owner.fn.index === index && isChanging) found.add(nodeOf(owner, slot));
      }
    }
  }
  return [...found];
}
