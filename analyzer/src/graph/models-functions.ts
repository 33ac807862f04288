/** Functions as values, promises, iterators. */

import { arrayToken, invoke, type CallSite } from './calls.js';
import { accessOf, iterateNode, iterateToken } from './elements.js';
import type { Model } from './models.js';
import { elementsOf, mutate } from './models-arrays.js';
import { applyTo, objectToken, withList } from './models-objects.js';
import { propertyNode } from './properties.js';
import type { GraphState } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { rejectWith, rejections } from './thrown.js';
import { constantToken, primitiveToken, settledToken, symbolToken, typeToken } from './values.js';

/** The function on which `call`, `apply` or `bind` is called. */
function receiverNode(state: GraphState, site: CallSite): NodeId {
  const node = state.solver.newNode();
  if (site.receiver !== undefined) state.solver.add(node, site.receiver);
  return node;
}

const call: Model = (state, site) => {
  const [self, ...args] = site.args;
  const spread = site.spreadFrom === undefined ? undefined : Math.max(0, site.spreadFrom - 1);
  applyTo(state, site, receiverNode(state, site), self, args, spread);
};

const apply: Model = (state, site) => {
  const [self, list] = site.args;
  withList(state, site, list, (args, spreadFrom) => {
    applyTo(state, site, receiverNode(state, site), self, args, spreadFrom);
  });
};

const bind: Model = (state, site) => {
  const [self, ...args] = site.args;
  const target = site.receiver;
  if (target === undefined) return;
  const receiver = self ?? state.solver.newNode();
  // `f = f.bind(…)` in a loop would be bound for ever.
  if (bindDepth(state, target) >= maxBindDepth) {
    state.solver.add(site.to, target);
    return;
  }
  const key = `b${String(target)}@${String(site.by.id)}.${String(site.at)}`;
  const token = state.tokens.intern(key, site.by.phase, () => ({ kind: 'bound', target, receiver, args }));
  state.solver.add(site.to, token);
};

const maxBindDepth = 3;

function bindDepth(state: GraphState, id: TokenId): number {
  const { value } = state.tokens.get(id);
  return value.kind === 'bound' ? 1 + bindDepth(state, value.target) : 0;
}

/** A promise is what it resolves to; `then` calls back with that. */
const then: Model = (state, site) => {
  const value = receiverNode(state, site);
  const [fulfilled, rejected] = site.args;
  if (fulfilled !== undefined) {
    const settled = state.solver.newNode();
    state.solver.taintEdge(valueOf(site, value), settled);
    state.solver.listen(valueOf(site, value), (token) => {
      state.solver.add(settled, settledToken(state, token));
    });
    callBack(state, site, fulfilled, [settled]);
  }
  if (rejected !== undefined) callBack(state, site, rejected, [errorNode(state)]);
  state.solver.add(site.to, typeToken(state, 'Promise', 'then', 'run'));
};

const catchModel: Model = (state, site) => {
  const [rejected] = site.args;
  state.solver.edge(valueOf(site, receiverNode(state, site)), site.to);
  if (rejected !== undefined) callBack(state, site, rejected, [errorNode(state)]);
};

const finallyModel: Model = (state, site) => {
  const [settled] = site.args;
  state.solver.edge(valueOf(site, receiverNode(state, site)), site.to);
  if (settled !== undefined) {
    const { by, at, end } = site;
    state.solver.listen(settled, (fn) => {
      invoke(state, fn, { by, at, end, args: [], to: state.solver.newNode() });
    });
  }
};

/** All that the promise may resolve to: the whole receiver, not the one token that was dispatched on. */
function valueOf(site: CallSite, single: NodeId): NodeId {
  return site.receiverNode ?? single;
}

function errorNode(state: GraphState): NodeId {
  const node = state.solver.newNode();
  state.solver.add(node, typeToken(state, 'Error', 'caught', 'run'));
  state.solver.add(node, primitiveToken(state, 'data'));
  state.solver.edge(rejections(state), node);
  return node;
}

