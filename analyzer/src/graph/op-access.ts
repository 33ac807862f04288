/** Ops that make, read and write objects. */

import { convert } from './conversions.js';
import { copyCorrelated, correlatedWrite } from './correlated.js';
import { iterateNode, iterateToken } from './elements.js';
import type { CallOp, Op, Slot } from './ir.js';
import { copyProperties, coveredBy } from './copy-properties.js';
import { importBinding } from './modules.js';
import { nameOfKey } from './names.js';
import { addTyped } from './natives.js';
import { accessAt, literalToken, walkIteration } from './op-iteration.js';
import { defineAccessor } from './accessors.js';
import { isSymbol, manyNames, maxNames, orderName } from './names.js';
import { addOrder, propertyNode, readProperty, type Access } from './properties.js';
import { callSetters, linkPrototype, writeInherited, writeProperty } from './property-writes.js';
import { isReplayed } from './replayed.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { constantToken } from './values.js';

export function walkAccess(state: GraphState, instance: Instance, op: Op): void {
  const { solver } = state;
  switch (op.type) {
    case 'global':
      if (op.typeofOnly && op.name !== 'globalThis') return;
      addTyped(state, op.name, nodeOf(instance, op.to), accessAt(instance, op));
      return;
    case 'import':
      importBinding(
        state,
        instance,
        instance.unit.ir.imports[op.binding]!,
        nodeOf(instance, op.to),
        accessAt(instance, op),
      );
      return;
    case 'object':
      solver.add(nodeOf(instance, op.to), literalToken(state, instance, op));
      return;
    case 'array':
      solver.add(nodeOf(instance, op.to), literalToken(state, instance, op));
      return;
    case 'get':
      walkGet(state, instance, op);
      return;
    case 'get-element':
      walkGetElement(state, instance, op);
      return;
    case 'set':
    case 'set-element':
      walkSet(state, instance, op);
      return;
    case 'define':
    case 'define-element':
      walkDefine(state, instance, op);
      return;
    case 'spread':
      walkSpread(state, instance, op);
      return;
    default:
      walkIteration(state, instance, op);
  }
}

/** A `get` whose value is only called is done with the call, receiver by receiver. */
function isCallee(instance: Instance, op: Op & { to: number }): boolean {
  const set = calleeSlots(instance.fn);
  return set.has(op.to);
}

const calleesByFunction = new WeakMap<object, Set<number>>();

function calleeSlots(fn: Instance['fn']): Set<number> {
  let set = calleesByFunction.get(fn);
  if (set === undefined) {
    set = new Set();
    for (const op of fn.ops)
      if (op.type === 'call' && op.receiver >= -1 && isMethodCall(op)) set.add(op.callee);
    calleesByFunction.set(fn, set);
  }
  return set;
}

export function isMethodCall(op: CallOp): boolean {
  return (
    op.receiver !== -1 && (op.kind === 'call' || op.kind === 'template') && !op.text.startsWith('super.')
  );
}

function walkGet(state: GraphState, instance: Instance, op: Op & { type: 'get' }): void {
  const of = nodeOf(instance, op.of);
  const to = nodeOf(instance, op.to);
  state.solver.taintEdge(of, to);
  if (isCallee(instance, op)) return;
  const access = accessAt(instance, op);
  state.solver.listen(of, (token) => {
    if (op.optional === true && isNothing(state, token))
      state.solver.add(to, constantToken(state, undefined));
    if (op.iterates !== true || hasPositions(state, token)) readProperty(state, token, op.name, to, access);
    else iterateToken(state, token, to, access, true);
  });
}

function isNothing(state: GraphState, id: TokenId): boolean {
  const { value } = state.tokens.get(id);
  return value.kind === 'constant' && (value.value === undefined || value.value === null);
}

/** Arrays give what stands at an index; of others it is not known which element comes when. */
function hasPositions(state: GraphState, id: TokenId): boolean {
  const { value } = state.tokens.get(id);
  if (value.kind === 'native-instance') return value.type === 'Array';
  return !['generator', 'object', 'instance', 'declared', 'proxy'].includes(value.kind);
}

