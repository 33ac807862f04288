/** What of a variable's values passes a test: `typeof x === 'string'`, `x instanceof Date`, or fails it. */

import type { NarrowingIr } from './ir.js';
import { typeShape } from './shapes.js';
import type { GraphState } from './state.js';
import type { NodeId, Token, TokenId, Value } from './tokens.js';
import { dataToken, primitiveToken } from './values.js';

/** Moves what passes. What is not known well enough to tell passes, and fails, too. */
export function narrow(state: GraphState, from: NodeId, to: NodeId, narrows: NarrowingIr): void {
  state.solver.taintEdge(from, to);
  state.solver.listen(from, (id) => {
    const token = state.tokens.get(id);
    const verdict =
      narrows.test === 'typeof'
        ? hasType(state, token.value, narrows.of)
        : isInstance(state, token, narrows.of);
    if (verdict !== undefined && verdict !== narrows.holds) return;
    state.solver.add(to, verdict === undefined ? sharpened(state, token, narrows) : id);
  });
}

/** Plain data that is a text is a text; what is a record or an array, and is an array, is no record. */
function sharpened(state: GraphState, { id, value }: Token, { test, of, holds }: NarrowingIr): TokenId {
  if (holds && of === 'Array' && value.kind === 'typed') return dataToken(state);
  const isPlain = value.kind === 'data' || value.kind === 'unknown';
  return isPlain && holds && test === 'typeof' && primitiveTypes.has(of) ? primitiveToken(state, of) : id;
}

const primitiveTypes = new Set(['string', 'number', 'boolean', 'bigint', 'symbol']);

/** `typeof value === type`; undefined where that is not known. */
function hasType(state: GraphState, value: Value, type: string): boolean | undefined {
  switch (value.kind) {
    case 'constant':
      return typeof value.value === type;
    case 'primitive':
      return primitiveTypes.has(value.of) ? value.of === type : undefined;
    case 'function':
    case 'class':
    case 'bound':
    case 'method':
    case 'resolver':
      return type === 'function';
    case 'array':
    case 'object':
    case 'instance':
    case 'prototype':
    case 'generator':
      return type === 'object';
    case 'native':
      return value.shape.call === undefined && value.shape.construct === undefined
        ? undefined
        : type === 'function';
    case 'native-instance':
      if (typeShape(state, value.type)?.call === undefined && value.type !== 'Function')
        return type === 'object';
      return primitiveTypes.has(type) ? false : undefined;
    case 'namespace':
    case 'declared':
    case 'proxy':
      return primitiveTypes.has(type) || type === 'undefined' ? false : undefined;
    default:
      return undefined;
  }
}

const functions = new Set(['function', 'class', 'bound', 'method', 'resolver']);

/** `value instanceof type`, where an empty type is a class of the program; undefined where that is not known. */
function isInstance(state: GraphState, token: Token, type: string): boolean | undefined {
  const { value } = token;
  if (value.kind === 'constant' || value.kind === 'primitive') return false;
  if (type === 'Object') return undefined;
  if (value.kind === 'native-instance') return isTypeOf(state, value.type, type);
  const own = functions.has(value.kind) ? 'Function' : value.kind === 'array' ? 'Array' : '';
  if (own === '' && value.kind !== 'object') return undefined;
  if (own === type && own !== '') return true;
  return inheritsFromLiterals(state, token) ? false : undefined;
}

/** Does an object inherit at most from what literals make? */
function inheritsFromLiterals(state: GraphState, token: Token): boolean {
  for (const id of token.heap?.prototypes ?? []) {
    const prototype = state.tokens.get(id);
    if (prototype.value.kind !== 'object' || (prototype.heap?.prototypes?.size ?? 0) > 0) return false;
  }
  return true;
}

function isTypeOf(state: GraphState, given: string, type: string): boolean | undefined {
  if (type === '') return undefined;
  let current: string | undefined = given;
  for (let depth = 0; current !== undefined && depth < 10; depth += 1) {
    if (current === type) return true;
    current = typeShape(state, current)?.extends;
  }
  // A catalogued type may stand for several (errors, typed arrays), or be extended by one that is not known.
  return apart.has(given) && apart.has(type) ? false : undefined;
}

/** Types of which no value is an instance of another of them. */
const apart = new Set(
  'Array Date Map Set WeakMap WeakSet RegExp Promise Function Error URL ArrayBuffer Iterator'.split(' '),
);
