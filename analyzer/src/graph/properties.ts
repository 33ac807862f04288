/** Reading and writing properties: own ones, inherited ones, accessors, catalogued members. */

import type { Op } from './ir.js';
import { exportNode } from './modules.js';
import { callAccessor } from './accessors.js';
import { lookInto } from './host-objects.js';
import { dataMember, dataMethod } from './data-methods.js';
import { addNative, addTyped, mayHaveEffect } from './natives.js';
import { isIndex, isSymbol, manyNames, orderName, tellName } from './names.js';
import { readProxy } from './proxies.js';
import { seenFromStep } from './replayed.js';
import { forEachAsking, type SharedAccess } from './shared-methods.js';
import { globalShape, staticMember, typeMember } from './shapes.js';
import { exportNames } from './star-exports.js';
import type { GraphState, Instance, Unit } from './state.js';
import { declaredField, typedMember } from './declared-types.js';
import {
  heapOf,
  type NodeId,
  type PropertyLookup,
  type Token,
  type TokenHeap,
  type TokenId,
} from './tokens.js';
import { constantToken, dataToken, nativeToken } from './values.js';

export interface Access {
  readonly by: Instance;
  readonly op: Op;
  readonly at: number;
  readonly end: number;
  /** The value is called at once, so it is worth telling methods of plain data apart. */
  readonly callee: boolean;
  /** Others ask for the same. */
  readonly shared?: SharedAccess | undefined;
}

export function propertyNode(state: GraphState, token: Token, name: string): NodeId {
  const heap = heapOf(token);
  const known = heap.properties.get(name);
  if (known !== undefined) return known;
  const node = state.solver.newNode();
  heap.properties.set(name, node);
  tellName(heap, name);
  if (name !== '**') {
    const all = heap.properties.get('**');
    if (all !== undefined && !name.startsWith('$')) state.solver.edge(node, all);
    if (name === manyNames) {
      for (const lookup of lookupsOf(heap)) if (!isSymbol(lookup.name)) state.solver.edge(node, lookup.to);
      state.solver.edge(node, propertyNode(state, token, '*'));
    } else if (name === '*') {
      for (const lookup of lookupsOf(heap)) readDynamic(state, token, lookup.to);
    } else if (name === orderName) {
      for (const lookup of lookupsOf(heap)) if (isIndex(lookup.name)) state.solver.taintEdge(node, lookup.to);
    } else if (name === '[]') {
      for (const [key, noted] of heap.lookups ?? [])
        if (isIndex(key)) for (const lookup of noted) state.solver.edge(node, lookup.to);
    } else {
      for (const lookup of heap.lookups?.get(name) ?? none) state.solver.edge(node, lookup.to);
    }
  }
  return node;
}

const none: readonly PropertyLookup[] = [];

/** What comes of the place that elements have in a list depends on what decided their order. */
export function addOrder(state: GraphState, list: TokenId | undefined, to: NodeId): void {
  const token = list === undefined ? undefined : state.tokens.get(list);
  if (token?.value.kind === 'array') state.solver.taintEdge(propertyNode(state, token, orderName), to);
}

/** All look-ups so far; those that are made meanwhile are not among them. */
function lookupsOf(heap: TokenHeap): readonly PropertyLookup[] {
  return heap.lookups === undefined ? none : [...heap.lookups.values()].flat();
}

/** Gives whether the look-up is new here: what comes later is told to those that are noted. */
function noteLookup(heap: TokenHeap, lookup: PropertyLookup, begins: boolean): boolean {
  if (!begins) {
    heap.inherited ??= new Set();
    if (heap.inherited.has(lookup)) return false;
    heap.inherited.add(lookup);
  }
  heap.lookups ??= new Map();
  const noted = heap.lookups.get(lookup.name);
  if (noted === undefined) heap.lookups.set(lookup.name, [lookup]);
  else noted.push(lookup);
  return true;
}

/**
 * What was written under names that are not known (`o[k] = v`) counts only where nothing else is found
 * under the name that is read. Otherwise each table of functions would call all of them.
 */
