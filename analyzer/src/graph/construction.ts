/** Instances of classes: what makes them, base classes first, and who wants to know of them. */

import { linkArguments } from './arguments.js';
import type { ClassIr } from './ir.js';
import { addCallEdge, callFunction, instanceOf, noteUnresolved, type CallSite } from './calls.js';
import { contextOf } from './contexts.js';
import { callNative } from './natives.js';
import { addPrototype } from './properties.js';
import { nodeOf, type ClassWatch, type GraphState, type Instance, type Unit } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';

export function construct(state: GraphState, token: Token, site: CallSite): void {
  if (token.value.kind !== 'class') return;
  const key = `o${String(token.id)}@${String(site.by.id)}.${String(site.at)}`;
  const made = state.tokens.intern(key, site.by.phase, () => ({ kind: 'instance', of: token.id }));
  state.instantiated.add(token.id);
  const list = state.instancesOf.get(token.id) ?? [];
  if (!list.includes(made)) list.push(made);
  state.instancesOf.set(token.id, list);
  addPrototype(state, state.tokens.get(made), prototypeOf(state, token));
  initialise(state, token, { ...site, receiver: made, construct: false }, 0);
  state.solver.add(site.to, made);
}

/** Calls back with each instance of a class, and of those that extend it, that the program makes. */
export function onInstance(state: GraphState, cls: ClassIr, listener: (made: TokenId) => void): void {
  const watch = watchOf(state, cls);
  watch.listeners.push(listener);
  for (const made of watch.made) listener(made);
}

function watchOf(state: GraphState, cls: ClassIr): ClassWatch {
  let watch = state.watched.get(cls);
  if (watch === undefined) state.watched.set(cls, (watch = { made: new Set(), listeners: [] }));
  return watch;
}

function noteInstance(state: GraphState, cls: ClassIr, made: TokenId | undefined): void {
  if (made === undefined || state.tokens.get(made).value.kind !== 'instance') return;
  const watch = watchOf(state, cls);
  if (watch.made.has(made)) return;
  watch.made.add(made);
  for (const listener of watch.listeners) listener(made);
}

export function prototypeOf(state: GraphState, token: Token): TokenId {
  return state.tokens.intern(`proto${String(token.id)}`, token.phase, () => ({
    kind: 'prototype',
    of: token.id,
  }));
}

/** Runs what makes `site.receiver` an instance of a class: the bases, the fields, the constructor. */
export function initialise(state: GraphState, token: Token, site: CallSite, depth: number): void {
  if (token.value.kind !== 'class' || depth > 32) return;
  const { unit, cls, parent } = token.value;
  state.instantiated.add(token.id);
  noteInstance(state, cls, site.receiver);
  if (cls.fieldInit >= 0) callMember(state, unit, cls.fieldInit, parent, { ...site, args: [] });
  if (cls.ctor >= 0) {
    const { fn, base } = callMember(state, unit, cls.ctor, parent, site);
    if (fn.thisSlot >= 0) state.solver.taintEdge(base + fn.thisSlot, site.to);
    // What a constructor gives back takes the place of the object.
    if (fn.returnSlot >= 0) takeObjects(state, base + fn.returnSlot, site.to);
    return;
  }
  if (cls.baseSlot < 0) return;
  state.solver.listen(nodeOf(parent, cls.baseSlot), (base) => {
    superCall(state, base, site, depth + 1);
  });
}

function takeObjects(state: GraphState, from: NodeId, to: NodeId): void {
  state.solver.listen(from, (id) => {
    const { kind } = state.tokens.get(id).value;
    if (!['constant', 'primitive', 'data', 'unknown'].includes(kind)) state.solver.add(to, id);
  });
}

export function superCall(state: GraphState, base: TokenId, site: CallSite, depth = 0): void {
  const token = state.tokens.get(base);
  if (token.value.kind === 'class') initialise(state, token, site, depth);
  else if (token.value.kind === 'function') callFunction(state, token, { ...site, construct: false });
  else if (token.value.kind === 'native') {
    // What a base such as Date read of the host is in the object.
    const { thisSlot, kind } = site.by.fn;
    const own = state.solver.newNode();
    state.solver.taintEdge(own, site.to);
    if (kind === 'constructor' && thisSlot >= 0) state.solver.taintEdge(own, site.by.base + thisSlot);
    callNative(state, token, { ...site, construct: true, to: own });
  } else if (token.value.kind === 'unknown') noteUnresolved(state, site, token.value.reason);
}

function callMember(
  state: GraphState,
  unit: Unit,
  index: number,
  parent: Instance,
  site: CallSite,
): Instance {
  const fn = unit.ir.functions[index]!;
  const context = contextOf(state.copies, unit.ir, fn, site);
  const instance = instanceOf(state, unit, fn, parent, site.by.phase, context, site.by);
  addCallEdge(site.by, instance, site);
  linkArguments(state, instance, site);
  if (fn.thisSlot >= 0 && site.receiver !== undefined)
    state.solver.add(instance.base + fn.thisSlot, site.receiver);
  return instance;
}
