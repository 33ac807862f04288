/** Properties by descriptor: `Object.defineProperty` and what asks for descriptors. */

import type { CallSite } from './calls.js';
import { copyCorrelated, correlatedDescriptor } from './correlated.js';
import { accessOf } from './elements.js';
import type { Model } from './models.js';
import { nameOfKey } from './names.js';
import { mutate } from './models-arrays.js';
import { canHold, objectToken } from './models-objects.js';
import { defineAccessor } from './accessors.js';
import { propertyNode, readProperty } from './properties.js';
import { askProxy } from './proxies.js';
import type { GraphState } from './state.js';
import { heapOf, type NodeId, type TokenId } from './tokens.js';

const defineProperty: Model = (state, site) => {
  const [target, key, descriptor] = site.args;
  const access = accessOf(site);
  if (target === undefined || key === undefined || descriptor === undefined || access === undefined) return;
  state.solver.edge(target, site.to);
  const copied = correlatedDescriptor(site);
  state.solver.listen(target, (id) => {
    mutate(state, { ...site, receiver: id, receiverNode: target });
    askProxy(state, id, 'defineProperty', '*', state.solver.newNode(), access);
    if (copied !== undefined && canHold(state.tokens.get(id).value.kind)) {
      copyCorrelated(state, copied, id, key, access);
      return;
    }
    state.solver.listen(key, (name) => {
      const { value } = state.tokens.get(name);
      if (value.kind === 'constant') describe(state, site, id, String(value.value), descriptor);
    });
  });
};

const defineProperties: Model = (state, site) => {
  const [target, descriptors] = site.args;
  if (target === undefined || descriptors === undefined) return;
  state.solver.edge(target, site.to);
  state.solver.listen(target, (id) => {
    mutate(state, { ...site, receiver: id, receiverNode: target });
    defineAll(state, site, id, descriptors);
  });
};

/** Defines each property of an object of descriptors. */
export function defineAll(state: GraphState, site: CallSite, target: TokenId, descriptors: NodeId): void {
  state.solver.listen(descriptors, (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind !== 'object') return;
    for (const name of token.heap?.properties.keys() ?? []) {
      if (!/^[*$]/.test(name)) describe(state, site, target, name, propertyNode(state, token, name));
    }
  });
}

/** Defines a property as a descriptor says. */
function describe(
  state: GraphState,
  site: CallSite,
  target: TokenId,
  name: string,
  descriptor: NodeId,
): void {
  const access = accessOf(site);
  const token = state.tokens.get(target);
  if (access === undefined || !canHold(token.value.kind)) return;
  state.solver.listen(descriptor, (id) => {
    if (state.tokens.get(id).value.kind !== 'object') return;
    const heap = heapOf(state.tokens.get(id));
    readProperty(state, id, 'value', propertyNode(state, token, name), access);
    for (const kind of ['get', 'set'] as const) {
      const accessor = heap.properties.get(kind);
      if (accessor !== undefined) defineAccessor(state, token, name, kind, accessor);
    }
  });
}

/** A descriptor of a property: its value, and the accessors themselves. */
function descriptorOf(
  state: GraphState,
  site: CallSite,
  of: TokenId,
  name: string,
  isJoint = false,
): TokenId {
  const made = objectToken(state, site, isJoint ? 'descriptor' : `descriptor${String(of)}.${name}`);
  const descriptor = state.tokens.get(made);
  const { heap } = state.tokens.get(of);
  const value = heap?.properties.get(name);
  if (value !== undefined) state.solver.edge(value, propertyNode(state, descriptor, 'value'));
  const getter = heap?.getters?.get(name);
  if (getter !== undefined) state.solver.edge(getter, propertyNode(state, descriptor, 'get'));
  const setter = heap?.setters?.get(name);
  if (setter !== undefined) state.solver.edge(setter, propertyNode(state, descriptor, 'set'));
  return made;
}

/** Descriptors that a call gives one by one; what is beyond shares one. */
const maxDescriptors = 16;

const getDescriptor: Model = (state, site) => {
  const [target, key] = site.args;
  const access = accessOf(site);
  if (target === undefined || key === undefined || access === undefined) return;
  let count = 0;
  state.solver.listen(target, (id) => {
    if (!canHold(state.tokens.get(id).value.kind)) return;
    askProxy(state, id, 'getOwnPropertyDescriptor', '*', site.to, access);
    state.solver.listen(key, (name) => {
      const known = nameOfKey(state.tokens.get(name).value);
      const names = known === '*' ? namesOf(state, id) : [known];
      for (const item of names) {
        count += 1;
        state.solver.add(site.to, descriptorOf(state, site, id, item, count > maxDescriptors));
      }
    });
  });
};

const getDescriptors: Model = (state, site) => {
  const [target] = site.args;
  if (target === undefined) return;
  const all = objectToken(state, site, 'descriptors');
  state.solver.add(site.to, all);
  state.solver.listen(target, (id) => {
    for (const name of namesOf(state, id)) {
      const descriptor = descriptorOf(state, site, id, name);
      state.solver.add(propertyNode(state, state.tokens.get(all), name), descriptor);
    }
  });
};

function namesOf(state: GraphState, id: TokenId): string[] {
  const { heap } = state.tokens.get(id);
  const names = [heap?.properties, heap?.getters, heap?.setters].flatMap((table) => [
    ...(table?.keys() ?? []),
  ]);
  return [...new Set(names)].filter((name) => !/^[*$]/.test(name));
}

export const descriptorModels: readonly (readonly [string, Model])[] = [
  ['Object.defineProperty', defineProperty],
  ['Reflect.defineProperty', defineProperty],
  ['Object.defineProperties', defineProperties],
  ['Object.getOwnPropertyDescriptor', getDescriptor],
  ['Reflect.getOwnPropertyDescriptor', getDescriptor],
  ['Object.getOwnPropertyDescriptors', getDescriptors],
];
