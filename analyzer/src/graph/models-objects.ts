/** `Object`, `Reflect`, `Proxy`, `structuredClone`: objects made from and changed by others. */

import { arrayToken, invoke, invokeOn, type CallSite } from './calls.js';
import { copyProperties, maxCopies } from './copy-properties.js';
import { defineAll } from './models-descriptors.js';
import { accessOf, iterateNode } from './elements.js';
import { memberNode } from './natives.js';
import type { Model } from './models.js';
import { mutate } from './models-arrays.js';
import { nameOfKey, onName } from './names.js';
import { addPrototype, propertyNode, readProperty } from './properties.js';
import { askProxy, keysOfProxy } from './proxies.js';
import { writeProperty } from './property-writes.js';
import { isReplayed } from './replayed.js';
import { sharedCall } from './shared-calls.js';
import type { GraphState } from './state.js';
import type { NodeId, TokenId, Value } from './tokens.js';
import { constantToken, dataToken, primitiveToken, typeToken } from './values.js';

export function objectToken(state: GraphState, site: CallSite, what: string): TokenId {
  const { unit, id, phase } = site.by;
  return state.tokens.intern(`x${String(id)}.${String(site.at)}.${what}`, phase, () => ({
    kind: 'object',
    unit,
    names: [],
    open: true,
    at: site.at,
    end: site.end,
  }));
}

const assign: Model = (state, site) => {
  const [target, ...sources] = site.args;
  if (target === undefined) return;
  state.solver.edge(target, site.to);
  let targets = 0;
  let joint: TokenId | undefined;
  state.solver.listen(target, (id) => {
    const { value } = state.tokens.get(id);
    if (isReplayed(value)) mutate(state, { ...site, receiver: id, receiverNode: target });
    if (['constant', 'primitive', 'data', 'unknown'].includes(value.kind)) return;
    mutate(state, { ...site, receiver: id, receiverNode: target });
    targets += 1;
    if (targets <= maxCopies) {
      for (const source of sources) copyProperties(state, source, id, site, true);
      return;
    }
    // Each target is given what all sources hold: beyond a few, by way of one object.
    if (joint === undefined) {
      joint = objectToken(state, site, 'assigned');
      for (const source of sources) copyProperties(state, source, joint, site);
    }
    addPrototype(state, state.tokens.get(id), joint);
  });
};

const keys: Model = (state, site) => {
  const token = arrayToken(state, site, [], 'keys');
  const names = propertyNode(state, state.tokens.get(token), '[]');
  const [from] = site.args;
  const access = accessOf(site);
  if (from !== undefined) {
    state.solver.taintEdge(from, names);
    state.solver.listen(from, (id) => {
      addNames(state, id, names);
      if (access !== undefined) keysOfProxy(state, id, names, access);
    });
  }
  state.solver.add(site.to, token);
};

/** The names that an object is known to have, or any string. */
export function addNames(state: GraphState, id: TokenId, to: NodeId): void {
  const { value } = state.tokens.get(id);
  if (value.kind === 'object' && !value.open) {
    for (const name of value.names) state.solver.add(to, constantToken(state, name));
    onName(state.tokens.get(id), (name) => {
      state.solver.add(to, name === '*' ? primitiveToken(state, 'string') : constantToken(state, name));
    });
  } else {
    state.solver.add(to, primitiveToken(state, 'string'));
  }
}

const valuesOf: Model = (state, site) => {
  const token = arrayToken(state, site, [], 'values');
  state.solver.edge(everything(state, site), propertyNode(state, state.tokens.get(token), '[]'));
  state.solver.add(site.to, token);
};

function everything(state: GraphState, site: CallSite): NodeId {
  const [from] = site.args;
  return from === undefined ? state.solver.newNode() : memberNode(state, from, '*', site);
}

const create: Model = (state, site) => {
  const made = objectToken(state, site, 'create');
  const [prototype, descriptors] = site.args;
  if (prototype !== undefined) {
    state.solver.listen(prototype, (id) => {
      if (state.tokens.get(id).value.kind !== 'constant') addPrototype(state, state.tokens.get(made), id);
    });
  }
  if (descriptors !== undefined) defineAll(state, site, made, descriptors);
  state.solver.add(site.to, made);
};

const setPrototype: Model = (state, site) => {
  const [target, prototype] = site.args;
  if (target === undefined || prototype === undefined) return;
  state.solver.edge(target, site.to);
  state.solver.listen(target, (id) => {
    mutate(state, { ...site, receiver: id, receiverNode: target });
    state.solver.listen(prototype, (found) => {
      if (state.tokens.get(found).value.kind !== 'constant') addPrototype(state, state.tokens.get(id), found);
    });
  });
};

const getPrototype: Model = (state, site) => {
  const [target] = site.args;
  if (target === undefined) return;
  const access = accessOf(site);
  state.solver.listen(target, (id) => {
    if (access !== undefined) askProxy(state, id, 'getPrototypeOf', '*', site.to, access);
    for (const prototype of state.tokens.get(id).heap?.prototypes ?? []) state.solver.add(site.to, prototype);
  });
};

export function canHold(kind: string): boolean {
  return !['constant', 'primitive', 'data', 'unknown', 'source'].includes(kind);
}

const reflectGet: Model = (state, site) => {
  const [target, key] = site.args;
  const access = accessOf(site);
  if (target === undefined || key === undefined || access === undefined) return;
  state.solver.listen(target, (id) => {
    state.solver.listen(key, (name) => {
      readProperty(state, id, nameOfKey(state.tokens.get(name).value), site.to, access);
    });
  });
};

