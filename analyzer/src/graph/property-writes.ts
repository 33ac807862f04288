/** Writing properties: values, prototypes, and the setters that are called instead. */

import { callAccessor } from './accessors.js';
import { addPrototype, propertyNode, type Access } from './properties.js';
import { writeProxy } from './proxies.js';
import type { GraphState } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';

/** Writes a property. Gives whether the token can hold it. */
export function writeProperty(
  state: GraphState,
  of: TokenId,
  name: string,
  from: NodeId,
  access: Access,
): boolean {
  const token = state.tokens.get(of);
  switch (token.value.kind) {
    case 'function':
    case 'class':
    case 'prototype':
    case 'object':
    case 'array':
    case 'instance':
    case 'declared':
    case 'namespace':
    case 'commonjs-module':
    case 'native-instance':
    case 'native':
      break;
    case 'proxy':
      return writeProxy(state, token, name, from, access);
    default:
      return false;
  }
  if (name === '__proto__') linkPrototype(state, token, from);
  state.solver.edge(from, propertyNode(state, token, name));
  callSetters(state, of, name, from, access);
  return true;
}

export function callSetters(
  state: GraphState,
  of: TokenId,
  name: string,
  from: NodeId,
  access: Access,
): void {
  for (const setter of findSetters(state, state.tokens.get(of), name))
    callAccessor(state, setter, of, [from], state.solver.newNode(), access);
}

/** `super.name = value`: the setters of the class above, or a property of the object itself. */
export function writeInherited(
  state: GraphState,
  home: TokenId,
  self: TokenId,
  name: string,
  from: NodeId,
  access: Access,
): void {
  const setters = findSetters(state, state.tokens.get(home), name);
  for (const setter of setters) callAccessor(state, setter, self, [from], state.solver.newNode(), access);
  if (setters.length === 0) state.solver.edge(from, propertyNode(state, state.tokens.get(self), name));
}

export function linkPrototype(state: GraphState, token: Token, from: NodeId): void {
  state.solver.listen(from, (prototype) => {
    addPrototype(state, token, prototype);
  });
}

/** Writing a property of this name calls a function. */
export function hasSetter(state: GraphState, token: Token, name: string): boolean {
  return findSetters(state, token, name).length > 0;
}

/** The nearest ones on each way up; prototypes may form circles. */
function findSetters(state: GraphState, first: Token, name: string): NodeId[] {
  const found: NodeId[] = [];
  if (first.heap === undefined) return found;
  const seen = new Set([first]);
  // What is added while the set is gone through is visited, too.
  for (const { heap } of seen) {
    const setter = heap?.setters?.get(name);
    if (setter !== undefined) found.push(setter);
    else for (const id of heap?.prototypes ?? []) seen.add(state.tokens.get(id));
  }
  state.solver.countWork(seen.size);
  return found;
}
