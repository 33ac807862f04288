/** What the language calls by itself: conversions to text and numbers, `toJSON`, `then`. */

import { invoke, type CallSite } from './calls.js';
import { accessOf } from './elements.js';
import type { Model } from './models.js';
import { callAccessor } from './accessors.js';
import { addOrder, allProperties, type Access } from './properties.js';
import { methodOf } from './shared-methods.js';
import type { GraphState } from './state.js';
import type { NodeId, Phase, Token, TokenId } from './tokens.js';
import { primitiveToken } from './values.js';

const maxDepth = 5;

/** `${value}`, `value + ''`, `+value`: calls what the value's class defines for it. */
export function convert(
  state: GraphState,
  from: NodeId,
  to: NodeId,
  hint: 'string' | 'number' | '+',
  access: Access,
): void {
  const names = ['@@toPrimitive'];
  if (hint !== 'number') names.push('toString');
  if (hint !== 'string') names.push('valueOf');
  state.solver.listen(from, (id) => {
    const token = state.tokens.get(id);
    for (const name of names) {
      // Of a literal with both, `+` calls `valueOf`.
      if (hint === '+' && name === 'toString' && isSure(token, 'valueOf')) continue;
      if (mayDefine(token, name)) callOwn(state, id, name, [], to, access);
    }
    // A date as text is in the host's time zone; what is added to one, is added to its text.
    const isDate = token.value.kind === 'native-instance' && token.value.type === 'Date';
    const isSum = hint === '+' && access.op.type === 'derive';
    if (isDate && (hint === 'string' || isSum)) callNamed(state, id, 'toString', to, access);
  });
}

/** Instances inherit from classes that may define it; of literals the names are known. */
function mayDefine({ value }: Token, name: string): boolean {
  return value.kind === 'instance' || (value.kind === 'object' && (value.open || value.names.includes(name)));
}

function isSure({ value }: Token, name: string): boolean {
  return value.kind === 'object' && value.names.includes(name);
}

