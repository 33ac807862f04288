/** Tokens for the values that every part of the graph makes. */

import type { Shape, TypeName } from '../catalog/types.js';
import { typeShape } from './shapes.js';
import type { GraphState, Unit, Instance } from './state.js';
import type { FunctionIr } from './ir.js';
import type { Phase, TokenId } from './tokens.js';

export function functionToken(state: GraphState, unit: Unit, fn: FunctionIr, parent: Instance): TokenId {
  const key = `f${String(unit.id)}.${String(fn.index)}.${String(parent.id)}`;
  return state.tokens.intern(key, parent.phase, () => ({ kind: 'function', unit, fn, parent }));
}

export function constantToken(
  state: GraphState,
  value: string | number | boolean | null | undefined,
): TokenId {
  if (typeof value === 'string' && value.length > 200) return primitiveToken(state, 'string');
  let token = state.tokens.constants.get(value);
  if (token === undefined) {
    token = state.tokens.add('load', { kind: 'constant', value });
    state.tokens.constants.set(value, token);
  }
  return token;
}

export function primitiveToken(state: GraphState, of: string): TokenId {
  let token = state.tokens.primitives.get(of);
  if (token === undefined) state.tokens.primitives.set(of, (token = newPrimitive(state, of)));
  return token;
}

function newPrimitive(state: GraphState, of: string): TokenId {
  if (of === 'data') return dataToken(state);
  if (of === 'vetted') return dataToken(state, true, true);
  if (of === 'undefined') return constantToken(state, undefined);
  if (of === 'null') return constantToken(state, null);
  return state.tokens.add('load', { kind: 'primitive', of });
}

export function dataToken(state: GraphState, nullable = true, vetted = false): TokenId {
  const key = `data${nullable ? '' : '!'}${vetted ? '+' : ''}`;
  return state.tokens.intern(key, 'load', () => ({ kind: 'data', nullable, vetted }));
}

/** A symbol that is told from others. */
export function symbolToken(state: GraphState, name: string): TokenId {
  return state.tokens.intern(`p${name}`, 'load', () => ({ kind: 'primitive', of: 'symbol', symbol: name }));
}

/** Plain data of the execution, seen from a step. */
export function replayedData(state: GraphState): TokenId {
  return state.tokens.intern('replayed', 'run', () => ({ kind: 'data', nullable: true, replayed: true }));
}

export function unknownToken(state: GraphState, reason: string): TokenId {
  return state.tokens.intern(`u${reason}`, 'load', () => ({ kind: 'unknown', reason }));
}

export function nativeToken(state: GraphState, path: string, shape: Shape): TokenId {
  return state.tokens.intern(`n${path}`, 'load', () => ({ kind: 'native', path, shape }));
}

const primitives = new Set([
  'string',
  'number',
  'boolean',
  'bigint',
  'symbol',
  'undefined',
  'null',
  'data',
  'vetted',
]);

/** Containers and other objects with state are told apart by where they are made. */
export function typeToken(state: GraphState, type: TypeName, site: string, phase: Phase): TokenId {
  if (primitives.has(type)) return primitiveToken(state, type);
  return state.tokens.intern(`i${type}@${site}`, phase, () => ({ kind: 'native-instance', type }));
}

/** What a value gives when it is awaited; the program's own thenables apart. */
export function settledToken(state: GraphState, id: TokenId): TokenId {
  const { value } = state.tokens.get(id);
  if (value.kind !== 'native-instance') return id;
  const awaits = typeShape(state, value.type)?.awaits;
  return awaits === undefined ? id : typeToken(state, awaits, 'await', 'run');
}

/** The type in a catalogue's `returns`, without promises around it. */
export function unwrapPromise(type: TypeName): { readonly type: TypeName; readonly promise: boolean } {
  let inner = type;
  let promise = false;
  while (inner.startsWith('Promise<') && inner.endsWith('>')) {
    inner = inner.slice('Promise<'.length, -1);
    promise = true;
  }
  return { type: inner, promise };
}
