/**
 * Calls that are not told apart any more. Where a call has very many receivers, in code in which everything
 * flows to everything, each receiver would cost a look-up, and each function found there a list of arguments.
 * Beyond a bound, such calls of one method share the look-ups; and functions that are called where very many
 * are get what any such call gives.
 *
 * Invariants:
 * - W1 Whoever calls beside others calls all that it called alone, on the same receivers, with the same arguments:
 *   there may be more findings, never fewer.
 * - W2 Each receiver stays with the functions that are found on it, and with no others.
 */

import { linkArguments } from './arguments.js';
import { callOn, invoke, linkResult, type CallSite } from './calls.js';
import type { Access } from './properties.js';
import { joinAccess, sharedAccess, sharedMethod } from './shared-methods.js';
import type { GraphState, Instance } from './state.js';
import type { NodeId, Phase, TokenId } from './tokens.js';
import { constantToken } from './values.js';

/** Receivers of one call that are told apart. */
export const maxReceivers = 64;
/** Functions of one call that are told apart. A large project's `pipe` calls a hundred; were such calls one, all values would meet. */
export const maxCallees = 256;
/** Arguments that are told apart where all who call are one. */
const maxArguments = 8;

/** The calls of one method name, in one phase, that have very many receivers. */
export interface WideMethod {
  readonly access: Access;
  readonly seen: Set<TokenId>;
  /** Functions that some receiver has under the name. */
  readonly found: NodeId;
  /** The receivers of each function. */
  readonly selves: Map<TokenId, NodeId>;
  /** What does something of its own on each receiver: methods of the language. */
  readonly pairs: (readonly [method: TokenId, receiver: TokenId])[];
  readonly callers: ((method: TokenId, receiver: TokenId) => void)[];
}

/** All calls, in one phase, where very many functions are called. */
export interface WideCall {
  readonly args: readonly NodeId[];
  readonly result: NodeId;
  readonly linked: Set<number>;
}

/** Lets a call of a method take part; gives what takes in the receivers that are not told apart. */
export function joinMethod(
  state: GraphState,
  name: string,
  access: Access,
  site: CallSite,
  callee: NodeId,
): (receiver: TokenId) => void {
  const wide = wideMethod(state, name, access);
  if (wide.access.shared !== undefined) joinAccess(wide.access.shared, access);
  state.solver.edge(wide.found, callee);
  state.solver.listen(wide.found, (fn) => {
    invoke(state, fn, { ...callOn(site, undefined), receivers: wide.selves.get(fn) });
  });
  const caller = (method: TokenId, receiver: TokenId): void => {
    invoke(state, method, callOn(site, receiver));
  };
  wide.callers.push(caller);
  for (const [method, receiver] of wide.pairs) caller(method, receiver);
  return (receiver) => {
    receive(state, wide, name, receiver);
  };
}

function wideMethod(state: GraphState, name: string, { by, op, at, end }: Access): WideMethod {
  const key = `${by.phase} ${name}`;
  let wide = state.wideMethods.get(key);
  if (wide === undefined) {
    wide = {
      access: { by, op, at, end, callee: true, shared: sharedAccess() },
      seen: new Set(),
      found: state.solver.newNode(),
      selves: new Map(),
      pairs: [],
      callers: [],
    };
    state.wideMethods.set(key, wide);
  }
  return wide;
}

const oneOfAKind = new Set(['method', 'native', 'native-instance', 'proxy', 'typed-method', 'data-method']);

function receive(state: GraphState, wide: WideMethod, name: string, receiver: TokenId): void {
  if (wide.seen.has(receiver)) return;
  wide.seen.add(receiver);
  state.solver.listen(sharedMethod(state, receiver, name, wide.access), (fn) => {
    if (oneOfAKind.has(state.tokens.get(fn).value.kind)) {
      wide.pairs.push([fn, receiver]);
      state.solver.countWork(wide.callers.length);
      // Who joins meanwhile goes through the pairs itself.
      for (const caller of [...wide.callers]) caller(fn, receiver);
      return;
    }
    let selves = wide.selves.get(fn);
    if (selves === undefined) wide.selves.set(fn, (selves = state.solver.newNode()));
    state.solver.add(selves, receiver);
    state.solver.add(wide.found, fn);
  });
}

/** Has a function been called where so many are that its arguments are not told apart? Counts it. */
export function isWide({ shared, args, construct }: CallSite, instance: number): boolean {
  if (shared?.args !== args || construct === true) return false;
  if (shared.isWide) return true;
  shared.callees ??= new Set();
  shared.callees.add(instance);
  shared.isWide = shared.callees.size > maxCallees;
  return shared.isWide;
}

/** Links a function to all the calls that call very many, and the call to all functions so called. */
export function linkWide(state: GraphState, instance: Instance, site: CallSite): void {
  const wide = wideCall(state, instance.phase);
  if (site.shared?.isJoined === false) {
    site.shared.isJoined = true;
    giveArguments(state, wide, site);
    state.solver.edge(wide.result, site.to);
  }
  if (wide.linked.has(instance.id)) return;
  wide.linked.add(instance.id);
  const { by, at, end } = site;
  linkArguments(state, instance, { by, at, end, args: wide.args, to: wide.result });
  linkResult(state, instance, wide.result);
}

function giveArguments(state: GraphState, { args }: WideCall, site: CallSite): void {
  const spreadFrom = site.spreadFrom ?? Infinity;
  args.forEach((to, index) => {
    if (index < spreadFrom && index >= site.args.length)
      state.solver.add(to, constantToken(state, undefined));
    else if (index < spreadFrom && index < args.length - 1) state.solver.edge(site.args[index]!, to);
    else for (const arg of site.args.slice(Math.min(index, spreadFrom))) state.solver.edge(arg, to);
  });
}

function wideCall(state: GraphState, phase: Phase): WideCall {
  let wide = state.wideCalls.get(phase);
  if (wide === undefined) {
    const args = Array.from({ length: maxArguments }, () => state.solver.newNode());
    wide = { args, result: state.solver.newNode(), linked: new Set() };
    state.wideCalls.set(phase, wide);
  }
  return wide;
}