function readDynamic(state: GraphState, token: Token, to: NodeId): void {
  state.pendingTypes.push({
    node: to,
    apply: () => {
      const dynamic = token.heap?.properties.get('*');
      if (dynamic !== undefined) state.solver.edge(dynamic, to);
    },
  });
}

/** Everything that the properties of a token may hold. */
export function allProperties(state: GraphState, token: Token): NodeId {
  const heap = heapOf(token);
  const known = heap.properties.get('**');
  if (known !== undefined) return known;
  const node = propertyNode(state, token, '**');
  for (const [name, property] of heap.properties) {
    if (name !== '**' && !name.startsWith('$')) state.solver.edge(property, node);
  }
  return node;
}

/** Lets everything that `token.name` may be flow to a node. */
export function readProperty(state: GraphState, of: TokenId, name: string, to: NodeId, access: Access): void {
  const token = state.tokens.get(of);
  const value = token.value;
  if (access.by.phase === 'step' && token.phase === 'run') to = seenFromStep(state, to);
  switch (value.kind) {
    case 'function':
    case 'class':
    case 'prototype':
    case 'object':
    case 'array':
    case 'instance':
    case 'commonjs-module':
      readHeap(state, token, { name, first: of, to, receiver: of, access });
      return;
    case 'declared':
      readHeap(state, token, { name, first: of, to, receiver: of, access });
      declaredField(state, value.unit, value.cls, name, to);
      return;
    case 'namespace':
      if (value.unit.ir.module === 'esm') readExports(state, value.unit, name, to);
      else readHeap(state, token, { name, first: of, to, receiver: of, access });
      return;
    case 'native':
      readNative(state, token, name, to, access);
      return;
    case 'native-instance':
      readHeap(state, token, { name, first: of, to, receiver: of, access });
      readTypeMember(state, value.type, name, to, of, access);
      return;
    case 'primitive':
      readTypeMember(state, value.of, name, to, of, access);
      return;
    case 'constant':
      if (value.value === null || value.value === undefined) return;
      readTypeMember(state, typeof value.value, name, to, of, access);
      return;
    case 'data':
      state.solver.add(to, dataMember(state, token, name, access.callee));
      return;
    case 'typed':
      typedMember(state, token, name, to, access);
      return;
    case 'proxy':
      readProxy(state, token, name, to, access);
      return;
    case 'generator':
      readTypeMember(state, 'Iterator', name, to, of, access);
      return;
    case 'method': {
      const member = staticMember(state, value.path, value.shape, name);
      if (member !== undefined) addNative(state, member, to, access, of);
      return;
    }
    case 'bound':
    case 'resolver':
    case 'rejecter':
    case 'typed-method':
      readTypeMember(state, 'Function', name, to, of, access);
      return;
    case 'unknown':
      state.solver.add(to, of);
      return;
    case 'data-method':
    case 'source':
      return;
  }
}

/** `*` is every export, those behind `export *` included. */
function readExports(state: GraphState, unit: Unit, name: string, to: NodeId): void {
  const names = name === '*' ? exportNames(state, unit) : [name];
  for (const item of names) state.solver.edge(exportNode(state, unit, item), to);
}

/**
 * Reads from a token and from what it inherits. Prototypes that are not told apart form circles, and as
 * many ways lead through them as one likes: each token answers a look-up once.
 */
function readHeap(state: GraphState, first: Token, lookup: PropertyLookup): void {
  const inherited = readOne(state, first, lookup, true);
  if (inherited !== undefined) readPrototypes(state, inherited, lookup);
}

function readPrototypes(state: GraphState, waiting: Token[], lookup: PropertyLookup): void {
  for (let token = waiting.pop(); token !== undefined; token = waiting.pop()) {
    if (token.id === lookup.first) continue;
    const inherited = readOne(state, token, lookup, false);
    if (inherited !== undefined) waiting.push(...inherited);
  }
}

