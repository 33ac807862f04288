/** From ops to constraints: what each op lets flow where. */

import type { CallOp, GuardKind, Op } from './ir.js';
import { invoke, superCall, type CallSite } from './calls.js';
import { evaluateClass } from './classes.js';
import { refine } from './declared-types.js';
import { iterateNode } from './elements.js';
import { addNames, copyProperties, objectToken } from './models-objects.js';
import { importBinding, need } from './modules.js';
import { addTyped } from './natives.js';
import { defineAccessor, propertyNode, readProperty, writeProperty, type Access } from './properties.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { constantToken, dataToken, functionToken, primitiveToken, typeToken } from './values.js';

/** Walks an instance's ops from one index to another. */
export function walkOps(state: GraphState, instance: Instance, from: number, to: number): void {
  const { ops } = instance.fn;
  let index = from;
  while (index < to) {
    const op = ops[index]!;
    if (op.type === 'guard') {
      guard(state, instance, index, op.until);
      index = op.until;
    } else {
      walkOp(state, instance, op);
      index += 1;
    }
  }
}

/** Starts an instance: what its function captures is needed, then its ops are walked. */
export function startInstance(state: GraphState, instance: Instance): void {
  if (instance.started) return;
  instance.started = true;
  for (const capture of instance.fn.captures) {
    if (capture.fn === 0) need(state, instance.unit, capture.slot);
  }
  if (instance.fn.kind !== 'module') walkOps(state, instance, 0, instance.fn.ops.length);
}

function guard(state: GraphState, instance: Instance, index: number, until: number): void {
  const op = instance.fn.ops[index];
  if (op?.type !== 'guard') return;
  const node = nodeOf(instance, op.on);
  let done = false;
  const activate = (): void => {
    if (done) return;
    done = true;
    walkOps(state, instance, index + 1, until);
  };
  state.solver.listen(node, (token) => {
    if (!done && passes(state, token, op.when)) activate();
  });
  state.pendingGuards.push({ on: node, activate });
}

/** May the value be what the guard asks for? */
function passes(
  state: GraphState,
  token: TokenId,
  when: GuardKind): boolean {
  const { value } = state.tokens.get(token);
  if (when === 'missing') return false;
  const open = (value.kind === 'data' && value.nullable) || value.kind === 'unknown';
  if (value.kind === 'constant') {
    if (when === 'undefined' || when === 'missing') return value.value === undefined;
    if (when === 'nullish') return value.value === undefined || value.value === null;
    return when === 'falsy' ? !value.value : Boolean(value.value);
  }
  if (when === 'truthy') return true;
  if (open) return true;
  return when === 'falsy' && value.kind === 'primitive';
}

function walkOp(state: GraphState, instance: Instance, op: Op): void {
  const { solver } = state;
  switch (op.type) {
    case 'constant':
      solver.add(nodeOf(instance, op.to), constantToken(state, op.value));
      return;
    case 'primitive':
      solver.add(nodeOf(instance, op.to), typeToken(state, op.of, 'literal', 'run'));
      return;
    case 'copy':
      solver.edge(nodeOf(instance, op.from), nodeOf(instance, op.to));
      return;
    case 'present':
      present(state, nodeOf(instance, op.from), nodeOf(instance, op.to));
      return;
    case 'assign':
      assign(state, instance, op);
      return;
    case 'function':
      solver.add(
        nodeOf(instance, op.to),
        functionToken(state, instance.unit, instance.unit.ir.functions[op.fn]!, instance),
      );
      return;
    case 'class':
      evaluateClass(state, instance, op.cls, nodeOf(instance, op.to));
      return;
    case 'return':
      solver.edge(nodeOf(instance, op.from), instance.base + instance.fn.returnSlot);
      return;
    case 'delete':
      solver.listen(nodeOf(instance, op.of), (token) => {
        state.mutations.push({ instance, at: op.at, end: op.end, on: token, text: op.name });
      });
      return;
    case 'throw':
    case 'guard':
      return;
    case 'await':
      awaitValue(state, nodeOf(instance, op.of), nodeOf(instance, op.to));
      return;
    case 'derive':
      derive(state, instance, op);
      return;
    case 'typed':
      refine(state, nodeOf(instance, op.from), nodeOf(instance, op.to), op.as, instance.unit);
      return;
    case 'call':
      walkCall(state, instance, op);
      return;
    default:
      walkAccess(state, instance, op);
  }
}

