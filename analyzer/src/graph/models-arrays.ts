/** Arrays, maps, sets: what goes in comes out, and callbacks are given it. */

import { arrayToken, callBack, invoke, type CallSite } from './calls.js';
import { accessOf, iterateNode, iterateToken, pairToken } from './elements.js';
import type { Model } from './models.js';
import { applyTo } from './models-objects.js';
import { callWithEntries } from './models-entries.js';
import { orderName } from './names.js';
import { addOrder, allProperties, propertyNode } from './properties.js';
import type { GraphState } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';
import { constantToken, primitiveToken } from './values.js';

/** Everything that the receiver holds. */
export function elementsOf(state: GraphState, site: CallSite): NodeId {
  const node = state.solver.newNode();
  const access = accessOf(site);
  if (site.receiver === undefined || access === undefined) return node;
  if (site.receiverNode !== undefined) state.solver.taintEdge(site.receiverNode, node);
  const value = state.tokens.get(site.receiver).value;
  if (value.kind === 'native-instance' && (value.type === 'Map' || value.type === 'WeakMap')) {
    state.solver.edge(allProperties(state, state.tokens.get(site.receiver)), node);
  } else {
    iterateToken(state, site.receiver, node, access);
  }
  return node;
}

/** Arrays that one call may make, told apart by what they were made from. */
const maxArraysOfCall = 3;

/**
 * The array that a call makes, told apart by the array it was made from; those made from such arrays
 * are one for each call, or a loop that feeds its result back would make ever more of them. Where many
 * meet, in a function that everybody calls, whoever called gets all of them anyway: they are one, too.
 */
export function newArray(state: GraphState, site: CallSite, elements: NodeId): Token {
  const from = site.receiver === undefined ? undefined : state.tokens.get(site.receiver).value;
  let isDerived = from?.kind === 'array' && from.derived === true;
  if (!isDerived && site.receiver !== undefined) {
    const key = `${String(site.by.id)}.${String(site.at)}`;
    const receivers = state.receiversOfCalls.get(key);
    if (receivers === undefined) state.receiversOfCalls.set(key, [site.receiver]);
    else if (!receivers.includes(site.receiver)) {
      if (receivers.length < maxArraysOfCall) receivers.push(site.receiver);
      else isDerived = true;
    }
  }
  const token = arrayToken(
    state,
    site,
    [],
    isDerived ? 'derived' : `new${String(site.receiver ?? '')}`,
    true,
  );
  const made = state.tokens.get(token);
  state.solver.edge(elements, propertyNode(state, made, '[]'));
  const { receiver } = site;
  const order =
    receiver === undefined ? undefined : state.tokens.get(receiver).heap?.properties.get(orderName);
  if (order !== undefined) state.solver.taintEdge(order, propertyNode(state, made, orderName));
  state.solver.add(site.to, token);
  return made;
}

function decideOrder(state: GraphState, order: NodeId, array: Token): void {
  state.solver.taintEdge(order, propertyNode(state, array, orderName));
}

/** Calls the callback with element, index and receiver, `this` being what it was given; gives what it returns. */
export function callEach(
  state: GraphState,
  site: CallSite,
  elements: NodeId,
  callback: NodeId | undefined,
  self: NodeId | undefined,
): NodeId {
  const result = state.solver.newNode();
  if (callback === undefined) return result;
  const number = state.solver.newNode();
  state.solver.add(number, primitiveToken(state, 'number'));
  const list = state.solver.newNode();
  if (site.receiver !== undefined) state.solver.add(list, site.receiver);
  if (site.receiver !== undefined && state.entryLists.has(site.receiver)) {
    callWithEntries(state, site, elements, callback, [number, list], result);
    return result;
  }
  applyTo(state, callBack(site, [], result), callback, self, [elements, number, list], undefined);
  return result;
}

export function mutate(state: GraphState, site: CallSite): void {
  if (site.receiver === undefined) return;
  const { by, at, end, receiver: on, receiverNode: receiver } = site;
  state.mutations.push({ instance: by, at, end, on, receiver, text: site.op?.text ?? '' });
}

const map: Model = (state, site) => {
  newArray(state, site, callEach(state, site, elementsOf(state, site), site.args[0], site.args[1]));
};

const flatMap: Model = (state, site) => {
  const results = callEach(state, site, elementsOf(state, site), site.args[0], site.args[1]);
  const flat = state.solver.newNode();
  const access = accessOf(site);
  if (access !== undefined) iterateNode(state, results, flat, access);
  newArray(state, site, flat);
};

/** Gives some of the elements back, in a new array. */
const select: Model = (state, site) => {
  const elements = elementsOf(state, site);
  const order = callEach(state, site, elements, site.args[0], site.args[1]);
  state.orderings.push({ instance: site.by, at: site.at, end: site.end, order, elements, what: 'filter' });
  const made = newArray(state, site, elements);
  if (site.receiver !== undefined && state.entryLists.has(site.receiver)) state.entryLists.add(made.id);
  decideOrder(state, order, made);
};

