/**
 * `Object.entries` and what is made of it: `Object.fromEntries(Object.entries(table).map(([key, value]) => …))`.
 * Of an object whose names are known each entry stays apart, and callbacks are followed once for each, so
 * that what is made under a name comes from what stood under it.
 */

import { arrayToken, invoke, type CallSite } from './calls.js';
import { accessOf, iterateNode } from './elements.js';
import type { Model } from './models.js';
import { nameOfKey } from './names.js';
import { addNames, canHold, objectToken } from './models-objects.js';
import { memberNode } from './natives.js';
import { propertyNode, readProperty } from './properties.js';
import type { GraphState } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';
import { constantToken } from './values.js';

/** Larger tables are seen as one. */
const maxNames = 24;

const entriesOf: Model = (state, site) => {
  const [from] = site.args;
  const list = arrayToken(state, site, [], 'entries');
  state.solver.add(site.to, list);
  if (from === undefined) return;
  const entries = propertyNode(state, state.tokens.get(list), '[]');
  const others = state.solver.newNode();
  state.solver.listen(from, (id) => {
    const token = state.tokens.get(id);
    const names = namesOf(token);
    if (names === undefined) {
      state.solver.add(others, id);
      return;
    }
    state.entryLists.add(list);
    for (const name of names) state.solver.add(entries, entryToken(state, site, id, name));
    // What was added to the object later has no entry of its own.
    const apply = (): void => {
      if (hasMore(token, names)) state.solver.add(others, id);
    };
    state.pendingTypes.push({ node: state.solver.newNode(), apply });
  });
  addOthers(state, site, others, entries);
};

function addOthers(state: GraphState, site: CallSite, others: NodeId, entries: NodeId): void {
  const names = state.solver.newNode();
  const pair = arrayToken(state, site, [names, memberNode(state, others, '*', site)], 'pair');
  state.solver.listen(others, (id) => {
    addNames(state, id, names);
    state.solver.add(entries, pair);
  });
}

function namesOf({ value }: Token): readonly string[] | undefined {
  if (value.kind !== 'object' || value.open) return undefined;
  return value.names.length > 0 && value.names.length <= maxNames ? value.names : undefined;
}

function hasMore({ heap }: Token, names: readonly string[]): boolean {
  const known = [...(heap?.properties.keys() ?? [])];
  return known.some((name) => name === '*' || (!/^[*$]/.test(name) && !names.includes(name)));
}

function entryToken(state: GraphState, site: CallSite, of: TokenId, name: string): TokenId {
  const entry = arrayToken(state, site, [], `entry${String(of)}.${name}`);
  const token = state.tokens.get(entry);
  const access = accessOf(site);
  state.solver.add(propertyNode(state, token, '0'), constantToken(state, name));
  if (access !== undefined) readProperty(state, of, name, propertyNode(state, token, '1'), access);
  state.entries.add(entry);
  return entry;
}

/** Calls a callback with each entry by itself, and with all the rest together. */
export function callWithEntries(
  state: GraphState,
  site: CallSite,
  elements: NodeId,
  callback: NodeId,
  others: readonly NodeId[],
  to: NodeId,
): void {
  const { by, at, end } = site;
  const rest = state.solver.newNode();
  state.solver.taintEdge(elements, rest);
  let isMixed = false;
  state.solver.listen(elements, (id) => {
    if (!state.entries.has(id)) {
      state.solver.add(rest, id);
      if (isMixed) return;
      isMixed = true;
      state.solver.listen(callback, (fn) => {
        invoke(state, fn, { by, at, end, args: [rest, ...others], to });
      });
      return;
    }
    const entry = state.solver.newNode();
    state.solver.add(entry, id);
    state.solver.taintEdge(elements, entry);
    state.solver.listen(callback, (fn) => {
      invoke(state, fn, { by, at, end, args: [entry, ...others], to, variant: `!${String(id)}` });
    });
  });
}

const fromEntries: Model = (state, site) => {
  const made = objectToken(state, site, 'fromEntries');
  const [from] = site.args;
  const access = accessOf(site);
  state.solver.add(site.to, made);
  if (from === undefined || access === undefined) return;
  const pairs = state.solver.newNode();
  iterateNode(state, from, pairs, access);
  const target = state.tokens.get(made);
  state.solver.listen(pairs, (id) => {
    const pair = state.tokens.get(id);
    if (!canHold(pair.value.kind)) return;
    const key = propertyNode(state, pair, '0');
    const value = propertyNode(state, pair, '1');
    const addTo = (name: string): void => {
      state.solver.edge(value, propertyNode(state, target, name));
    };
    state.solver.listen(key, (name) => {
      addTo(nameOfKey(state.tokens.get(name).value));
    });
    state.pendingGuards.push({
      on: key,
      activate: () => {
        addTo('*');
      },
    });
  });
};

export const entryModels: readonly (readonly [string, Model])[] = [
  ['Object.entries', entriesOf],
  ['Object.fromEntries', fromEntries],
];