/** Reads from one token; gives the prototypes at which to go on, the last first. */
function readOne(
  state: GraphState,
  token: Token,
  lookup: PropertyLookup,
  begins: boolean,
): Token[] | undefined {
  const heap = heapOf(token);
  if (state.solver.exhausted() || !noteLookup(heap, lookup, begins)) return undefined;
  state.solver.countKept();
  readOwn(state, token, lookup);
  if (isOwn(token, lookup.name)) return undefined;
  let inherited: Token[] | undefined;
  if (heap.prototypes !== undefined) {
    inherited = [];
    for (const prototype of heap.prototypes) {
      const next = readInherited(state, prototype, lookup);
      if (next !== undefined) inherited.push(next);
    }
    inherited.reverse();
  }
  readImplicit(state, token, lookup);
  return inherited;
}

/** A name that hides those of the prototypes. */
function isOwn({ value, heap }: Token, name: string): boolean {
  if (heap?.own?.has(name) === true) return true;
  return value.kind === 'object' && heap?.prototypes !== undefined && value.names.includes(name);
}

function readOwn(state: GraphState, token: Token, { name, to, receiver, access }: PropertyLookup): void {
  const heap = heapOf(token);
  if (name === '*') {
    state.solver.edge(allProperties(state, token), to);
    // Accessors of a class are not among what is enumerated of its instances.
    const getters = token.id === receiver ? heap.getters?.values() : undefined;
    for (const getter of getters ?? []) callAccessor(state, getter, receiver, [], to, access);
  }
  const existing = heap.properties.get(name);
  if (existing !== undefined) state.solver.edge(existing, to);
  if (heap.properties.has('*')) readDynamic(state, token, to);
  const many = name === manyNames || isSymbol(name) ? undefined : heap.properties.get(manyNames);
  if (many !== undefined) state.solver.edge(many, to);
  if (isIndex(name)) {
    const elements = heap.properties.get('[]');
    if (elements !== undefined) state.solver.edge(elements, to);
    // Which element it is depends on what decided their order.
    const order = heap.properties.get(orderName);
    if (order !== undefined) state.solver.taintEdge(order, to);
  }
  const getter = heap.getters?.get(name);
  if (getter !== undefined) callAccessor(state, getter, receiver, [], to, access);
}

/** Reads from a prototype whose members the catalogue or a module gives; any other is given back, to be read. */
function readInherited(state: GraphState, prototype: TokenId, lookup: PropertyLookup): Token | undefined {
  const { name, to, receiver, access } = lookup;
  const token = state.tokens.get(prototype);
  if (token.value.kind === 'native-instance')
    readTypeMember(state, token.value.type, name, to, receiver, access);
  else if (token.value.kind === 'native') {
    forEachAsking(access, (asking) => {
      readNative(state, token, name, to, asking);
    });
  } else if (token.value.kind === 'unknown') state.solver.add(to, prototype);
  else if (token.value.kind === 'namespace' && token.value.unit.ir.module === 'esm')
    state.solver.edge(exportNode(state, token.value.unit, name), to);
  else return token;
  return undefined;
}

const iteratorOnly = new Set(['next', 'return', 'throw', 'take', 'drop', 'toArray']);

/** What every object, array or function has. */
function readImplicit(state: GraphState, token: Token, { name, to, receiver, access }: PropertyLookup): void {
  const value = token.value;
  // What gives an iterator gives an array here, which holds the same.
  if (value.kind === 'array')
    readTypeMember(state, iteratorOnly.has(name) ? 'Iterator' : 'Array', name, to, receiver, access);
  else if (value.kind === 'function' || value.kind === 'class') {
    if (name === 'prototype') {
      if (value.kind === 'function') state.solver.add(to, functionPrototype(state, token));
      return;
    }
    readTypeMember(state, 'Function', name, to, receiver, access);
  } else if (name === 'constructor' && value.kind === 'instance') {
    state.solver.add(to, value.of);
  } else if (value.kind === 'object' && name !== 'constructor') {
    if (typeMember(state, 'Object', name) !== undefined) {
      readTypeMember(state, 'Object', name, to, receiver, access);
    } else if (!value.open && (heapOf(token).prototypes?.size ?? 0) === 0 && !value.names.includes(name)) {
      state.solver.add(to, constantToken(state, undefined));
    }
  }
}