function callBack(state: GraphState, site: CallSite, callback: NodeId, args: readonly NodeId[]): void {
  const { by, at, end, to } = site;
  state.solver.listen(callback, (fn) => {
    invoke(state, fn, { by, at, end, args, to });
  });
}

function rejecterToken(state: GraphState): TokenId {
  return state.tokens.intern('rejecter', 'load', () => ({ kind: 'rejecter' }));
}

const newPromise: Model = (state, site) => {
  const [executor] = site.args;
  state.solver.add(site.to, typeToken(state, 'Promise', 'new', 'run'));
  if (executor === undefined) return;
  const resolve = state.solver.newNode();
  const key = `v${String(site.by.id)}.${String(site.at)}`;
  state.solver.add(
    resolve,
    state.tokens.intern(key, site.by.phase, () => ({ kind: 'resolver', to: site.to })),
  );
  const reject = state.solver.newNode();
  state.solver.add(reject, rejecterToken(state));
  const { by, at, end } = site;
  state.solver.listen(executor, (fn) => {
    invoke(state, fn, { by, at, end, args: [resolve, reject], to: state.solver.newNode() });
  });
};

/** `Promise.all` gives an array by position where it was given one. */
const all: Model = (state, site) => {
  const [from] = site.args;
  const access = accessOf(site);
  state.solver.add(site.to, typeToken(state, 'Promise', 'all', 'run'));
  if (from === undefined || access === undefined) return;
  state.solver.listen(from, (id) => {
    const { kind } = state.tokens.get(id).value;
    if (kind === 'array' || kind === 'data') {
      state.solver.add(site.to, id);
      return;
    }
    const list = arrayToken(state, site, [], 'all');
    iterateToken(state, id, propertyNode(state, state.tokens.get(list), '[]'), access);
    state.solver.add(site.to, list);
  });
};

const race: Model = (state, site) => {
  const [from] = site.args;
  const access = accessOf(site);
  state.solver.add(site.to, typeToken(state, 'Promise', 'race', 'run'));
  if (from !== undefined && access !== undefined) iterateNode(state, from, site.to, access);
};

const allSettled: Model = (state, site) => {
  const [from] = site.args;
  const access = accessOf(site);
  const outcome = objectToken(state, site, 'settled');
  const list = arrayToken(state, site, [], 'allSettled');
  state.solver.add(propertyNode(state, state.tokens.get(list), '[]'), outcome);
  state.solver.add(site.to, list);
  state.solver.add(site.to, typeToken(state, 'Promise', 'all', 'run'));
  if (from === undefined || access === undefined) return;
  iterateNode(state, from, propertyNode(state, state.tokens.get(outcome), 'value'), access);
  state.solver.edge(errorNode(state), propertyNode(state, state.tokens.get(outcome), 'reason'));
};

const withResolvers: Model = (state, site) => {
  const made = state.tokens.get(objectToken(state, site, 'resolvers'));
  const promise = propertyNode(state, made, 'promise');
  state.solver.add(promise, typeToken(state, 'Promise', 'new', 'run'));
  const key = `w${String(site.by.id)}.${String(site.at)}`;
  const resolver = state.tokens.intern(key, site.by.phase, () => ({ kind: 'resolver', to: promise }));
  state.solver.add(propertyNode(state, made, 'resolve'), resolver);
  state.solver.add(propertyNode(state, made, 'reject'), rejecterToken(state));
  state.solver.add(site.to, made.id);
};

/** The promise has no value; what it rejects with is what handlers are given. */
const promiseReject: Model = (state, site) => {
  state.solver.add(site.to, typeToken(state, 'Promise', 'reject', 'run'));
  if (site.args[0] !== undefined) rejectWith(state, site.by, site.at, site.args[0]);
};

const promiseTry: Model = (state, site) => {
  const [fn, ...args] = site.args;
  if (fn !== undefined) callBack(state, site, fn, args);
};