function walkGetElement(state: GraphState, instance: Instance, op: Op & { type: 'get-element' }): void {
  const of = nodeOf(instance, op.of);
  const to = nodeOf(instance, op.to);
  state.solver.taintEdge(of, to);
  state.solver.taintEdge(nodeOf(instance, op.key), to);
  convert(state, nodeOf(instance, op.key), to, 'string', accessAt(instance, op));
  if (isCallee(instance, op)) return;
  readElement(state, of, nodeOf(instance, op.key), to, accessAt(instance, op));
}

/** `of[key]`: the named properties where the key is known, else all of them. */
export function readElement(state: GraphState, of: NodeId, key: NodeId, to: NodeId, access: Access): void {
  state.solver.listen(of, (token) => {
    readElementOf(state, token, key, to, access);
  });
}

export function readElementOf(
  state: GraphState,
  token: TokenId,
  key: NodeId,
  to: NodeId,
  access: Access,
): void {
  let done = false;
  const everything = (): void => {
    if (done) return;
    done = true;
    const { value, heap } = state.tokens.get(token);
    if (value.kind === 'native' && heap === undefined && value.shape.holds === undefined) {
      for (const name of Object.keys(value.shape.members ?? {})) readProperty(state, token, name, to, access);
    } else readProperty(state, token, '*', to, access);
  };
  let names = 0;
  state.solver.listen(key, (id) => {
    const { value } = state.tokens.get(id);
    const name = nameOfKey(value);
    const isNamed = name !== '*' || value.kind === 'native-instance' || value.kind === 'native';
    if (!isNamed || (!isSymbol(name) && (names += 1) > maxNames && isLiteral(state, token))) everything();
    else readProperty(state, token, name, to, access);
  });
  state.pendingGuards.push({ on: key, activate: everything });
}

/** An object all of whose properties are in its literal, or were written. */
function isLiteral(state: GraphState, token: TokenId): boolean {
  const { value, heap } = state.tokens.get(token);
  return value.kind === 'object' && (heap?.prototypes?.size ?? 0) === 0;
}

function walkSet(state: GraphState, instance: Instance, op: Op & { type: 'set' | 'set-element' }): void {
  const of = nodeOf(instance, op.of);
  const from = nodeOf(instance, op.from);
  const access = accessAt(instance, op);
  const noteWrite = (token: TokenId, name: string): void => {
    state.mutations.push({ instance, at: op.at, end: op.end, on: token, receiver: of, text: name });
  };
  if (op.type === 'set' && op.self !== undefined) {
    const { name } = op;
    state.solver.listen(nodeOf(instance, op.self), (self) => {
      noteWrite(self, name);
      state.solver.listen(of, (home) => {
        writeInherited(state, home, self, name, from, access);
      });
    });
    return;
  }
  const write = (token: TokenId, name: string): void => {
    if (writeProperty(state, token, name, from, access) || isReplayed(state.tokens.get(token).value))
      noteWrite(token, name);
  };
  state.solver.listen(of, (token) => {
    if (op.type === 'set') {
      write(token, op.name);
      return;
    }
    const copied = correlatedWrite(instance, op.from, op.key);
    if (copied !== undefined && canInherit(state, token))
      copyCorrelated(state, copied, token, nodeOf(instance, op.key), access);
    let anyName = false;
    let names = 0;
    state.solver.listen(nodeOf(instance, op.key), (id) => {
      const name = nameOfKey(state.tokens.get(id).value);
      if (name === '*') {
        if (anyName) return;
        anyName = true;
      } else if (
        copied === undefined &&
        !isSymbol(name) &&
        (names += 1) > maxNames &&
        holdsManyNames(state, token)
      ) {
        if (names === maxNames + 1) write(token, manyNames);
        callSetters(state, token, name, from, access);
        return;
      }
      if (copied !== undefined && canInherit(state, token)) {
        noteWrite(token, name);
        return;
      }
      write(token, name);
    });
    state.pendingGuards.push({
      on: nodeOf(instance, op.key),
      activate: () => {
        write(token, '*');
      },
    });
  });
}