function accessAt(instance: Instance, op: Op & { at: number; end: number }, callee = false): Access {
  return { by: instance, op, at: op.at, end: op.end, callee };
}

function walkAccess(state: GraphState, instance: Instance, op: Op): void {
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

function walkIteration(state: GraphState, instance: Instance, op: Op): void {
  const { solver } = state;
  if (op.type === 'iterate') {
    iterateNode(state, nodeOf(instance, op.of), nodeOf(instance, op.to), accessAt(instance, op));
  } else if (op.type === 'keys') {
    const to = nodeOf(instance, op.to);
    solver.taintEdge(nodeOf(instance, op.of), to);
    solver.listen(nodeOf(instance, op.of), (token) => {
      addNames(state, token, to);
    });
  } else if (op.type === 'rest') {
    const site = { by: instance, at: instance.fn.at + op.to, end: instance.fn.end, args: [], to: 0 };
    const to = nodeOf(instance, op.to);
    const made = op.elements ? restArray(state, instance, op.to) : objectToken(state, site, 'rest');
    solver.add(to, made);
    if (op.elements) {
      const elements = propertyNode(state, state.tokens.get(made), '[]');
      const first = instance.fn.ops[0] ?? op;
      iterateNode(state, nodeOf(instance, op.of), elements, {
        by: instance,
        op: first,
        at: 0,
        end: 0,
        callee: false,
      });
    } else copyProperties(state, nodeOf(instance, op.of), made, site);
  } else if (op.type === 'yield') {
    walkYield(state, instance, op);
  }
}

function restArray(state: GraphState, instance: Instance, slot: number): TokenId {
  const { unit, fn } = instance;
  const key = `ra${String(instance.id)}.${String(slot)}`;
  return state.tokens.intern(key, instance.phase, () => ({ kind: 'array', unit, at: fn.at, end: fn.end }));
}

function literalToken(state: GraphState, instance: Instance, op: Op & { type: 'object' | 'array' }): TokenId {
  const { unit } = instance;
  const key = `l${String(instance.id)}.${String(op.to)}`;
  const { at, end } = op;
  return state.tokens.intern(key, instance.phase, () =>
    op.type === 'array'
      ? { kind: 'array', unit, at, end }
      : { kind: 'object', unit, names: op.properties, open: op.open, at, end },
  );
}

function assign(state: GraphState, instance: Instance, op: Op & { type: 'assign' }): void {
  state.solver.edge(nodeOf(instance, op.from), nodeOf(instance, op.to));
  if (op.to >= 0) return;
  state.assignments.push({ instance, slot: op.to, at: op.at, end: op.end, name: op.name });
}

function awaitValue(state: GraphState, from: NodeId, to: NodeId): void {
  const marker = (token: TokenId): boolean => {
    const { value } = state.tokens.get(token);
    return value.kind === 'native-instance' && value.type === 'Promise';
  };
  state.solver.taintEdge(from, to);
  state.solver.listen(from, (token) => {
    if (!marker(token)) state.solver.add(to, token);
  });
}

function derive(state: GraphState, instance: Instance, op: Op & { type: 'derive' }): void {
  const to = nodeOf(instance, op.to);
  for (const from of op.from) state.solver.taintEdge(nodeOf(instance, from), to);
  if (op.of === '') return;
  if (op.of !== '+') {
    state.solver.add(to, primitiveToken(state, op.of));
    return;
  }
  for (const type of ['string', 'number']) state.solver.add(to, primitiveToken(state, type));
}

function present(state: GraphState, from: NodeId, to: NodeId): void {
  state.solver.taintEdge(from, to);
  state.solver.listen(from, (token) => {
    const { value } = state.tokens.get(token);
    if (value.kind === 'constant' && (value.value === undefined || value.value === null)) return;
    state.solver.add(to, value.kind === 'data' ? dataToken(state, false) : token);
  });
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

function isMethodCall(op: CallOp): boolean {
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
    readProperty(state, token, op.name, to, access);
  });
}

