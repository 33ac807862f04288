/** Ops that iterate, take the rest of a value, or yield. */

import { iterateNode, iterateToken } from './elements.js';
import type { Op } from './ir.js';
import { copyProperties } from './copy-properties.js';
import { lookInto } from './host-objects.js';
import { addNames, objectToken } from './models-objects.js';
import { propertyNode, type Access } from './properties.js';
import { keysOfProxy } from './proxies.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { TokenId } from './tokens.js';

export function accessAt(instance: Instance, op: Op & { at: number; end: number }, callee = false): Access {
  return { by: instance, op, at: op.at, end: op.end, callee };
}

export function walkIteration(state: GraphState, instance: Instance, op: Op): void {
  const { solver } = state;
  if (op.type === 'iterate') {
    const closes = op.closes === true;
    iterateNode(state, nodeOf(instance, op.of), nodeOf(instance, op.to), accessAt(instance, op), closes);
  } else if (op.type === 'keys') {
    const to = nodeOf(instance, op.to);
    solver.taintEdge(nodeOf(instance, op.of), to);
    solver.listen(nodeOf(instance, op.of), (token) => {
      lookInto(state, token, to, accessAt(instance, op));
      addNames(state, token, to);
      keysOfProxy(state, token, to, accessAt(instance, op));
    });
  } else if (op.type === 'rest') {
    const site = { by: instance, at: instance.fn.at + op.to, end: instance.fn.end, args: [], to: 0 };
    const to = nodeOf(instance, op.to);
    const made = op.elements ? restArray(state, instance, op.to) : objectToken(state, site, 'rest');
    solver.add(to, made);
    if (op.elements) takeRest(state, instance, op, made);
    else copyProperties(state, nodeOf(instance, op.of), made, site);
  } else if (op.type === 'yield') {
    walkYield(state, instance, op);
  }
}

/** The elements of an array that a pattern has left, each at its place; of others it is not known which those are. */
function takeRest(state: GraphState, instance: Instance, op: Op & { type: 'rest' }, made: TokenId): void {
  const rest = state.tokens.get(made);
  const others = propertyNode(state, rest, '[]');
  const access = { by: instance, op: instance.fn.ops[0] ?? op, at: 0, end: 0, callee: false };
  state.solver.taintEdge(nodeOf(instance, op.of), others);
  state.solver.listen(nodeOf(instance, op.of), (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind !== 'array') {
      iterateToken(state, id, others, access);
      return;
    }
    state.solver.edge(propertyNode(state, token, '[]'), others);
    const moved = new Set<string>();
    const moveNew = (): void => {
      for (const [name, element] of token.heap?.properties ?? []) {
        const index = /^\d+$/.test(name) ? Number(name) - (op.after ?? 0) : -1;
        if (index < 0 || moved.has(name)) continue;
        moved.add(name);
        state.solver.edge(element, propertyNode(state, rest, String(index)));
      }
    };
    moveNew();
    // What was written to the array later.
    state.pendingTypes.push({ node: state.solver.newNode(), apply: moveNew });
  });
}

function restArray(state: GraphState, instance: Instance, slot: number): TokenId {
  const { unit, fn } = instance;
  const key = `ra${String(instance.id)}.${String(slot)}`;
  return state.tokens.intern(key, instance.phase, () => ({ kind: 'array', unit, at: fn.at, end: fn.end }));
}

export function literalToken(
  state: GraphState,
  instance: Instance,
  op: Op & { type: 'object' | 'array' },
): TokenId {
  const { unit } = instance;
  const key = `l${String(instance.id)}.${String(op.to)}`;
  const { at, end } = op;
  return state.tokens.intern(key, instance.phase, () =>
    op.type === 'array'
      ? { kind: 'array', unit, at, end }
      : { kind: 'object', unit, names: op.properties, open: op.open, at, end },
  );
}

function walkYield(state: GraphState, instance: Instance, op: Op & { type: 'yield' }): void {
  const { fn, base } = instance;
  const to = nodeOf(instance, op.to);
  const of = nodeOf(instance, op.of);
  if (fn.yieldSlot < 0) return;
  if (!op.delegate) {
    state.solver.edge(of, base + fn.yieldSlot);
    state.solver.edge(base + fn.nextSlot, to);
    return;
  }
  iterateNode(state, of, base + fn.yieldSlot, accessAt(instance, op));
  state.solver.listen(of, (token) => {
    const { value } = state.tokens.get(token);
    if (value.kind !== 'generator') return;
    const inner = value.instance;
    state.solver.edge(inner.base + inner.fn.returnSlot, to);
    state.solver.edge(base + fn.nextSlot, inner.base + inner.fn.nextSlot);
  });
}
