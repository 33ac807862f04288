/** Calls: what a callee token does with arguments, receiver and result. */

import { linkArguments } from './arguments.js';
import type { CallOp, FunctionIr } from './ir.js';
import { construct } from './construction.js';
import { contextOf } from './contexts.js';
import { addPrototype, functionPrototype, propertyNode, readProperty } from './properties.js';
import { callDataMethod } from './data-methods.js';
import { callNative, callTypeInstance } from './natives.js';
import { hasTrap, isFirstAsked } from './proxies.js';
import { isDeepInStep } from './replayed.js';
import { isSafeFunction } from './safe.js';
import { isFirstHere, type SharedCall } from './shared-calls.js';
import type { GraphState, Instance, Unit } from './state.js';
import { type NodeId, type Phase, type Token, type TokenId } from './tokens.js';
import { rejectWith } from './thrown.js';
import { dataToken, typeToken } from './values.js';
import { isWide, linkWide } from './wide-calls.js';

export interface CallSite {
  readonly by: Instance;
  readonly at: number;
  readonly end: number;
  readonly args: readonly NodeId[];
  /** From this argument on positions are not known (a spread); absent when all are. */
  readonly spreadFrom?: number | undefined;
  readonly receiver?: TokenId | undefined;
  /** Its receivers, where they are not told apart (`wide-calls.ts`). */
  readonly receivers?: NodeId | undefined;
  /** Everything that the receiver may be, for taint. */
  readonly receiverNode?: NodeId | undefined;
  readonly to: NodeId;
  readonly op?: CallOp | undefined;
  readonly construct?: boolean | undefined;
  readonly shared?: SharedCall | undefined;
  /** The receiver was given by `call`, `apply` or `bind`: it takes the place of the one a method was read from. */
  readonly rebinds?: boolean | undefined;
  /** The function has an instance of its own for this. */
  readonly variant?: string | undefined;
}

/** The call on one receiver. Written out, as there are very many: copying an object of any shape takes longer. */
export function callOn(
  site: CallSite,
  receiver: TokenId | undefined,
  receiverNode: NodeId | undefined = site.receiverNode,
): CallSite {
  if (site.receiver === receiver && site.receiverNode === receiverNode) return site;
  return {
    by: site.by,
    at: site.at,
    end: site.end,
    args: site.args,
    spreadFrom: site.spreadFrom,
    receiver,
    receivers: undefined,
    receiverNode,
    to: site.to,
    op: site.op,
    construct: site.construct,
    shared: site.shared,
    rebinds: site.rebinds,
    variant: site.variant,
  };
}

/** The call of a callback, by what was called with it. */
export function callBack(
  { by, at, end }: { readonly by: Instance; readonly at: number; readonly end: number },
  args: readonly NodeId[],
  to: NodeId,
  receiver?: TokenId,
): CallSite {
  return {
    by,
    at,
    end,
    args,
    spreadFrom: undefined,
    receiver,
    receivers: undefined,
    receiverNode: undefined,
    to,
    op: undefined,
    construct: undefined,
    shared: undefined,
    rebinds: undefined,
    variant: undefined,
  };
}

/** Calls (or constructs) one token. Gives whether it is known what happens. */
export function invoke(state: GraphState, callee: TokenId, site: CallSite): boolean {
  const token = state.tokens.get(callee);
  const value = token.value;
  switch (value.kind) {
    case 'function':
      callFunction(state, token, site);
      return true;
    case 'class':
      if (site.construct === true) construct(state, token, site);
      return true;
    case 'native':
    case 'method':
      return callNative(state, token, site);
    case 'native-instance':
      return callTypeInstance(state, token, site);
    case 'bound':
      if (isFirstHere(site, callee)) invokeBound(state, value, site);
      return true;
    case 'resolver':
      if (site.args[0] !== undefined) state.solver.edge(site.args[0], value.to);
      return true;
    case 'rejecter':
      if (site.args[0] !== undefined) rejectWith(state, site.by, site.at, site.args[0]);
      return true;
    case 'proxy':
      if (isFirstAsked(token, `call ${String(site.by.id)} ${String(site.at)} ${String(site.to)}`))
        invokeProxy(state, value, site);
      return true;
    case 'data-method':
      return !isFirstHere(site, callee) || callDataMethod(state, value.name, site, value.vetted);
    case 'typed-method':
      state.pendingDispatch.push({ typed: callee, site });
      return true;
    case 'unknown':
    case 'data':
    case 'typed':
      if (isFirstHere(site, callee)) callUnknown(state, token, site);
      return true;
    default:
      return false;
  }
}

/** The function of the program that calling a token runs: its own, or the one that was bound. */
export function functionBehind(
  state: GraphState,
  id: TokenId,
): (Token['value'] & { kind: 'function' }) | undefined {
  const { value } = state.tokens.get(id);
  if (value.kind === 'bound') return functionBehind(state, value.target);
  return value.kind === 'function' ? value : undefined;
}