function walkGetElement(state: GraphState, instance: Instance, op: Op & { type: 'get-element' }): void {
  const of = nodeOf(instance, op.of);
  const to = nodeOf(instance, op.to);
  state.solver.taintEdge(of, to);
  state.solver.taintEdge(nodeOf(instance, op.key), to);
  if (isCallee(instance, op)) return;
  readElement(state, of, nodeOf(instance, op.key), to, accessAt(instance, op));
}

/** `of[key]`: the named properties where the key is known, else all of them. */
export function readElement(state: GraphState, of: NodeId, key: NodeId, to: NodeId, access: Access): void {
  state.solver.listen(of, (token) => {
    readElementOf(state, token, key, to, access);
  });
}

function readElementOf(state: GraphState, token: TokenId, key: NodeId, to: NodeId, access: Access): void {
  const everything = (): void => {
    const { value, heap } = state.tokens.get(token);
    if (value.kind === 'native' && heap === undefined) {
      for (const name of Object.keys(value.shape.members ?? {})) readProperty(state, token, name, to, access);
    } else if (value.kind === 'namespace' && value.unit.ir.module === 'esm') {
      for (const entry of value.unit.ir.exports)
        if (entry.type !== 'star') readProperty(state, token, entry.name, to, access);
    } else readProperty(state, token, '*', to, access);
  };
  state.solver.listen(key, (id) => {
    const { value } = state.tokens.get(id);
    if (value.kind === 'constant') readProperty(state, token, propertyKey(value.value), to, access);
    else if (value.kind === 'native-instance' || value.kind === 'native')
      readProperty(state, token, symbolName(value), to, access);
    else everything();
  });
  state.pendingGuards.push({ on: key, activate: everything });
}

function propertyKey(value: unknown): string {
  return String(value);
}

function symbolName(value: { kind: string; path?: string }): string {
  return value.path?.startsWith('Symbol.') === true ? `@@${value.path.slice('Symbol.'.length)}` : '*';
}

function walkSet(state: GraphState, instance: Instance, op: Op & { type: 'set' | 'set-element' }): void {
  const of = nodeOf(instance, op.of);
  const from = nodeOf(instance, op.from);
  const access = accessAt(instance, op);
  const write = (token: TokenId, name: string): void => {
    if (!writeProperty(state, token, name, from, access)) return;
    state.mutations.push({ instance, at: op.at, end: op.end, on: token, text: name });
  };
  state.solver.listen(of, (token) => {
    if (op.type === 'set') {
      write(token, op.name);
      return;
    }
    state.solver.listen(nodeOf(instance, op.key), (id) => {
      const { value } = state.tokens.get(id);
      write(token, value.kind === 'constant' ? propertyKey(value.value) : '*');
    });
    state.pendingGuards.push({
      on: nodeOf(instance, op.key),
      activate: () => {
        write(token, '*');
      },
    });
  });
}

function walkDefine(
  state: GraphState,
  instance: Instance,
  op: Op & { type: 'define' | 'define-element' },
): void {
  const of = nodeOf(instance, op.of);
  const from = nodeOf(instance, op.from);
  state.solver.listen(of, (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'constant' || token.value.kind === 'primitive') return;
    if (op.type === 'define') {
      if (op.accessor === 'none') state.solver.edge(from, propertyNode(state, token, op.name));
      else defineAccessor(state, token, op.name, op.accessor, from);
      return;
    }
    state.solver.listen(nodeOf(instance, op.key), (key) => {
      const { value } = state.tokens.get(key);
      const name = value.kind === 'constant' ? propertyKey(value.value) : '*';
      state.solver.edge(from, propertyNode(state, token, name));
    });
  });
}