const reflectSet: Model = (state, site) => {
  const [target, key, from] = site.args;
  const access = accessOf(site);
  if (target === undefined || key === undefined || from === undefined || access === undefined) return;
  state.solver.listen(target, (id) => {
    mutate(state, { ...site, receiver: id, receiverNode: target });
    state.solver.listen(key, (name) => {
      writeProperty(state, id, nameOfKey(state.tokens.get(name).value), from, access);
    });
  });
};

/** The arguments that an array of arguments stands for. */
export function spreadList(state: GraphState, site: CallSite, list: NodeId): NodeId {
  const items = state.solver.newNode();
  const access = accessOf(site);
  if (access !== undefined) iterateNode(state, list, items, access);
  return items;
}

const reflectApply: Model = (state, site) => {
  const [target, self, list] = site.args;
  if (target === undefined) return;
  withList(state, site, list, (args, spreadFrom) => {
    applyTo(state, site, target, self, args, spreadFrom);
  });
};

/** Goes on with the arguments in an array: by position where it is a literal that is not added to. */
export function withList(
  state: GraphState,
  site: CallSite,
  list: NodeId | undefined,
  go: (args: readonly NodeId[], spreadFrom: number | undefined) => void,
): void {
  if (list === undefined) {
    go([], undefined);
    return;
  }
  let spread = false;
  state.solver.listen(list, (id) => {
    const token = state.tokens.get(id);
    if (token.value.kind === 'array' && token.heap?.properties.has('[]') !== true) {
      const names = [...(token.heap?.properties.keys() ?? [])].filter((name) => /^\d+$/.test(name));
      go(
        names.map((_, index) => propertyNode(state, token, String(index))),
        undefined,
      );
    } else if (!spread) {
      spread = true;
      go([spreadList(state, site, list)], 0);
    }
  });
}

export function applyTo(
  state: GraphState,
  site: CallSite,
  target: NodeId,
  self: NodeId | undefined,
  args: readonly NodeId[],
  spreadFrom: number | undefined,
): void {
  const spread = spreadFrom === undefined ? {} : { spreadFrom };
  const { by, at, end, to, op } = site;
  const shared = sharedCall(args, to);
  state.solver.listen(target, (fn) => {
    const called = { by, at, end, to, op, args, shared, ...spread };
    if (self === undefined) invoke(state, fn, called);
    else invokeOn(state, fn, self, called);
  });
}

const reflectConstruct: Model = (state, site) => {
  const [target, list] = site.args;
  if (target === undefined) return;
  const { by, at, end, to, op } = site;
  withList(state, site, list, (args, spreadFrom) => {
    const spread = spreadFrom === undefined ? {} : { spreadFrom };
    state.solver.listen(target, (fn) => {
      invoke(state, fn, { by, at, end, to, op, args, construct: true, ...spread });
    });
  });
};

const proxy: Model = (state, site) => {
  const [target, handler] = site.args;
  if (target === undefined || handler === undefined) return;
  const key = `y${String(site.by.id)}.${String(site.at)}`;
  const made = state.tokens.intern(key, site.by.phase, () => ({ kind: 'proxy', target, handler }));
  state.solver.add(site.to, made);
};

const revocable: Model = (state, site) => {
  const made = objectToken(state, site, 'revocable');
  proxy(state, { ...site, to: propertyNode(state, state.tokens.get(made), 'proxy') });
  state.solver.add(site.to, made);
};

const sameObject: Model = (state, site) => {
  if (site.args[0] !== undefined) state.solver.edge(site.args[0], site.to);
};

/** A copy of each kind of thing that the argument may be, with what all of them hold. */
const clone: Model = (state, site) => {
  const [from] = site.args;
  if (from === undefined) return;
  const made = new Set<TokenId>();
  state.solver.listen(from, (id) => {
    const { value } = state.tokens.get(id);
    const copy = copyOf(state, site, value) ?? id;
    state.solver.add(site.to, copy);
    if (copy === id || made.has(copy) || !canHold(value.kind)) return;
    made.add(copy);
    copyProperties(state, from, copy, site);
  });
};

function copyOf(state: GraphState, site: CallSite, value: Value): TokenId | undefined {
  switch (value.kind) {
    case 'data':
    case 'typed':
      return dataToken(state);
    case 'array':
      return arrayToken(state, site, [], 'clone');
    case 'object':
    case 'instance':
      return objectToken(state, site, 'clone');
    case 'native-instance':
      return typeToken(state, value.type, `clone${String(site.by.id)}.${String(site.at)}`, site.by.phase);
    default:
      return undefined;
  }
}

export const objectModels: readonly (readonly [string, Model])[] = [
  ['Object.assign', assign],
  ['tslib.__assign', assign],
  ['Object.keys', keys],
  ['Object.getOwnPropertyNames', keys],
  ['Reflect.ownKeys', keys],
  ['Object.values', valuesOf],
  ['Object.create', create],
  ['Object.setPrototypeOf', setPrototype],
  ['Reflect.setPrototypeOf', setPrototype],
  ['Object.getPrototypeOf', getPrototype],
  ['Reflect.getPrototypeOf', getPrototype],
  ['Object()', sameObject],
  ['new Object', sameObject],
  ['Reflect.get', reflectGet],
  ['Reflect.set', reflectSet],
  ['Reflect.apply', reflectApply],
  ['Reflect.construct', reflectConstruct],
  ['new Proxy', proxy],
  ['Proxy.revocable', revocable],
  ['structuredClone', clone],
];
