/**
 * Methods of one object, looked up once for all who call them. A look-up that every call made for itself cost
 * as many nodes as there are calls times receivers, each with a copy of all that was found.
 *
 * Invariants:
 * - M1 What a look-up does on behalf of who asks (calling a getter, recording a read) is done for each of them.
 */

import { readProperty, type Access } from './properties.js';
import type { GraphState } from './state.js';
import type { NodeId, Phase, Token, TokenId } from './tokens.js';

/** Who else asks for the same, and what is to be done for each. */
export interface SharedAccess {
  readonly others: Access[];
  readonly actions: ((access: Access) => void)[];
}

export interface SharedMethod extends SharedAccess {
  readonly found: NodeId;
}

export function sharedAccess(): SharedAccess {
  return { others: [], actions: [] };
}

/** Does something for everybody who asks by this access, those that come later among them. */
export function forEachAsking(access: Access, action: (access: Access) => void): void {
  action(access);
  if (access.shared === undefined) return;
  access.shared.actions.push(action);
  for (const other of access.shared.others) forEachAsking(other, action);
}

export function joinAccess({ others, actions }: SharedAccess, access: Access): void {
  others.push(access);
  for (const action of actions) forEachAsking(access, action);
}

const shareable = new Set(['object', 'instance', 'array', 'function', 'class', 'prototype']);

/** Objects of the program, of which all that a look-up gives is known to the graph. */
export function hasSharedMethods({ value }: Token): boolean {
  return shareable.has(value.kind);
}

const phases: readonly Phase[] = ['load', 'run', 'step'];

/** The node that holds what a method may be. */
export function methodOf(state: GraphState, receiver: TokenId, name: string, access: Access): NodeId {
  if (hasSharedMethods(state.tokens.get(receiver))) return sharedMethod(state, receiver, name, access);
  const found = state.solver.newNode();
  readProperty(state, receiver, name, found, { ...access, callee: true });
  return found;
}

export function sharedMethod(state: GraphState, receiver: TokenId, name: string, access: Access): NodeId {
  let methods = state.sharedMethods.get(name);
  if (methods === undefined) state.sharedMethods.set(name, (methods = new Map()));
  const key = receiver * phases.length + phases.indexOf(access.by.phase);
  const known = methods.get(key);
  if (known !== undefined) {
    joinAccess(known, access);
    return known.found;
  }
  const made: SharedMethod = { found: state.solver.newNode(), others: [], actions: [] };
  methods.set(key, made);
  // Who asks for others asks for them, too.
  if (access.shared !== undefined) made.others.push(access);
  readProperty(state, receiver, name, made.found, { ...access, callee: true, shared: made });
  return made.found;
}
