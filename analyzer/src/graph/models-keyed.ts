/** Maps, sets and groups: what goes in under a key comes out under it. */

import { arrayToken, callBack, invoke, type CallSite } from './calls.js';
import { accessOf, iterateNode, keysNode } from './elements.js';
import type { Model } from './models.js';
import { elementsOf, mutate, newArray, on } from './models-arrays.js';
import { applyTo, objectToken } from './models-objects.js';
import { allProperties, propertyNode } from './properties.js';
import type { GraphState } from './state.js';
import type { TokenId } from './tokens.js';
import { constantToken, dataToken, primitiveToken, typeToken } from './values.js';

const mapSet: Model = (state, site) => {
  mutate(state, site);
  const [key, value] = site.args;
  if (site.receiver === undefined || value === undefined || key === undefined) return;
  const token = state.tokens.get(site.receiver);
  state.solver.edge(key, keysNode(state, token));
  state.solver.listen(key, (id) => {
    const found = state.tokens.get(id).value;
    const name = found.kind === 'constant' ? `k:${String(found.value)}` : '[]';
    state.solver.edge(value, propertyNode(state, token, name));
  });
  state.solver.add(site.to, site.receiver);
};

const has: Model = (state, site) => {
  if (site.receiver !== undefined) {
    const token = state.tokens.get(site.receiver);
    const isMap = token.value.kind === 'native-instance' && /Map$/.test(token.value.type);
    const held = isMap ? keysNode(state, token) : propertyNode(state, token, '[]');
    state.solver.taintEdge(held, site.to);
  }
  state.solver.add(site.to, primitiveToken(state, 'boolean'));
};

const mapGet: Model = (state, site) => {
  const [key] = site.args;
  if (site.receiver === undefined || key === undefined) return;
  const token = state.tokens.get(site.receiver);
  if (state.tokens.get(site.receiver).value.kind === 'primitive') state.solver.add(site.to, dataToken(state));
  state.solver.edge(propertyNode(state, token, '[]'), site.to);
  state.solver.add(site.to, constantToken(state, undefined));
  state.solver.listen(key, (id) => {
    const found = state.tokens.get(id).value;
    const sure = found.kind === 'constant';
    const from = sure ? propertyNode(state, token, `k:${String(found.value)}`) : allProperties(state, token);
    state.solver.edge(from, site.to);
  });
};

const mapEach: Model = (state, site) => {
  if (site.receiver === undefined) return;
  const token = state.tokens.get(site.receiver);
  const [callback] = site.args;
  if (callback === undefined) return;
  const map = state.solver.newNode();
  state.solver.add(map, site.receiver);
  const args = [allProperties(state, token), keysNode(state, token), map];
  applyTo(state, callBack(site, args, state.solver.newNode()), callback, site.args[1], args, undefined);
};

const setAdd: Model = (state, site) => {
  mutate(state, site);
  const [value] = site.args;
  if (site.receiver === undefined || value === undefined) return;
  state.solver.edge(value, propertyNode(state, state.tokens.get(site.receiver), '[]'));
  state.solver.add(site.to, site.receiver);
};

const remove: Model = (state, site) => {
  mutate(state, site);
  state.solver.add(site.to, primitiveToken(state, 'boolean'));
};

const mapKeys: Model = (state, site) => {
  if (site.receiver !== undefined) newArray(state, site, keysNode(state, state.tokens.get(site.receiver)));
};

/** The instance that is made where a class of the program extends the collection. */
function baseOf(state: GraphState, { receiver }: CallSite): TokenId | undefined {
  const isBase = receiver !== undefined && state.tokens.get(receiver).value.kind === 'instance';
  return isBase ? receiver : undefined;
}