function invokeBound(
  state: GraphState,
  value: { target: TokenId; receiver: NodeId; args: readonly NodeId[] },
  site: CallSite,
): void {
  invokeOn(state, value.target, value.receiver, { ...site, args: [...value.args, ...site.args] });
}

/**
 * Calls a token on what `call`, `apply` or `bind` gives it. What a method was read from matters no more
 * (`Array.prototype.push.apply(list, more)`), but where nothing is given.
 */
export function invokeOn(state: GraphState, callee: TokenId, receiver: NodeId, site: CallSite): void {
  const activate = (): void => {
    invoke(state, callee, { ...site, receiver: undefined, receivers: undefined });
  };
  if (state.tokens.get(callee).value.kind === 'method') state.pendingGuards.push({ on: receiver, activate });
  else activate();
  state.solver.listen(receiver, (self) => {
    invoke(state, callee, { ...site, receiver: self, rebinds: true });
  });
}

function invokeProxy(state: GraphState, value: { target: NodeId; handler: NodeId }, site: CallSite): void {
  if (!hasTrap(state, value.handler, site.construct === true ? 'construct' : 'apply')) {
    state.solver.listen(value.target, (target) => {
      invoke(state, target, site);
    });
  }
  state.solver.listen(value.handler, (handler) => {
    const trap = state.solver.newNode();
    const op = site.op ?? site.by.fn.ops[0];
    if (op === undefined) return;
    const access = { by: site.by, op, at: site.at, end: site.end, callee: false };
    readProperty(state, handler, site.construct === true ? 'construct' : 'apply', trap, access);
    state.solver.listen(trap, (fn) => {
      const list = arrayOf(state, site, site.args, 'proxy');
      const self = state.solver.newNode();
      invoke(state, fn, { ...site, args: [value.target, self, list], receiver: handler, construct: false });
    });
  });
}

/** A new array that holds these nodes, by position. */
export function arrayOf(state: GraphState, site: CallSite, items: readonly NodeId[], what: string): NodeId {
  const node = state.solver.newNode();
  state.solver.add(node, arrayToken(state, site, items, what));
  return node;
}

export function arrayToken(
  state: GraphState,
  site: CallSite,
  items: readonly NodeId[],
  what: string,
  derived = false,
): TokenId {
  const { unit, id, phase } = site.by;
  const key = `a${String(unit.id)}.${String(id)}.${String(site.at)}.${what}`;
  const token = state.tokens.intern(key, phase, () => ({
    kind: 'array',
    unit,
    at: site.at,
    end: site.end,
    derived,
  }));
  items.forEach((item, index) => {
    state.solver.edge(item, propertyNode(state, state.tokens.get(token), String(index)));
  });
  return token;
}

/** Something that we cannot look into: it may call what it is given, and gives back anything. */
export function callUnknown(state: GraphState, token: Token, site: CallSite): void {
  const isVetted = token.value.kind === 'data' && token.value.vetted;
  const reason = token.value.kind === 'unknown' ? token.value.reason : 'a value of unknown type is called';
  if (!isVetted) noteUnresolved(state, site, reason);
  const data = state.solver.newNode();
  state.solver.add(data, dataToken(state));
  for (const arg of site.args) {
    state.solver.taintEdge(arg, site.to);
    state.solver.listen(arg, (fn) => {
      const { value } = state.tokens.get(fn);
      if (value.kind !== 'function') return;
      // What wraps a function mostly gives one that does the same (`makeIdempotent(handler)`).
      state.solver.add(site.to, fn);
      const to = value.fn.generator ? iterated(state, site.to) : site.to;
      invoke(state, fn, { ...site, args: [data, data, data], receiver: undefined, to, construct: false });
    });
  }
  state.solver.add(site.to, dataToken(state, true, isVetted));
}

/** A node from which generators flow to another, and are run. */
function iterated(state: GraphState, to: NodeId): NodeId {
  const from = state.solver.newNode();
  state.solver.edge(from, to);
  state.solver.listen(from, (id) => {
    const { value } = state.tokens.get(id);
    if (value.kind === 'generator') wake(state, value.instance);
  });
  return from;
}

export function noteUnresolved(
  state: GraphState,
  site: { by: Instance; at: number; end: number },
  reason: string,
  phase = site.by.phase,
): void {
  if (phase === 'step') return;
  const { unit } = site.by;
  const key = `${String(unit.id)}:${String(site.at)}:${phase}`;
  if (state.unresolved.has(key)) return;
  state.unresolved.set(key, { unit, at: site.at, end: site.end, reason, phase });
}

/** Is it a function of the replayed code, or a method of an object of it? */
function isOfExecution(state: GraphState, parent: Instance, { receiver }: CallSite): boolean {
  return parent.phase === 'run' || (receiver !== undefined && state.tokens.get(receiver).phase === 'run');
}