const flat: Model = (state, site) => {
  const access = accessOf(site);
  const flattened = state.solver.newNode();
  let level = elementsOf(state, site);
  state.solver.edge(level, flattened);
  for (let depth = 0; depth < depthOf(state, site) && access !== undefined; depth += 1) {
    const inner = state.solver.newNode();
    iterateNode(state, level, inner, access);
    state.solver.edge(inner, flattened);
    level = inner;
  }
  newArray(state, site, flattened);
};

/** Levels that are followed where a call takes off as many as there are. */
const maxDepth = 4;

function depthOf(state: GraphState, { args: [depth] }: CallSite): number {
  if (depth === undefined) return 1;
  const [id, ...others] = state.solver.tokens(depth);
  const value = id === undefined || others.length > 0 ? undefined : state.tokens.get(id).value;
  return value?.kind === 'constant' && typeof value.value === 'number'
    ? Math.min(value.value, maxDepth)
    : maxDepth;
}

/** `with(index, value)`, `toSpliced(start, count, ...items)`: a copy that holds something else, too. */
function replacing(from: number): Model {
  return (state, site) => {
    const elements = elementsOf(state, site);
    const all = state.solver.newNode();
    state.solver.edge(elements, all);
    for (const arg of site.args.slice(from)) state.solver.edge(arg, all);
    newArray(state, site, all);
  };
}

const concat: Model = (state, site) => {
  const all = elementsOf(state, site);
  const access = accessOf(site);
  for (const arg of site.args) {
    if (access !== undefined) iterateNode(state, arg, all, access);
    state.solver.listen(arg, (token) => {
      if (state.tokens.get(token).value.kind !== 'array') state.solver.add(all, token);
    });
  }
  newArray(state, site, all);
};

/** Gives one element back. */
const pick: Model = (state, site) => {
  const elements = elementsOf(state, site);
  const order = callEach(state, site, elements, site.args[0], site.args[1]);
  state.orderings.push({ instance: site.by, at: site.at, end: site.end, order, elements, what: 'filter' });
  state.solver.taintEdge(order, site.to);
  addOrder(state, site.receiver, site.to);
  state.solver.edge(elements, site.to);
  state.solver.add(site.to, constantToken(state, undefined));
};

const each: Model = (state, site) => {
  callEach(state, site, elementsOf(state, site), site.args[0], site.args[1]);
};

function test(type: string): Model {
  return (state, site) => {
    const result = callEach(state, site, elementsOf(state, site), site.args[0], site.args[1]);
    state.solver.taintEdge(result, site.to);
    state.solver.add(site.to, primitiveToken(state, type));
  };
}

const reduce: Model = (state, site) => {
  const elements = elementsOf(state, site);
  const accumulated = state.solver.newNode();
  state.solver.edge(site.args[1] ?? elements, accumulated);
  const index = state.solver.newNode();
  state.solver.add(index, primitiveToken(state, 'number'));
  const self = state.solver.newNode();
  if (site.receiver !== undefined) state.solver.add(self, site.receiver);
  const [callback] = site.args;
  if (callback !== undefined) {
    state.solver.listen(callback, (fn) => {
      const args = [accumulated, elements, index, self];
      invoke(state, fn, callBack(site, args, accumulated));
    });
  }
  state.solver.edge(accumulated, site.to);
};

/** Sorts in place (`mutating`) or into a new array; the comparator sees two elements. */
function sort(mutating: boolean): Model {
  return (state, site) => {
    const elements = elementsOf(state, site);
    const order = state.solver.newNode();
    const [callback] = site.args;
    if (callback !== undefined) {
      state.solver.listen(callback, (fn) => {
        invoke(state, fn, callBack(site, [elements, elements], order));
      });
    }
    state.orderings.push({
      instance: site.by,
      at: site.at,
      end: site.end,
      order,
      elements,
      what: 'comparator',
    });
    if (!mutating) {
      decideOrder(state, order, newArray(state, site, elements));
      return;
    }
    mutate(state, site);
    if (site.receiver === undefined) return;
    const sorted = state.tokens.get(site.receiver);
    if (sorted.value.kind === 'array') decideOrder(state, order, sorted);
    mixPositions(state, site.receiver);
    state.solver.add(site.to, site.receiver);
  };
}

/** Elements no longer stand where they were written. */
function mixPositions(state: GraphState, receiver: TokenId): void {
  const token = state.tokens.get(receiver);
  if (token.value.kind === 'array' || token.value.kind === 'native-instance')
    state.solver.edge(allProperties(state, token), propertyNode(state, token, '[]'));
}

const inPlace: Model = (state, site) => {
  mutate(state, site);
  const [filler] = site.args;
  if (site.receiver === undefined) return;
  mixPositions(state, site.receiver);
  const token = state.tokens.get(site.receiver);
  if (filler !== undefined && site.op?.text.endsWith('fill') === true) {
    state.solver.edge(filler, propertyNode(state, token, '[]'));
  }
  state.solver.add(site.to, site.receiver);
};

