/**
 * Properties that are copied name by name: `to[key] = from[key]`, and the getters with which bundlers and
 * compilers re-export (`Object.defineProperty(exports, key, { get: () => module[key] })`). The key of
 * the read is the key of the write, so each name keeps its own value.
 */

import type { CallSite } from './calls.js';
import type { FunctionIr, Op, Slot } from './ir.js';
import { defineAccessor } from './accessors.js';
import { addPrototype, propertyNode, readProperty, type Access } from './properties.js';
import { nodeOf, ownerOf, type GraphState, type Instance } from './state.js';
import type { NodeId, TokenId } from './tokens.js';

/** What is read under the same key. */
export interface Correlated {
  readonly from: NodeId;
  /** The value that is read is a getter for the property. */
  readonly accessor: boolean;
}

/** What `of[key] = slot` copies, where `slot` is `from[key]`. */
export function correlatedWrite(instance: Instance, slot: Slot, key: Slot): Correlated | undefined {
  const read = elementRead(instance.fn, slot, key);
  return read === undefined ? undefined : { from: nodeOf(instance, read.of), accessor: false };
}

/** What `Object.defineProperty(of, key, descriptor)` copies, if its `get` or `value` reads the same key. */
export function correlatedDescriptor(site: CallSite): Correlated | undefined {
  const { op, by } = site;
  const key = op?.args[1]?.slot;
  const descriptor = op?.args[2]?.slot;
  if (key === undefined || descriptor === undefined) return undefined;
  const objects = slotsBehind(by.fn, descriptor);
  for (const define of by.fn.ops) {
    if (define.type !== 'define' || !objects.has(define.of)) continue;
    if (define.name !== 'get' && define.name !== 'value') continue;
    const read = elementRead(by.fn, define.from, key);
    if (read !== undefined) return { from: nodeOf(by, read.of), accessor: define.name === 'get' };
    const from = define.name === 'get' ? readByGetter(by, define.from, key) : undefined;
    if (from !== undefined) return { from, accessor: false };
  }
  return undefined;
}

/** Copies the names that are known; of what else the source has, look-ups are sent on to it. */
export function copyCorrelated(
  state: GraphState,
  { from, accessor }: Correlated,
  to: TokenId,
  key: NodeId,
  access: Access,
): void {
  const target = state.tokens.get(to);
  let inheritsAll = false;
  const inheritAll = (): void => {
    if (inheritsAll) return;
    inheritsAll = true;
    state.solver.listen(from, (source) => {
      const { kind } = state.tokens.get(source).value;
      if (kind === 'object' || kind === 'namespace' || kind === 'commonjs-module' || kind === 'function')
        addPrototype(state, target, source);
      else readProperty(state, source, '*', propertyNode(state, target, '*'), access);
    });
  };
  state.solver.listen(key, (id) => {
    const { value } = state.tokens.get(id);
    if (value.kind !== 'constant') {
      if (!accessor) inheritAll();
      return;
    }
    const name = String(value.value);
    state.solver.listen(from, (source) => {
      const found = state.solver.newNode();
      readProperty(state, source, name, found, access);
      if (accessor) defineAccessor(state, target, name, 'get', found);
      else state.solver.edge(found, propertyNode(state, target, name));
    });
  });
}

type ElementRead = Op & { type: 'get-element' };

function elementRead(fn: FunctionIr, slot: Slot, key: Slot): ElementRead | undefined {
  return fn.ops.find(
    (op): op is ElementRead => op.type === 'get-element' && op.to === slot && isSame(fn, op.key, key),
  );
}

/** One variable, or one that was given the other's value. */
function isSame(fn: FunctionIr, left: Slot, right: Slot): boolean {
  if (left === right) return true;
  return fn.ops.some(
    (op) => (op.type === 'assign' || op.type === 'copy') && op.to === right && op.from === left,
  );
}

/** The slots whose value a slot may hold. */
function slotsBehind(fn: FunctionIr, slot: Slot): Set<Slot> {
  const found = new Set([slot]);
  for (let round = 0; round < 3; round += 1) {
    for (const op of fn.ops) {
      if ((op.type === 'assign' || op.type === 'copy') && found.has(op.to)) found.add(op.from);
    }
  }
  return found;
}

/** `() => from[key]`, both taken from the function around it (or one further out). */
function readByGetter(by: Instance, slot: Slot, key: Slot): NodeId | undefined {
  const made = by.fn.ops.find((op) => op.type === 'function' && op.to === slot);
  const getter = made?.type === 'function' ? by.unit.ir.functions[made.fn] : undefined;
  const read = getter?.ops.find((op): op is ElementRead => op.type === 'get-element');
  if (getter === undefined || read === undefined) return undefined;
  const keyCapture = read.key < 0 ? getter.captures[~read.key] : undefined;
  const ofCapture = read.of < 0 ? getter.captures[~read.of] : undefined;
  if (keyCapture === undefined || ofCapture === undefined || keyCapture.fn !== by.fn.index) return undefined;
  if (!isSame(by.fn, keyCapture.slot, key)) return undefined;
  return ownerOf(by, ofCapture.fn).base + ofCapture.slot;
}