/** Objects whose properties are found by look-ups alone. */
function holdsManyNames(state: GraphState, token: TokenId): boolean {
  const { kind } = state.tokens.get(token).value;
  return ['object', 'instance', 'array', 'function', 'class', 'prototype'].includes(kind);
}

/** Objects whose names are looked up one by one: elements of arrays are all alike. */
function canInherit(state: GraphState, token: TokenId): boolean {
  const { kind } = state.tokens.get(token).value;
  return kind === 'object' || kind === 'namespace' || kind === 'function' || kind === 'prototype';
}

function walkDefine(
  state: GraphState,
  instance: Instance,
  op: Op & { type: 'define' | 'define-element' },
): void {
  const of = nodeOf(instance, op.of);
  const from = nodeOf(instance, op.from);
  const later = op.type === 'define' ? laterSpreads(instance, op) : [];
  const covers = later.length === 0 ? undefined : coveredBy(state, later);
  state.solver.listen(of, (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'constant' || token.value.kind === 'primitive') return;
    if (op.type === 'define') {
      if (op.name === '__proto__') linkPrototype(state, token, from);
      else if (op.accessor === 'none') {
        const write = (): void => {
          state.solver.edge(from, propertyNode(state, token, op.name));
        };
        if (covers === undefined || token.value.kind !== 'object') write();
        else covers(op.name, write);
      } else defineAccessor(state, token, op.name, op.accessor, from);
      return;
    }
    let anyName = false;
    let names = 0;
    state.solver.listen(nodeOf(instance, op.key), (key) => {
      let name = nameOfKey(state.tokens.get(key).value);
      if (name === '*') {
        if (anyName) return;
        anyName = true;
      } else if (!isSymbol(name) && (names += 1) > maxNames && holdsManyNames(state, token.id))
        name = manyNames;
      state.solver.edge(from, propertyNode(state, token, name));
    });
  });
}

function walkSpread(state: GraphState, instance: Instance, op: Op & { type: 'spread' }): void {
  const from = nodeOf(instance, op.from);
  const access = accessAt(instance, op);
  state.solver.listen(nodeOf(instance, op.of), (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'array') {
      iterateNode(state, from, propertyNode(state, token, '[]'), access);
      state.solver.listen(from, (list) => {
        addOrder(state, list, propertyNode(state, token, orderName));
      });
    } else if (token.value.kind === 'object') {
      const site = { by: instance, at: op.at, end: op.end, args: [], to: 0 };
      copyProperties(state, from, id, site, false, op.except, coveredBy(state, laterSpreads(instance, op)));
    }
  });
}

interface Spread {
  readonly at: number;
  readonly from: Slot;
}

const spreadsByFunction = new WeakMap<object, ReadonlyMap<Slot, readonly Spread[]>>();

/** What is spread into the objects of a function for certain, by object. */
function spreadsOf({ fn }: Instance): ReadonlyMap<Slot, readonly Spread[]> {
  const known = spreadsByFunction.get(fn);
  if (known !== undefined) return known;
  const found = new Map<Slot, Spread[]>();
  const maybe = new Set<Slot>();
  for (const op of fn.ops) {
    if (op.type === 'falsy') maybe.add(op.to);
    if (op.type !== 'spread' || op.elements) continue;
    const list = found.get(op.of);
    if (list === undefined) found.set(op.of, [op]);
    else list.push(op);
  }
  for (const [of, list] of found)
    found.set(
      of,
      list.filter(({ from }) => !maybe.has(from)),
    );
  spreadsByFunction.set(fn, found);
  return found;
}

/** What else is spread into the object after this, for certain: a literal is written in the order of its making. */
function laterSpreads(instance: Instance, { of, at }: Op & { type: 'spread' | 'define' }): NodeId[] {
  const all = spreadsOf(instance).get(of) ?? [];
  return all.flatMap((other) => (other.at > at ? [nodeOf(instance, other.from)] : []));
}
