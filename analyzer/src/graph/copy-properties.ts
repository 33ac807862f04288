/** `{...from}`, `Object.assign(to, from)`: what an object is given by others. */

import type { CallSite } from './calls.js';
import { accessOf } from './elements.js';
import { lookInto } from './host-objects.js';
import { addPrototype, propertyNode, readProperty } from './properties.js';
import { exportNames } from './star-exports.js';
import { callSetters } from './property-writes.js';
import type { GraphState } from './state.js';
import { heapOf, type NodeId, type TokenId } from './tokens.js';
import { dataToken } from './values.js';

/** Objects from which, or to which, properties are copied one by one; beyond, look-ups are sent on. */
export const maxCopies = 16;

/** Has a property copied, now or once it turns out that it may be seen. */
export type Gate = (name: string, copy: () => void) => void;

const always: Gate = (_, copy) => {
  copy();
};

/** Copies all properties of what a node holds, accessors read, into a token. `assigns`: setters are called. */
export function copyProperties(
  state: GraphState,
  from: NodeId,
  to: TokenId,
  site: CallSite,
  assigns = false,
  except: readonly string[] = [],
  gate = always,
): void {
  const target = state.tokens.get(to);
  let sources = 0;
  state.solver.taintEdge(from, propertyNode(state, target, '$taint'));
  state.solver.listen(from, (id) => {
    const token = state.tokens.get(id);
    const kind = token.value.kind;
    if (kind === 'data' || kind === 'unknown' || kind === 'typed') {
      state.solver.add(propertyNode(state, target, '*'), id);
      return;
    }
    if (lookInto(state, id, propertyNode(state, target, '*'), site)) {
      state.solver.add(propertyNode(state, target, '*'), dataToken(state));
      return;
    }
    if (kind === 'proxy') {
      copyOne(state, id, '*', to, site, assigns);
      return;
    }
    if (kind === 'namespace' && token.value.unit.ir.module === 'esm') {
      for (const name of exportNames(state, token.value.unit))
        if (!except.includes(name)) copyOne(state, id, name, to, site, assigns);
      return;
    }
    if (
      token.heap === undefined &&
      !['object', 'array', 'instance', 'function', 'class', 'namespace'].includes(kind)
    )
      return;
    sources += 1;
    if (sources > maxCopies && target.value.kind === 'object') {
      addPrototype(state, target, id);
      return;
    }
    const copied = new Set<string>();
    const copyNew = (): void => {
      const { properties, getters } = heapOf(token);
      for (const name of [...properties.keys(), ...(getters?.keys() ?? [])]) {
        if (name === '**' || name === '$keys' || copied.has(name) || except.includes(name)) continue;
        copied.add(name);
        const copy = (): void => {
          copyOne(state, id, name, to, site, assigns);
        };
        // A getter is asked whatever becomes of what it gives.
        if (getters?.has(name) === true) copy();
        else gate(name, copy);
      }
    };
    copyNew();
    // What was found out of the source later: a module that was still to be loaded.
    state.pendingTypes.push({ node: state.solver.newNode(), apply: copyNew });
    if (token.value.kind === 'object' && token.value.open) {
      state.solver.edge(propertyNode(state, token, '*'), propertyNode(state, target, '*'));
    }
  });
}

/**
 * For properties that what is spread later may cover (`{...defaults, ...options}`): those are copied that some
 * object there lacks. An object has for certain what its literal names.
 */
export function coveredBy(state: GraphState, later: readonly NodeId[]): Gate {
  if (later.length === 0) return always;
  return (name, copy) => {
    if (/^[*$[]/.test(name)) {
      copy();
      return;
    }
    const covering = new Set(later);
    const uncover = (node: NodeId): void => {
      if (covering.delete(node) && covering.size === 0) copy();
    };
    for (const node of later) {
      state.solver.listen(node, (id) => {
        const { value } = state.tokens.get(id);
        if (value.kind === 'source' || (value.kind === 'object' && value.names.includes(name))) return;
        uncover(node);
      });
      // What holds nothing that is known covers nothing.
      state.pendingTypes.push({
        node,
        apply: () => {
          uncover(node);
        },
      });
    }
  };
}

function copyOne(
  state: GraphState,
  from: TokenId,
  name: string,
  to: TokenId,
  site: CallSite,
  assigns: boolean,
): void {
  const access = accessOf(site);
  if (access === undefined) return;
  if (name === '*' && state.tokens.get(from).value.kind !== 'proxy') {
    state.solver.edge(
      propertyNode(state, state.tokens.get(from), '*'),
      propertyNode(state, state.tokens.get(to), '*'),
    );
  } else {
    const value = propertyNode(state, state.tokens.get(to), name);
    readProperty(state, from, name, value, access);
    if (assigns) callSetters(state, to, name, value, access);
  }
}