/** `next()` of an iterator: an object that holds the element. */
const next: Model = (state, site) => {
  const made = state.tokens.get(objectToken(state, site, 'next'));
  state.solver.edge(elementsOf(state, site), propertyNode(state, made, 'value'));
  if (site.receiver !== undefined) {
    const { value } = state.tokens.get(site.receiver);
    if (value.kind === 'generator') {
      // It keeps its place: those who share it take from one another.
      mutate(state, site);
      const { base, fn } = value.instance;
      state.solver.edge(base + fn.returnSlot, propertyNode(state, made, 'value'));
      if (site.args[0] !== undefined) state.solver.edge(site.args[0], base + fn.nextSlot);
    }
  }
  state.solver.add(propertyNode(state, made, 'done'), primitiveToken(state, 'boolean'));
  state.solver.add(site.to, made.id);
};

/** `storage.run(store, callback)`: what `getStore` gives wherever it is called meanwhile. */
const runWithStore: Model = (state, site) => {
  const [store, callback, ...args] = site.args;
  if (store !== undefined && site.receiver !== undefined)
    state.solver.edge(store, propertyNode(state, state.tokens.get(site.receiver), '$store'));
  if (callback !== undefined) callBack(state, site, callback, args);
};

const getStore: Model = (state, site) => {
  if (site.receiver === undefined) return;
  state.solver.edge(propertyNode(state, state.tokens.get(site.receiver), '$store'), site.to);
  state.solver.add(site.to, constantToken(state, undefined));
};

const self: Model = (state, site) => {
  if (site.receiver !== undefined) state.solver.add(site.to, site.receiver);
};

/** `text.replace(pattern, fn)`: the function gives the replacement. */
const replace: Model = (state, site) => {
  state.solver.add(site.to, primitiveToken(state, 'string'));
  const [, callback] = site.args;
  if (callback === undefined) return;
  const match = state.solver.newNode();
  state.solver.add(match, primitiveToken(state, 'string'));
  const result = state.solver.newNode();
  const { by, at, end } = site;
  state.solver.listen(callback, (fn) => {
    const { kind } = state.tokens.get(fn).value;
    if (kind === 'function' || kind === 'bound')
      invoke(state, fn, { by, at, end, args: [match, match, match], to: result });
  });
  state.solver.taintEdge(result, site.to);
};

/** Symbols are told apart by where they are made. */
const symbol: Model = (state, { by, at, to }) => {
  state.solver.add(to, symbolToken(state, `Symbol(${String(by.unit.id)}.${String(at)})`));
};

const symbolFor: Model = (state, { args: [key], to }) => {
  if (key === undefined) return;
  state.solver.listen(key, (id) => {
    const { value } = state.tokens.get(id);
    const isKnown = value.kind === 'constant';
    state.solver.add(
      to,
      isKnown ? symbolToken(state, `Symbol.for(${String(value.value)})`) : primitiveToken(state, 'symbol'),
    );
  });
};

export const functionModels: readonly (readonly [string, Model])[] = [
  ['Symbol', symbol],
  ['Symbol.for', symbolFor],
  ['Function#call', call],
  ['Function#apply', apply],
  ['Function#bind', bind],
  ['Promise#then', then],
  ['Promise#catch', catchModel],
  ['Promise#finally', finallyModel],
  ['new Promise', newPromise],
  ['Promise.reject', promiseReject],
  ['Promise.all', all],
  ['Promise.race', race],
  ['Promise.any', race],
  ['Promise.allSettled', allSettled],
  ['Promise.withResolvers', withResolvers],
  ['Promise.try', promiseTry],
  ['AsyncLocalStorage#run', runWithStore],
  ['AsyncLocalStorage#enterWith', runWithStore],
  ['AsyncLocalStorage#getStore', getStore],
  ['Iterator#next', next],
  ['Iterator#Symbol.iterator', self],
  ['string#replace', replace],
  ['string#replaceAll', replace],
];
