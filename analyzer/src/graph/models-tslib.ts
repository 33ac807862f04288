/**
 * What TypeScript's compiled code asks of `tslib`: classes, spreads, generators and modules of before their
 * syntax. The package's own code hands all of it through one function that exports by name, in which
 * everything would be mixed up.
 */

import { arrayToken, callBack, invoke, wake, type CallSite } from './calls.js';
import { prototypeOf } from './construction.js';
import { copyProperties } from './copy-properties.js';
import { accessOf, iterateNode } from './elements.js';
import type { Model } from './models.js';
import { objectToken } from './models-objects.js';
import { addPrototype, functionPrototype, propertyNode, readProperty } from './properties.js';
import { nodeOf, type GraphState } from './state.js';
import type { NodeId, TokenId } from './tokens.js';
import { typeToken } from './values.js';

/** `__extends(derived, base)` */
const extend: Model = (state, site) => {
  const [derived, base] = site.args;
  const access = accessOf(site);
  if (derived === undefined || base === undefined || access === undefined) return;
  state.solver.listen(derived, (id) => {
    const token = state.tokens.get(id);
    const { kind } = token.value;
    if (kind !== 'function' && kind !== 'class') return;
    const own = state.tokens.get(
      kind === 'class' ? prototypeOf(state, token) : functionPrototype(state, token),
    );
    const inherited = state.solver.newNode();
    state.solver.listen(base, (from) => {
      addPrototype(state, token, from);
      readProperty(state, from, 'prototype', inherited, access);
    });
    state.solver.listen(inherited, (prototype) => {
      addPrototype(state, own, prototype);
    });
  });
};

/** `__importStar(require('x'))`, `__importDefault(…)`: the module, or an object that has it as its default. */
const importModule: Model = (state, site) => {
  const [module] = site.args;
  if (module === undefined) return;
  const whole = objectToken(state, site, 'module');
  state.solver.edge(module, propertyNode(state, state.tokens.get(whole), 'default'));
  state.solver.edge(module, site.to);
  state.solver.add(site.to, whole);
};

/** `__exportStar(require('x'), exports)` */
const exportStar: Model = (state, site) => {
  const [from, to] = site.args;
  if (from === undefined || to === undefined) return;
  state.solver.listen(to, (id) => {
    state.solver.listen(from, (module) => {
      addPrototype(state, state.tokens.get(id), module);
    });
  });
};

/** `__spreadArray(to, from)`, `__read(list)`: a new array of what they hold. */
const spread: Model = (state, site) => {
  state.solver.add(site.to, listOf(state, site, site.args));
};

function listOf(state: GraphState, site: CallSite, from: readonly NodeId[]): TokenId {
  const list = arrayToken(state, site, [], 'spread');
  const access = accessOf(site);
  const elements = propertyNode(state, state.tokens.get(list), '[]');
  for (const node of access === undefined ? [] : from) iterateNode(state, node, elements, access!);
  return list;
}

/** `__values(list)`: an iterator. */
const values: Model = (state, site) => {
  const [from] = site.args;
  const access = accessOf(site);
  const made = iteratorToken(state, site, 'values');
  state.solver.add(site.to, made);
  if (from !== undefined && access !== undefined)
    iterateNode(state, from, propertyNode(state, state.tokens.get(made), '[]'), access);
};

function iteratorToken(state: GraphState, { by, at }: CallSite, what: string): TokenId {
  return typeToken(state, 'Iterator', `${what}${String(by.id)}.${String(at)}`, by.phase);
}

/** `__rest(object, names)` */
const rest: Model = (state, site) => {
  const [from] = site.args;
  const made = objectToken(state, site, 'rest');
  state.solver.add(site.to, made);
  if (from !== undefined) copyProperties(state, from, made, site);
};

/** `__generator(self, body)`: `body` returns what it yields or gives back as `[what to do, value]`. */
const generator: Model = (state, site) => {
  const [self, body] = site.args;
  const access = accessOf(site);
  if (body === undefined || access === undefined) return;
  const run = typeToken(state, 'GeneratorRun', `${String(site.by.id)}.${String(site.at)}`, site.by.phase);
  const given = state.solver.newNode();
  state.solver.add(given, run);
  const result = state.solver.newNode();
  state.solver.listen(body, (fn) => {
    callOne(state, site, fn, self, [given], result);
  });
  const made = iteratorToken(state, site, 'generator');
  state.solver.add(site.to, made);
  state.solver.listen(result, (pair) => {
    for (const token of [run, made])
      readProperty(state, pair, '1', propertyNode(state, state.tokens.get(token), '[]'), access);
  });
};

const sent: Model = (state, site) => {
  if (site.receiver !== undefined)
    state.solver.edge(propertyNode(state, state.tokens.get(site.receiver), '[]'), site.to);
};

/** `__awaiter(self, args, Promise, body)`: what `body` yields is awaited and given back to it. */
const awaiter: Model = (state, site) => {
  const [self, given, , body] = site.args;
  state.solver.add(site.to, typeToken(state, 'Promise', 'awaiter', 'load'));
  if (body === undefined) return;
  const started = state.solver.newNode();
  state.solver.listen(body, (id) => {
    const { value } = state.tokens.get(id);
    const count = value.kind === 'function' ? value.fn.params.length : 0;
    callOne(state, site, id, self, given === undefined ? [] : itemsOf(state, site, given, count), started);
  });
  state.solver.listen(started, (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'generator') {
      wake(state, token.value.instance);
      const { instance } = token.value;
      const { base, fn } = instance;
      for (const op of fn.ops)
        if (op.type === 'yield') state.solver.edge(nodeOf(instance, op.of), nodeOf(instance, op.to));
      state.solver.edge(base + fn.returnSlot, site.to);
    } else if (token.value.kind === 'native-instance' && token.value.type === 'Iterator') {
      state.solver.edge(propertyNode(state, token, '[]'), site.to);
    }
  });
};

/** The first items of a list, each a node: what a function with patterns for parameters is given. */
function itemsOf(state: GraphState, site: CallSite, list: NodeId, count: number): NodeId[] {
  const access = accessOf(site);
  if (access === undefined) return [];
  return Array.from({ length: count }, (_, index) => {
    const item = state.solver.newNode();
    state.solver.listen(list, (id) => {
      if (state.tokens.get(id).value.kind === 'array') readProperty(state, id, String(index), item, access);
    });
    return item;
  });
}

function callOne(
  state: GraphState,
  site: CallSite,
  fn: TokenId,
  self: NodeId | undefined,
  args: readonly NodeId[],
  to: NodeId,
): void {
  invoke(state, fn, callBack(site, args, to));
  if (self === undefined) return;
  state.solver.listen(self, (receiver) => {
    invoke(state, fn, callBack(site, args, to, receiver));
  });
}

export const tslibModels: readonly (readonly [string, Model])[] = [
  ['tslib.__extends', extend],
  ['tslib.__importStar', importModule],
  ['tslib.__importDefault', importModule],
  ['tslib.__exportStar', exportStar],
  ['tslib.__spreadArray', spread],
  ['tslib.__spreadArrays', spread],
  ['tslib.__spread', spread],
  ['tslib.__read', spread],
  ['tslib.__values', values],
  ['tslib.__asyncValues', values],
  ['tslib.__rest', rest],
  ['tslib.__generator', generator],
  ['tslib.__awaiter', awaiter],
  ['GeneratorRun#sent', sent],
];
