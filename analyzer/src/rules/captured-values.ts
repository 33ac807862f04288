/** What functions keep hold of between their calls: what they capture, what they are methods of, what modules hold. */

import type { FunctionIr, Slot } from '../graph/ir.js';
import { nodeOf, ownerOf, type GraphState, type Instance } from '../graph/state.js';
import type { NodeId, TokenId, Value } from '../graph/tokens.js';

/** Kinds of values of which it is known where they are made. */
const known = new Set<Value['kind']>([
  'object',
  'array',
  'instance',
  'native-instance',
  'generator',
  'function',
  'class',
]);

/** What is `undefined` at first, or a number, is nobody's to change. */
const unchangeable = new Set<Value['kind']>(['source', 'constant', 'primitive']);

/** Tells whether what stands in a slot may be kept by one of the functions; true also where that is not known. */
export function keptBy(
  state: GraphState,
  functions: readonly FunctionIr[],
  instancesOf: (fn: FunctionIr) => readonly Instance[],
): (fn: FunctionIr, slot: Slot) => boolean {
  const kept = keptTokens(state, functions, instancesOf);
  return (fn, slot) => {
    const ids = instancesOf(fn).flatMap((instance) => state.solver.tokens(nodeOf(instance, slot)));
    const values = ids.filter((id) => !unchangeable.has(state.tokens.get(id).value.kind));
    return (
      values.length === 0 ||
      values.some((id) => {
        const { value, phase } = state.tokens.get(id);
        return kept.has(id) || phase === 'load' || !known.has(value.kind);
      })
    );
  };
}

function keptTokens(
  state: GraphState,
  functions: readonly FunctionIr[],
  instancesOf: (fn: FunctionIr) => readonly Instance[],
): ReadonlySet<TokenId> {
  const kept = new Set<TokenId>();
  const queue: TokenId[] = [];
  const addNode = (node: NodeId): void => {
    for (const id of state.solver.tokens(node)) {
      if (kept.has(id)) continue;
      kept.add(id);
      queue.push(id);
    }
  };
  const wanted = new Set(functions);
  for (const { value, id } of state.tokens.all)
    if (value.kind === 'function' && wanted.has(value.fn)) queue.push(id);
  for (const fn of functions)
    for (const instance of instancesOf(fn)) if (fn.thisSlot >= 0) addNode(nodeOf(instance, fn.thisSlot));
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const { value, heap } = state.tokens.get(id);
    for (const node of heap?.properties.values() ?? []) addNode(node);
    for (const node of heap?.getters?.values() ?? []) addNode(node);
    if (value.kind === 'function') addCaptured(value.fn, value.parent, addNode);
    else if (value.kind === 'bound') [value.receiver, ...value.args].forEach(addNode);
    else if (value.kind === 'proxy') [value.target, value.handler].forEach(addNode);
    else if (value.kind === 'generator') addSlots(value.instance, addNode);
    else if (value.kind === 'method') addToken(value.receiver);
    for (const prototype of heap?.prototypes ?? []) addToken(prototype);
  }
  return kept;

  function addToken(id: TokenId): void {
    if (kept.has(id)) return;
    kept.add(id);
    queue.push(id);
  }
}

function addCaptured(fn: FunctionIr, parent: Instance, add: (node: NodeId) => void): void {
  fn.captures.forEach((capture, index) => {
    const owner = index === 0 ? undefined : ownerOf(parent, capture.fn);
    if (owner?.fn.index === capture.fn) add(owner.base + capture.slot);
  });
}

/** A generator that is under way keeps its variables. */
function addSlots({ base, fn }: Instance, add: (node: NodeId) => void): void {
  for (const { slot } of fn.variables) if (slot >= 0) add(base + slot);
}