/** The language's functions that make text or numbers of their arguments. */
const converting: readonly (readonly [RegExp, 'string' | 'number'])[] = [
  [/^(?:string#|parseInt|parseFloat|String\.raw)/, 'string'],
  [/^(?:Math\.|isNaN|isFinite|BigInt|new Date$|Date\.UTC)/, 'number'],
];

/** What methods of text call on patterns that are not regular expressions. */
const patternMethods: Readonly<Record<string, string>> = {
  'string#replace': '@@replace',
  'string#replaceAll': '@@replace',
  'string#split': '@@split',
  'string#match': '@@match',
  'string#matchAll': '@@matchAll',
  'string#search': '@@search',
};

const hints = new Map<string, 'string' | 'number' | undefined>();

/** Arguments of the language's functions that are converted there. */
export function convertArguments(state: GraphState, path: string, site: CallSite): void {
  if (!hints.has(path)) hints.set(path, converting.find(([pattern]) => pattern.test(path))?.[1]);
  const hint = hints.get(path);
  const access = hint === undefined ? undefined : accessOf(site);
  if (hint === undefined || access === undefined) return;
  for (const arg of site.args) convert(state, arg, site.to, hint, access);
  const method = patternMethods[path];
  const [pattern] = site.args;
  if (method === undefined || pattern === undefined) return;
  const text = state.solver.newNode();
  state.solver.add(text, primitiveToken(state, 'string'));
  state.solver.listen(pattern, (id) => {
    if (mayDefine(state.tokens.get(id), method)) callOwn(state, id, method, [text], site.to, access);
  });
}

/** Calls a method that the program defines; those of the language do nothing of note here. */
export function callOwn(
  state: GraphState,
  receiver: TokenId,
  name: string,
  args: readonly NodeId[],
  to: NodeId,
  access: Access,
): void {
  const { by, at, end } = access;
  const result = args.length === 0 ? ownResult(state, receiver, name, by.phase) : state.solver.newNode();
  state.solver.taintEdge(result, to);
  state.solver.listen(methodOf(state, receiver, name, access), (fn) => {
    const { kind } = state.tokens.get(fn).value;
    if (kind === 'function' || kind === 'bound') {
      invoke(state, fn, { by, at, end, args, receiver, to: result });
    }
  });
}

/** What a method gives that is called without arguments is the same for all who call it. */
function ownResult(state: GraphState, receiver: TokenId, name: string, phase: Phase): NodeId {
  const key = `${String(receiver)} ${phase} ${name}`;
  let result = state.ownResults.get(key);
  if (result === undefined) state.ownResults.set(key, (result = state.solver.newNode()));
  return result;
}

function callNamed(state: GraphState, receiver: TokenId, name: string, to: NodeId, access: Access): void {
  const { by, at, end } = access;
  state.solver.listen(methodOf(state, receiver, name, access), (fn) => {
    invoke(state, fn, { by, at, end, args: [], receiver, to });
  });
}

/** `await value` calls `then` of the program's own objects. */
export function awaitThenable(state: GraphState, id: TokenId, to: NodeId, access: Access): void {
  const { value } = state.tokens.get(id);
  if (value.kind !== 'instance' && !(value.kind === 'object' && value.names.includes('then'))) return;
  const resolve = state.solver.newNode();
  const key = `then${String(access.by.id)}.${String(access.at)}.${String(to)}`;
  state.solver.add(
    resolve,
    state.tokens.intern(key, access.by.phase, () => ({ kind: 'resolver', to })),
  );
  callOwn(state, id, 'then', [resolve, resolve], to, access);
}

/** Taint of everything that a value holds, and of what it holds in turn. */
export function deepTaint(state: GraphState, from: NodeId, to: NodeId): void {
  visitHeld(state, from, to, () => undefined);
}

function visitHeld(state: GraphState, from: NodeId, to: NodeId, visit: (id: TokenId) => void): void {
  const seen = new Set<TokenId>();
  const go = (node: NodeId, depth: number): void => {
    state.solver.taintEdge(node, to);
    if (depth > maxDepth) return;
    state.solver.listen(node, (id) => {
      if (seen.has(id)) return;
      seen.add(id);
      visit(id);
      if (holdsProperties(state.tokens.get(id))) go(allProperties(state, state.tokens.get(id)), depth + 1);
    });
  };
  go(from, 0);
}

const holders = new Set(['object', 'array', 'instance', 'declared', 'native-instance']);

function holdsProperties({ value, heap }: Token): boolean {
  if (!holders.has(value.kind)) return false;
  return value.kind !== 'native-instance' || heap !== undefined;
}

/** What reads all properties of an object calls its own accessors. */
function readAccessors(state: GraphState, id: TokenId, to: NodeId, access: Access): void {
  const { heap } = state.tokens.get(id);
  for (const getter of heap?.getters?.values() ?? []) {
    const value = state.solver.newNode();
    callAccessor(state, getter, id, [], value, access);
    state.solver.taintEdge(value, to);
  }
}

const stringify: Model = (state, site) => {
  const [value, replacer] = site.args;
  const access = accessOf(site);
  state.solver.add(site.to, primitiveToken(state, 'string'));
  if (value === undefined || access === undefined) return;
  visitHeld(state, value, site.to, (id) => {
    if (mayDefine(state.tokens.get(id), 'toJSON')) callOwn(state, id, 'toJSON', [], site.to, access);
    readAccessors(state, id, site.to, access);
  });
  if (replacer !== undefined) callReplacer(state, replacer, value, site);
};

function callReplacer(state: GraphState, replacer: NodeId, value: NodeId, site: CallSite): void {
  const key = state.solver.newNode();
  state.solver.add(key, primitiveToken(state, 'string'));
  const { by, at, end } = site;
  state.solver.listen(replacer, (fn) => {
    if (state.tokens.get(fn).value.kind !== 'function') return;
    invoke(state, fn, { by, at, end, args: [key, value], to: site.to });
  });
}

/** `list.join()`: each element as text. */
const join: Model = (state, site) => {
  const access = accessOf(site);
  state.solver.add(site.to, primitiveToken(state, 'string'));
  const { receiver } = site;
  if (receiver === undefined || access === undefined) return;
  const token = state.tokens.get(receiver);
  if (!holdsProperties(token)) return;
  const elements = allProperties(state, token);
  convert(state, elements, site.to, '+', access);
  deepTaint(state, elements, site.to);
  addOrder(state, receiver, site.to);
};

/** `String(value)`, `Number(value)`. */
function conversion(hint: 'string' | 'number'): Model {
  return (state, site) => {
    const access = accessOf(site);
    state.solver.add(site.to, primitiveToken(state, hint));
    const [value] = site.args;
    if (value === undefined || access === undefined) return;
    convert(state, value, site.to, hint, access);
    deepTaint(state, value, site.to);
  };
}

export const conversionModels: readonly (readonly [string, Model])[] = [
  ['JSON.stringify', stringify],
  ['Array#join', join],
  ['Array#toString', join],
  ['String()', conversion('string')],
  ['Number()', conversion('number')],
];