/** The object that `new` gives instances of a plain function. */
export function functionPrototype(state: GraphState, token: Token): TokenId {
  const made = state.tokens.intern(`proto${String(token.id)}`, token.phase, () => ({
    kind: 'prototype',
    of: token.id,
  }));
  state.solver.add(propertyNode(state, token, 'prototype'), made);
  return made;
}

export function readTypeMember(
  state: GraphState,
  type: string,
  name: string,
  to: NodeId,
  receiver: TokenId,
  access: Access,
): void {
  const found = typeMember(state, type, name);
  if (found === undefined) return;
  // What the program added to an engine's object by name (`Object.assign(ctx, { … })`) is not any member of it.
  if (found.any === true && state.tokens.get(receiver).heap?.properties.has(name) === true) return;
  addNative(state, found, to, access, receiver);
}

function readNative(state: GraphState, token: Token, name: string, to: NodeId, access: Access): void {
  if (token.value.kind !== 'native') return;
  const { path, shape } = token.value;
  if (lookInto(state, token.id, to, access)) {
    state.solver.add(to, access.callee ? dataMethod(state, name, false) : dataToken(state));
    return;
  }
  if (token.heap !== undefined) {
    const written = token.heap.properties.get(name);
    if (written !== undefined) state.solver.edge(written, to);
  }
  if (isGlobalObject(path)) {
    // What is not known there was put there: it is a global like the others, of unknown make.
    if (globalShape(state, name) !== undefined) addTyped(state, name, to, access);
    else if (name !== '*') {
      state.solver.add(to, nativeToken(state, `${path}.${name}`, { type: 'data' }));
      state.solver.add(to, constantToken(state, undefined));
    }
    return;
  }
  const found = staticMember(state, path, shape, name);
  if (found !== undefined) {
    addNative(state, found, to, access, token.id);
  } else if (access.op.type === 'get-element') {
    // A key that is computed is one of some object's: of another it gives nothing.
    state.solver.add(to, constantToken(state, undefined));
  } else if (shape.call !== undefined && mayHaveEffect(state, { path, shape }, shape.call.effect)) {
    // Variants of a function that does something (`process.memoryUsage.rss`) do it, too.
    state.solver.add(to, nativeToken(state, `${path}.${name}`, { call: shape.call }));
  } else if (token.heap?.properties.has(name) !== true) {
    state.solver.add(to, unknownMember(state, path, name, access));
  }
}

/** In packages helpers take all sorts of values, and ask each for all sorts of names: that is one thing not known. */
function unknownMember(state: GraphState, path: string, name: string, { by }: Access): TokenId {
  const reason =
    by.unit.ir.kind === 'package'
      ? 'a member of a global that is not in the catalogue'
      : `'${path}.${name}' is not in the catalogue`;
  return state.tokens.intern(`u${reason}`, 'load', () => ({ kind: 'unknown', reason }));
}

export function isGlobalObject(path: string): boolean {
  return path === 'globalThis' || path === 'global' || path === 'window' || path === 'self';
}

/** Adds a prototype and lets the look-ups made so far go on there. */
export function addPrototype(state: GraphState, token: Token, prototype: TokenId): void {
  const { kind } = state.tokens.get(prototype).value;
  if (kind === 'constant' || kind === 'primitive' || kind === 'data' || kind === 'source') return;
  const heap = heapOf(token);
  if (prototype === token.id || heap.prototypes?.has(prototype) === true) return;
  if (heap.prototypes === undefined) heap.prototypes = new Set([prototype]);
  else heap.prototypes.add(prototype);
  const lookups = lookupsOf(heap);
  state.solver.countWork(lookups.length);
  for (const lookup of lookups) {
    if (isOwn(token, lookup.name)) continue;
    const next = readInherited(state, prototype, lookup);
    if (next !== undefined) readPrototypes(state, [next], lookup);
  }
}