function walkSpread(state: GraphState, instance: Instance, op: Op & { type: 'spread' }): void {
  const from = nodeOf(instance, op.from);
  const access = accessAt(instance, op);
  state.solver.listen(nodeOf(instance, op.of), (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'array') iterateNode(state, from, propertyNode(state, token, '[]'), access);
    else if (token.value.kind === 'object') {
      copyProperties(state, from, id, { by: instance, at: op.at, end: op.end, args: [], to: 0 });
    }
  });
}

function walkCall(state: GraphState, instance: Instance, op: CallOp): void {
  const to = op.kind === 'decorator' ? functionsOnly(state, nodeOf(instance, op.to)) : nodeOf(instance, op.to);
  const args = op.args.map((arg) => {
    const node = nodeOf(instance, arg.slot);
    if (!arg.spread) return node;
    const items = state.solver.newNode();
    iterateNode(state, node, items, accessAt(instance, op));
    return items;
  });
  const spread = op.args.findIndex((arg) => arg.spread);
  const site: CallSite = {
    by: instance,
    at: op.at,
    end: op.end,
    args,
    ...(spread >= 0 ? { spreadFrom: spread } : {}),
    to,
    op,
    construct: op.kind === 'new',
  };
  const callee = nodeOf(instance, op.callee);
  if (isMethodCall(op)) {
    callMethod(state, instance, op, site, callee);
    return;
  }
  const receiver = op.receiver === -1 ? undefined : nodeOf(instance, op.receiver);
  state.solver.listen(callee, (token) => {
    if (op.kind === 'super') {
      state.solver.listen(receiver ?? callee, (self) => {
        superCall(state, token, { ...site, receiver: self });
      });
    } else if (receiver !== undefined) {
      state.solver.listen(receiver, (self) => {
        invoke(state, token, { ...site, receiver: self });
      });
    } else invoke(state, token, site);
  });
  state.pendingCalls.push({ instance, op, callee, receiver: undefined });
}

/** A decorator replaces what it decorates only by giving back a function or class. */
function functionsOnly(state: GraphState, to: NodeId): NodeId {
  const from = state.solver.newNode();
  state.solver.listen(from, (token) => {
    const { kind } = state.tokens.get(token).value;
    if (kind === 'function' || kind === 'class' || kind === 'bound') state.solver.add(to, token);
  });
  return from;
}

/** `receiver.name(…)`: looked up and called receiver by receiver, so that `this` stays apart. */
function callMethod(state: GraphState, instance: Instance, op: CallOp, site: CallSite, callee: NodeId): void {
  const receiver = nodeOf(instance, op.receiver);
  const get = getBefore(instance, op);
  state.solver.listen(receiver, (token) => {
    const found = state.solver.newNode();
    if (get?.type === 'get') readProperty(state, token, get.name, found, accessAt(instance, get, true));
    else if (get?.type === 'get-element') {
      readElementOf(state, token, nodeOf(instance, get.key), found, accessAt(instance, get, true));
    }
    state.solver.edge(found, callee);
    state.solver.listen(found, (fn) => {
      invoke(state, fn, { ...site, receiver: token, receiverNode: receiver });
    });
  });
  state.pendingCalls.push({ instance, op, callee, receiver });
}

function getBefore(instance: Instance, op: CallOp): (Op & { type: 'get' | 'get-element' }) | undefined {
  const gets = getsByFunction(instance.fn);
  return gets.get(op.callee);
}

const getCache = new WeakMap<object, Map<number, Op & { type: 'get' | 'get-element' }>>();

function getsByFunction(fn: Instance['fn']): Map<number, Op & { type: 'get' | 'get-element' }> {
  let gets = getCache.get(fn);
  if (gets === undefined) {
    gets = new Map();
    for (const op of fn.ops) if (op.type === 'get' || op.type === 'get-element') gets.set(op.to, op);
    getCache.set(fn, gets);
  }
  return gets;
}
