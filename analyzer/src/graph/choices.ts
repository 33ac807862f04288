/**
 * What a branch assigns, returns or throws tells of the value that decided it. Where the branch chooses
 * between objects it tells of what the program wrote into them by name (`onSale ? { rate: 1 } : { rate: 2 }`),
 * and not of what they merely carry along (`onSale ? reduced(order) : order`, of which `order.id` is the
 * same either way).
 */

import type { Slot } from './ir.js';
import { propertyNode } from './properties.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { NodeId, Token } from './tokens.js';

/** A value that some branch chooses, and where it goes. */
export interface Choice {
  readonly instance: Instance;
  readonly on: NodeId;
  readonly chosen: NodeId;
  readonly to: NodeId;
  /** The function gives it back. */
  readonly returned: boolean;
}

/** Work on one function's branches is bounded: chains of `else if` may be thousands deep. */
const maxDecided = 50_000;

export function noteChoices(state: GraphState, instance: Instance): void {
  const { ops, branches, returnSlot } = instance.fn;
  let decided = 0;
  for (const { kind, on, body } of branches) {
    // How often a loop runs says little of what it assigns.
    if (on === -1 || kind === 'loop') continue;
    decided += body.to - body.from;
    if (decided > maxDecided) return;
    for (let index = body.from; index < body.to; index += 1) {
      const op = ops[index]!;
      const returned = op.type === 'return' || op.type === 'throw';
      if (op.type !== 'assign' && !(returned && returnSlot >= 0)) continue;
      const to = returned ? instance.base + returnSlot : nodeOf(instance, op.to);
      const chosen = nodeOf(instance, op.from);
      state.pendingChoices.push({ instance, on: nodeOf(instance, on), chosen, to, returned });
    }
  }
}

/** `on ? a : b`, where `to` may be either. */
export function noteConditional(state: GraphState, instance: Instance, on: Slot, to: Slot): void {
  const chosen = nodeOf(instance, to);
  const returned = instance.fn.ops.some((op) => op.type === 'return' && op.from === to);
  state.pendingChoices.push({ instance, on: nodeOf(instance, on), chosen, to: chosen, returned });
}

/** Follows the choices that a nondeterministic value decides. Gives whether there were any new ones. */
export function followChoices(state: GraphState): boolean {
  const pending = state.pendingChoices.splice(0);
  let changed = false;
  for (const choice of pending) {
    if (state.solver.isTainted(choice.on)) {
      follow(state, choice);
      state.choices.push(choice);
      changed = true;
    } else state.pendingChoices.push(choice);
  }
  return changed;
}

const carriers = new Set(['object', 'array', 'instance', 'function', 'class', 'bound', 'generator', 'proxy']);

function follow(state: GraphState, { on, chosen, to }: Choice): void {
  let isLinked = false;
  const link = (): void => {
    if (!isLinked) state.solver.taintEdge(on, to);
    isLinked = true;
  };
  if (state.solver.isEmpty(chosen)) link();
  state.solver.listen(chosen, (id) => {
    const token = state.tokens.get(id);
    if (carriers.has(token.value.kind)) tellOfContents(state, on, token);
    else link();
  });
}

function tellOfContents(state: GraphState, on: NodeId, token: Token): void {
  const { value, heap } = token;
  const names =
    value.kind === 'object'
      ? value.names
      : value.kind === 'array'
        ? [...(heap?.properties.keys() ?? [])].filter((name) => /^\d+$|^\[\]$/.test(name))
        : [];
  for (const name of names) {
    const property = propertyNode(state, token, name);
    const isWritten = state.solver.tokens(property).some((id) => {
      const { kind } = state.tokens.get(id).value;
      return kind === 'constant' || kind === 'primitive';
    });
    if (isWritten) state.solver.taintEdge(on, property);
  }
}