export function callFunction(state: GraphState, token: Token, site: CallSite): void {
  if (token.value.kind !== 'function') return;
  const { unit, fn, parent } = token.value;
  if (site.by.phase === 'step') {
    if (unit.ir.kind === 'package' || (isDeepInStep(site.by) && !isOfExecution(state, parent, site))) {
      callUnknown(state, token, site);
      return;
    }
  } else if (isSafeFunction(state, unit, fn)) {
    state.solver.add(site.to, dataToken(state));
    state.safeCalls.push({ token: token.id, site });
    if (site.op !== undefined) {
      const role = { type: 'safe-zone' } as const;
      const path = fn.name;
      state.roleCalls.push({ instance: site.by, op: site.op, path, role, args: site.args, to: site.to });
    }
    return;
  }
  const context = site.shared?.isWide === true ? '' : contextOf(state.copies, unit.ir, fn, site);
  const instance = instanceOf(state, unit, fn, parent, site.by.phase, context, site.by);
  addCallEdge(site.by, instance, site);
  linkThis(state, instance, site);
  if (isWide(site, instance.id)) {
    linkWide(state, instance, site);
    return;
  }
  linkArguments(state, instance, site);
  if (site.construct === true) {
    const made = state.tokens.intern(
      `o${String(token.id)}@${String(site.by.id)}.${String(site.at)}`,
      site.by.phase,
      () => ({ kind: 'instance', of: token.id }),
    );
    state.solver.add(instance.base + instance.fn.thisSlot, made);
    functionPrototype(state, token);
    const prototype = propertyNode(state, token, 'prototype');
    state.solver.listen(prototype, (found) => {
      addPrototype(state, state.tokens.get(made), found);
    });
    state.solver.add(site.to, made);
  }
  linkResult(state, instance, site.to);
  // What is called by code that is not seen is iterated there.
  if (fn.generator && site.op === undefined) wake(state, instance);
}

function linkThis(state: GraphState, { fn, base }: Instance, { receiver, receivers }: CallSite): void {
  if (fn.thisSlot < 0) return;
  if (receiver !== undefined) state.solver.add(base + fn.thisSlot, receiver);
  else if (receivers !== undefined) state.solver.edge(receivers, base + fn.thisSlot);
}

/** Notes a call from a place; gives whether it is the first of its kind. */
export function isNewCall(from: Instance, to: Instance, at: number): boolean {
  from.callKeys ??= new Map();
  const known = from.callKeys.get(at);
  if (known === undefined) from.callKeys.set(at, to.id);
  else if (typeof known === 'number') {
    if (known === to.id) return false;
    from.callKeys.set(at, new Set([known, to.id]));
  } else {
    if (known.has(to.id)) return false;
    known.add(to.id);
  }
  return true;
}

export function addCallEdge(from: Instance, to: Instance, span: { at: number; end: number }): void {
  if (!isNewCall(from, to, span.at)) return;
  from.calls.push({ to, at: span.at, end: span.end });
}

/** Runs the body of a generator. */
export function wake(state: GraphState, instance: Instance): void {
  if (state.idle.delete(instance)) state.starts.push(instance);
}

export function linkResult(state: GraphState, instance: Instance, to: NodeId): void {
  const { fn, base } = instance;
  if (fn.generator) {
    const token = state.tokens.intern(`g${String(instance.id)}`, instance.phase, () => ({
      kind: 'generator',
      instance,
    }));
    state.solver.add(to, token);
    return;
  }
  state.solver.edge(base + fn.returnSlot, to);
  if (fn.async) state.solver.add(to, typeToken(state, 'Promise', 'async', 'load'));
}

const phases: readonly Phase[] = ['load', 'run', 'step'];

/** The instance of a function, made and put in line to be walked when it is new; a context has its own. */
export function instanceOf(
  state: GraphState,
  unit: Unit,
  fn: FunctionIr,
  parent: Instance | undefined,
  phase: Phase,
  context = '',
  calledBy?: Instance,
): Instance {
  const plain = ((parent?.id ?? -1) + 1) * 3 + phases.indexOf(phase);
  const key = context === '' ? plain : `${String(plain)}${context}`;
  let instances = state.instanceKeys.get(fn);
  if (instances === undefined) state.instanceKeys.set(fn, (instances = new Map()));
  const known = instances.get(key);
  if (known !== undefined) return known;
  const instance: Instance = {
    id: state.instances.length,
    unit,
    fn,
    phase,
    parent,
    calledBy: context === '' ? undefined : calledBy,
    base: state.solver.newNodes(fn.slotCount),
    calls: [],
    callKeys: undefined,
    views: undefined,
    depth: phase === 'step' ? (calledBy?.depth ?? 0) + 1 : 0,
    started: false,
  };
  state.instances.push(instance);
  instances.set(key, instance);
  if (fn.generator) state.idle.add(instance);
  else state.starts.push(instance);
  return instance;
}