/** `new Map(pairs)`, `new Set(items)`: a container of its own. */
function container(type: string): Model {
  return (state, site) => {
    const where = `${String(site.by.id)}.${String(site.at)}`;
    const made = baseOf(state, site) ?? typeToken(state, type, where, site.by.phase);
    state.solver.add(site.to, made);
    const token = state.tokens.get(made);
    const access = accessOf(site);
    const [from] = site.args;
    if (from === undefined || access === undefined) return;
    const items = state.solver.newNode();
    iterateNode(state, from, items, access);
    if (type === 'Set' || type === 'WeakSet') {
      state.solver.edge(items, propertyNode(state, token, '[]'));
      return;
    }
    state.solver.listen(items, (pair) => {
      addPair(state, site, token.id, pair);
    });
  };
}

function addPair(state: GraphState, site: CallSite, container: number, pair: number): void {
  const holder = state.tokens.get(pair);
  if (holder.value.kind !== 'array' && holder.value.kind !== 'native-instance') return;
  const token = state.tokens.get(container);
  const key = propertyNode(state, holder, '0');
  state.solver.edge(key, keysNode(state, token));
  const value = propertyNode(state, holder, '1');
  state.solver.listen(key, (id) => {
    const found = state.tokens.get(id).value;
    const name = found.kind === 'constant' ? `k:${String(found.value)}` : '[]';
    state.solver.edge(value, propertyNode(state, token, name));
  });
  void site;
}

const groupBy: Model = (state, site) => {
  const [items, callback] = site.args;
  const access = accessOf(site);
  const made = objectToken(state, site, 'groups');
  state.solver.add(site.to, made);
  if (items === undefined || access === undefined) return;
  const elements = state.solver.newNode();
  iterateNode(state, items, elements, access);
  const group = arrayToken(state, site, [elements], 'group');
  state.solver.add(propertyNode(state, state.tokens.get(made), '*'), group);
  if (callback === undefined) return;
  const { by, at, end } = site;
  state.solver.listen(callback, (fn) => {
    invoke(state, fn, { by, at, end, args: [elements], to: state.solver.newNode() });
  });
};

/** `Map.groupBy(items, keyOf)` */
const mapGroupBy: Model = (state, site) => {
  const groups = state.solver.newNode();
  groupBy(state, { ...site, to: groups });
  const made = typeToken(state, 'Map', `${String(site.by.id)}.${String(site.at)}`, site.by.phase);
  const values = propertyNode(state, state.tokens.get(made), '[]');
  state.solver.listen(groups, (id) => {
    state.solver.edge(propertyNode(state, state.tokens.get(id), '*'), values);
  });
  state.solver.add(keysNode(state, state.tokens.get(made)), dataToken(state));
  state.solver.add(site.to, made);
};

/** `a.union(b)` and its like: a set of elements of either. */
const combine: Model = (state, site) => {
  const made = typeToken(state, 'Set', `${String(site.by.id)}.${String(site.at)}`, site.by.phase);
  const elements = propertyNode(state, state.tokens.get(made), '[]');
  const access = accessOf(site);
  state.solver.edge(elementsOf(state, site), elements);
  const [other] = site.args;
  if (other !== undefined && access !== undefined) iterateNode(state, other, elements, access);
  state.solver.add(site.to, made);
};

export const keyedModels: readonly (readonly [string, Model])[] = [
  ['Object.groupBy', groupBy],
  ['Map.groupBy', mapGroupBy],
  ...on('Set', 'union intersection difference symmetricDifference', combine),
  ...on('Map WeakMap', 'set', mapSet),
  ...on('Map WeakMap', 'get', mapGet),
  ...on('Map WeakMap Set WeakSet', 'has', has),
  ...on('Map', 'forEach', mapEach),
  ...on('Map WeakMap Set WeakSet', 'delete clear', remove),
  ...on('Set WeakSet', 'add', setAdd),
  ...on('Map', 'keys', mapKeys),
  ['new Map', container('Map')],
  ['new WeakMap', container('WeakMap')],
  ['new Set', container('Set')],
  ['new WeakSet', container('WeakSet')],
];
