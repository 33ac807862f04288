/**
 * `new Proxy(target, handler)`: an operation on the proxy calls the handler's trap of that name; without
 * one it goes on to the target.
 */

import { invoke } from './calls.js';
import { iterateToken } from './elements.js';
import { readProperty, type Access } from './properties.js';
import { writeProperty } from './property-writes.js';
import type { GraphState } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';
import { constantToken, primitiveToken } from './values.js';

/** The traps of questions that are not reads or writes. */
type Question =
  'has' | 'deleteProperty' | 'ownKeys' | 'getOwnPropertyDescriptor' | 'defineProperty' | 'getPrototypeOf';
type Trap = 'get' | 'set' | Question;

/** What was asked of each proxy: a proxy may be the target of another, and of itself (`new Proxy(inner ?? outer, …)`). */
const asked = new WeakMap<Token, Set<string>>();

/** Gives whether this is asked of the proxy for the first time. */
export function isFirstAsked(token: Token, what: string): boolean {
  const known = asked.get(token);
  if (known === undefined) asked.set(token, new Set([what]));
  else if (known.has(what)) return false;
  else known.add(what);
  return true;
}

export function readProxy(state: GraphState, token: Token, name: string, to: NodeId, access: Access): void {
  if (token.value.kind !== 'proxy' || !isFirstAsked(token, `get ${name} ${String(to)}`)) return;
  state.solver.listen(token.value.target, (inner) => {
    readProperty(state, inner, name, to, access);
  });
  callTrap(state, token, 'get', [keyNode(state, name)], to, access);
}

/** Gives whether the target is written to, as well: not where the handler has a say in it. */
export function writeProxy(
  state: GraphState,
  token: Token,
  name: string,
  from: NodeId,
  access: Access,
): boolean {
  if (token.value.kind !== 'proxy' || !isFirstAsked(token, `set ${name} ${String(from)}`)) return false;
  const { target, handler } = token.value;
  callTrap(state, token, 'set', [keyNode(state, name), from], state.solver.newNode(), access);
  if (hasTrap(state, handler, 'set')) return false;
  state.solver.listen(target, (inner) => {
    writeProperty(state, inner, name, from, access);
  });
  return true;
}

/** A handler has its own way for it: what it does not hand on, the target never sees. */
export function hasTrap(state: GraphState, handler: NodeId, name: string): boolean {
  return state.solver.tokens(handler).some((id) => {
    const { value } = state.tokens.get(id);
    return value.kind === 'object' && value.names.includes(name);
  });
}

/** `key in proxy`, `delete proxy.key`, and whatever asks for its keys. */
export function askProxy(
  state: GraphState,
  id: TokenId,
  trap: Question,
  name: string,
  to: NodeId,
  access: Access,
): void {
  const token = state.tokens.get(id);
  if (token.value.kind !== 'proxy') return;
  callTrap(state, token, trap, trap === 'ownKeys' ? [] : [keyNode(state, name)], to, access);
}

/** The keys of a proxy: those that its handler gives. */
export function keysOfProxy(state: GraphState, id: TokenId, to: NodeId, access: Access): void {
  const keys = state.solver.newNode();
  askProxy(state, id, 'ownKeys', '*', keys, access);
  askProxy(state, id, 'getOwnPropertyDescriptor', '*', state.solver.newNode(), access);
  state.solver.listen(keys, (list) => {
    iterateToken(state, list, to, access);
  });
  state.solver.taintEdge(keys, to);
}

function callTrap(
  state: GraphState,
  token: Token,
  name: Trap,
  args: readonly NodeId[],
  to: NodeId,
  access: Access,
): void {
  if (token.value.kind !== 'proxy') return;
  const { target, handler } = token.value;
  const proxy = state.solver.newNode();
  state.solver.add(proxy, token.id);
  const { by, at, end } = access;
  state.solver.listen(handler, (inner) => {
    const trap = state.solver.newNode();
    readProperty(state, inner, name, trap, { ...access, callee: false });
    state.solver.listen(trap, (fn) => {
      invoke(state, fn, { by, at, end, args: [target, ...args, proxy], receiver: inner, to });
    });
  });
}

function keyNode(state: GraphState, name: string): NodeId {
  const key = state.solver.newNode();
  state.solver.add(key, name === '*' ? primitiveToken(state, 'string') : constantToken(state, name));
  return key;
}
