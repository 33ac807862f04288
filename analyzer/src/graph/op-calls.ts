/** Calls: arguments, receivers, and what is looked up on them. */

import { callOn, invoke, type CallSite } from './calls.js';
import { superCall } from './construction.js';
import { iterateNode } from './elements.js';
import type { CallOp, Op } from './ir.js';
import { isMethodCall, readElementOf } from './op-access.js';
import { accessAt } from './op-iteration.js';
import { sharedCall } from './shared-calls.js';
import { hasSharedMethods, methodOf } from './shared-methods.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { joinMethod, maxReceivers } from './wide-calls.js';

export function walkCall(state: GraphState, instance: Instance, op: CallOp): void {
  const to =
    op.kind === 'decorator' ? functionsOnly(state, nodeOf(instance, op.to)) : nodeOf(instance, op.to);
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
    spreadFrom: spread >= 0 ? spread : undefined,
    receiver: undefined,
    receivers: undefined,
    receiverNode: undefined,
    to,
    op,
    construct: op.kind === 'new',
    shared: sharedCall(args, to),
    rebinds: undefined,
    variant: undefined,
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
        superCall(state, token, callOn(site, self));
      });
    } else if (receiver !== undefined) {
      state.solver.listen(receiver, (self) => {
        invoke(state, token, callOn(site, self));
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
  const access = accessAt(instance, get ?? op, true);
  let receivers = 0;
  let takeIn: ((token: TokenId) => void) | undefined;
  state.solver.listen(receiver, (token) => {
    let found;
    if (get?.type === 'get') {
      if (hasSharedMethods(state.tokens.get(token))) receivers += 1;
      if (receivers > maxReceivers && hasSharedMethods(state.tokens.get(token))) {
        takeIn ??= joinMethod(state, get.name, access, callOn(site, undefined, receiver), callee);
        takeIn(token);
        return;
      }
      found = methodOf(state, token, get.name, access);
    } else {
      found = state.solver.newNode();
      if (get !== undefined) readElementOf(state, token, nodeOf(instance, get.key), found, access);
    }
    state.solver.edge(found, callee);
    // `process.argv.includes('--fast')`: what is looked into is read by the call.
    const { value } = state.tokens.get(token);
    if (value.kind === 'native' && value.shape.holds !== undefined) state.solver.taintEdge(found, site.to);
    const on = callOn(site, token, receiver);
    state.solver.listen(found, (fn) => {
      invoke(state, fn, on);
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