const append: Model = (state, site) => {
  mutate(state, site);
  if (site.receiver === undefined) return;
  const elements = propertyNode(state, state.tokens.get(site.receiver), '[]');
  const access = accessOf(site);
  site.args.forEach((arg, index) => {
    state.solver.edge(arg, elements);
    if (index >= (site.spreadFrom ?? Infinity) && access !== undefined)
      iterateNode(state, arg, elements, access);
  });
  state.solver.add(site.to, primitiveToken(state, 'number'));
};

const prepend: Model = (state, site) => {
  append(state, site);
  if (site.receiver !== undefined) mixPositions(state, site.receiver);
};

const takeFirst: Model = (state, site) => {
  takeOut(state, site);
  if (site.receiver !== undefined) mixPositions(state, site.receiver);
};

const takeOut: Model = (state, site) => {
  mutate(state, site);
  state.solver.edge(elementsOf(state, site), site.to);
  addOrder(state, site.receiver, site.to);
  state.solver.add(site.to, constantToken(state, undefined));
};

const splice: Model = (state, site) => {
  mutate(state, site);
  if (site.receiver === undefined) return;
  const elements = propertyNode(state, state.tokens.get(site.receiver), '[]');
  for (const arg of site.args.slice(2)) state.solver.edge(arg, elements);
  mixPositions(state, site.receiver);
  newArray(state, site, elementsOf(state, site));
};

const entries: Model = (state, site) => {
  if (site.receiver === undefined) return;
  const pairs = state.solver.newNode();
  state.solver.add(pairs, pairToken(state, state.tokens.get(site.receiver)));
  newArray(state, site, pairs);
};

const values: Model = (state, site) => {
  newArray(state, site, elementsOf(state, site));
};

const arrayFrom: Model = (state, site) => {
  const [from, callback] = site.args;
  const items = state.solver.newNode();
  const access = accessOf(site);
  if (from !== undefined && access !== undefined) iterateNode(state, from, items, access);
  const elements = callback === undefined ? items : callEach(state, site, items, callback, site.args[2]);
  const made = newArray(state, site, elements);
  if (from === undefined) return;
  state.solver.listen(from, (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind !== 'object') return;
    // `Array.from({ length }, make)`: how many there are, and how often the callback runs.
    const order = propertyNode(state, token, 'length');
    decideOrder(state, order, made);
    const { by: instance, at, end } = site;
    if (callback !== undefined) state.orderings.push({ instance, at, end, order, elements, what: 'filter' });
  });
};

/** Tells of what the receiver holds: whether something is among it, and where. */
const search =
  (of: string): Model =>
  (state, site) => {
    state.solver.taintEdge(elementsOf(state, site), site.to);
    state.solver.add(site.to, primitiveToken(state, of));
  };

const arrayOfItems: Model = (state, site) => {
  const items = state.solver.newNode();
  for (const arg of site.args) state.solver.edge(arg, items);
  newArray(state, site, items);
};

export function on(types: string, names: string, model: Model): [string, Model][] {
  return types
    .split(' ')
    .flatMap((type) => names.split(' ').map((name): [string, Model] => [`${type}#${name}`, model]));
}

export const arrayModels: readonly (readonly [string, Model])[] = [
  ...on('Array TypedArray', 'includes', search('boolean')),
  ...on('Array TypedArray', 'indexOf lastIndexOf', search('number')),
  ...on('Array TypedArray Iterator', 'map', map),
  ...on('Array Iterator', 'flatMap', flatMap),
  ...on('Array TypedArray Iterator', 'filter', select),
  ...on('Array TypedArray', 'slice toReversed subarray', select),
  ...on('Array TypedArray', 'with', replacing(1)),
  ...on('Array', 'toSpliced', replacing(2)),
  ...on('Iterator', 'take drop toArray', select),
  ...on('Array', 'flat', flat),
  ...on('Array', 'concat', concat),
  ...on('Array TypedArray Iterator', 'find findLast at', pick),
  ...on('Array TypedArray Iterator Set', 'forEach', each),
  ...on('Array TypedArray Iterator', 'some every', test('boolean')),
  ...on('Array TypedArray', 'findIndex findLastIndex', test('number')),
  ...on('Array TypedArray Iterator', 'reduce reduceRight', reduce),
  ...on('Array TypedArray', 'sort', sort(true)),
  ...on('Array TypedArray', 'toSorted', sort(false)),
  ...on('Array TypedArray', 'reverse fill copyWithin', inPlace),
  ...on('Array', 'push', append),
  ...on('Array', 'unshift', prepend),
  ...on('Array', 'pop', takeOut),
  ...on('Array', 'shift', takeFirst),
  ...on('Array', 'splice', splice),
  ...on('Map', 'entries Symbol.iterator', entries),
  ...on('Map Set Array', 'values', values),
  ...on('Set Array', 'Symbol.iterator', values),
  ...on('Array Set', 'entries', entries),
  ['Array.from', arrayFrom],
  ['Array.fromAsync', arrayFrom],
  ['Iterator.from', arrayFrom],
  ['Array.of', arrayOfItems],
  ['new Array', arrayOfItems],
  ['Array()', arrayOfItems],
];
