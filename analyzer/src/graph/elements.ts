/** Elements of collections and what iterating gives. */

import { invoke, wake, type CallSite } from './calls.js';
import { allProperties, propertyNode, readProperty, type Access } from './properties.js';
import { lookInto } from './host-objects.js';
import { isFirstAsked } from './proxies.js';
import { isReplayed, seenFromStep } from './replayed.js';
import { methodOf } from './shared-methods.js';
import { typeShape } from './shapes.js';
import type { GraphState } from './state.js';
import { heapOf, type NodeId, type Token, type TokenId } from './tokens.js';
import { dataToken, typeToken } from './values.js';

export function accessOf(site: CallSite): Access | undefined {
  const op = site.op ?? site.by.fn.ops[0];
  return op === undefined ? undefined : { by: site.by, op, at: site.at, end: site.end, callee: false };
}

/** Lets everything that iterating a node's values gives flow to another node. */
export function iterateNode(state: GraphState, of: NodeId, to: NodeId, access: Access, closes = false): void {
  state.solver.taintEdge(of, to);
  state.solver.listen(of, (token) => {
    iterateToken(state, token, to, access, closes);
  });
}

/** `closes`: the iteration may stop before the end. */
export function iterateToken(
  state: GraphState,
  id: TokenId,
  to: NodeId,
  access: Access,
  closes = false,
): void {
  const token = state.tokens.get(id);
  const value = token.value;
  if (access.by.phase === 'step' && token.phase === 'run') to = seenFromStep(state, to);
  switch (value.kind) {
    case 'array':
      state.solver.edge(allProperties(state, token), to);
      return;
    case 'native-instance':
      iterateTyped(state, token, value.type, to, access);
      return;
    case 'generator':
      wake(state, value.instance);
      state.solver.edge(value.instance.base + value.instance.fn.yieldSlot, to);
      return;
    case 'primitive':
      state.solver.add(to, typeToken(state, value.of === 'string' ? 'string' : 'data', 'iterate', 'run'));
      return;
    case 'constant':
      if (typeof value.value === 'string') state.solver.add(to, typeToken(state, 'string', 'iterate', 'run'));
      return;
    case 'object':
    case 'instance':
    case 'declared':
    case 'proxy':
      if (value.kind === 'proxy' && isFirstAsked(token, `iterate ${String(to)}`)) {
        state.solver.listen(value.target, (inner) => {
          iterateToken(state, inner, to, access, closes);
        });
      }
      iterateProtocol(state, token, to, access);
      if (value.kind === 'instance') iterateBase(state, token, to, access);
      if (closes) closeIterator(state, token, access);
      return;
    case 'native':
      if (lookInto(state, id, to, access)) state.solver.add(to, dataToken(state));
      return;
    case 'data':
      state.solver.add(to, dataToken(state, true, value.vetted));
      return;
    case 'unknown':
    case 'typed':
      state.solver.add(to, isReplayed(value) ? id : dataToken(state));
      return;
    default:
      return;
  }
}

/** Instances of classes that extend a collection of the language are such collections, unless they say how they iterate. */
function iterateBase(state: GraphState, token: Token, to: NodeId, access: Access): void {
  const seen = new Set([token]);
  // What is added while the set is gone through is visited, too.
  for (const { value, heap } of seen) {
    if (heap?.own?.has('@@iterator') === true) return;
    if (value.kind === 'native-instance' && collections.has(value.type)) {
      iterateTyped(state, token, value.type, to, access);
      return;
    }
    for (const id of heap?.prototypes ?? []) seen.add(state.tokens.get(id));
  }
}

const collections = new Set(['Map', 'Set', 'Array']);

/** Maps give pairs, the others what they hold. */
function iterateTyped(state: GraphState, token: Token, type: string, to: NodeId, access: Access): void {
  if (type === 'Map' || type === 'URLSearchParams' || type === 'Headers') {
    state.solver.add(to, pairToken(state, token));
    return;
  }
  const iterates = typeShape(state, type)?.iterates;
  if (iterates !== undefined && iterates !== 'data')
    state.solver.add(to, typeToken(state, iterates, 'iterate', 'run'));
  state.solver.edge(allProperties(state, token), to);
  if (token.heap === undefined || (!heapOf(token).properties.has('[]') && iterates === 'data')) {
    state.solver.add(to, dataToken(state));
  }
  void access;
}

/** An entry `[key, value]` of a keyed container. */
export function pairToken(state: GraphState, token: Token): TokenId {
  const pair = state.tokens.intern(`pair${String(token.id)}`, token.phase, () => ({
    kind: 'native-instance',
    type: 'Array',
  }));
  const holder = state.tokens.get(pair);
  state.solver.edge(keysNode(state, token), propertyNode(state, holder, '0'));
  state.solver.edge(allProperties(state, token), propertyNode(state, holder, '1'));
  return pair;
}

/** What the keys of a container may be. */
export function keysNode(state: GraphState, token: Token): NodeId {
  return propertyNode(state, token, '$keys');
}

/**
 * `[Symbol.iterator]()` or `next()` of the program's own objects. Asked once per object and phase:
 * an iterator may well be iterable by way of itself.
 */
function iterateProtocol(state: GraphState, token: Token, out: NodeId, access: Access): void {
  const key = `${String(token.id)}.${access.by.phase}`;
  const known = state.iterations.get(key);
  if (known !== undefined) {
    state.solver.edge(known, out);
    return;
  }
  const to = state.solver.newNode();
  state.iterations.set(key, to);
  state.solver.edge(to, out);
  for (const name of ['@@iterator', '@@asyncIterator']) {
    const iterator = state.solver.newNode();
    callMember(state, token.id, name, iterator, access);
    state.solver.listen(iterator, (inner) => {
      const kind = state.tokens.get(inner).value.kind;
      if (kind !== 'object' && kind !== 'instance') {
        if (inner !== token.id) iterateToken(state, inner, to, access);
        return;
      }
      callNext(state, inner, to, access);
    });
  }
}

/** Calls a method without arguments, if there is one. */
function callMember(state: GraphState, receiver: TokenId, name: string, to: NodeId, access: Access): void {
  const { by, at, end } = access;
  state.solver.listen(methodOf(state, receiver, name, access), (fn) => {
    if (state.tokens.get(fn).value.kind === 'constant') return;
    invoke(state, fn, { by, at, end, args: [], receiver, to });
  });
}

/** `return()` of the program's own iterators, where an iteration stops early. */
function closeIterator(state: GraphState, token: Token, access: Access): void {
  for (const name of ['@@iterator', '@@asyncIterator']) {
    const iterator = state.solver.newNode();
    callMember(state, token.id, name, iterator, access);
    state.solver.listen(iterator, (inner) => {
      const { kind } = state.tokens.get(inner).value;
      if (kind === 'object' || kind === 'instance')
        callMember(state, inner, 'return', state.solver.newNode(), access);
    });
  }
}

function callNext(state: GraphState, iterator: TokenId, to: NodeId, access: Access): void {
  const result = state.solver.newNode();
  callMember(state, iterator, 'next', result, access);
  state.solver.listen(result, (item) => {
    readProperty(state, item, 'value', to, access);
  });
}
