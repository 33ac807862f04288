/** From ops to constraints: what each op lets flow where. */

import { noteChoices, noteConditional } from './choices.js';
import { evaluateClass } from './classes.js';
import { refine } from './declared-types.js';
import type { GuardKind, Op, Slot, Span } from './ir.js';
import { awaitThenable, callOwn, convert } from './conversions.js';
import { need } from './modules.js';
import { narrow } from './narrowing.js';
import { lookInto } from './host-objects.js';
import { walkAccess } from './op-access.js';
import { walkCall } from './op-calls.js';
import { accessAt } from './op-iteration.js';
import type { Access } from './properties.js';
import { askProxy } from './proxies.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import { isReplayed, seeCaptures } from './replayed.js';
import { catchRejections, throwValue } from './thrown.js';
import type { NodeId, TokenId } from './tokens.js';
import {
  constantToken,
  dataToken,
  functionToken,
  primitiveToken,
  typeToken,
  settledToken,
} from './values.js';

/** Walks an instance's ops from one index to another. */
export function walkOps(state: GraphState, instance: Instance, from: number, to: number): void {
  const { ops } = instance.fn;
  let index = from;
  while (index < to) {
    const op = ops[index]!;
    if (op.type === 'guard') {
      guard(state, instance, index, op.until);
      index = op.until;
    } else {
      walkOp(state, instance, op);
      index += 1;
    }
  }
}

/** Starts an instance: what its function captures is needed, then its ops are walked. */
export function startInstance(state: GraphState, instance: Instance): void {
  if (instance.started) return;
  instance.started = true;
  if (instance.phase === 'step') seeCaptures(state, instance);
  for (const capture of instance.fn.captures) {
    if (capture.fn === 0) need(state, instance.unit, capture.slot);
  }
  if (instance.fn.kind === 'module') return;
  state.solver.allowFor(instance.fn.ops.length);
  walkOps(state, instance, 0, instance.fn.ops.length);
  noteChoices(state, instance);
}

function guard(state: GraphState, instance: Instance, index: number, until: number): void {
  const op = instance.fn.ops[index];
  if (op?.type !== 'guard') return;
  const node = nodeOf(instance, op.on);
  let done = false;
  const activate = (): void => {
    if (done) return;
    done = true;
    walkOps(state, instance, index + 1, until);
  };
  state.solver.listen(node, (token) => {
    if (!done && passes(state, token, op.when)) activate();
  });
  state.pendingGuards.push({ on: node, activate });
}

/** May the value be what the guard asks for? */
function passes(state: GraphState, token: TokenId, when: GuardKind): boolean {
  const { value } = state.tokens.get(token);
  const open = (value.kind === 'data' && value.nullable) || value.kind === 'unknown';
  if (value.kind === 'constant') {
    if (when === 'undefined' || when === 'missing') return value.value === undefined;
    if (when === 'nullish') return value.value === undefined || value.value === null;
    return when === 'falsy' ? !value.value : Boolean(value.value);
  }
  if (when === 'missing') return false;
  if (when === 'truthy') return true;
  if (open) return true;
  return when === 'falsy' && value.kind === 'primitive';
}

function walkOp(state: GraphState, instance: Instance, op: Op): void {
  const { solver } = state;
  switch (op.type) {
    case 'constant':
      solver.add(nodeOf(instance, op.to), constantToken(state, op.value));
      return;
    case 'primitive':
      solver.add(nodeOf(instance, op.to), typeToken(state, op.of, 'literal', 'run'));
      return;
    case 'copy':
      if (op.narrows !== undefined) {
        narrow(state, nodeOf(instance, op.from), nodeOf(instance, op.to), op.narrows);
        return;
      }
      solver.edge(nodeOf(instance, op.from), nodeOf(instance, op.to));
      return;
    case 'present':
      present(state, nodeOf(instance, op.from), nodeOf(instance, op.to));
      return;
    case 'falsy':
      moveFalsy(state, nodeOf(instance, op.from), nodeOf(instance, op.to));
      return;
    case 'assign':
      assign(state, instance, op);
      return;
    case 'function':
      solver.add(nodeOf(instance, op.to), functionValue(state, instance, op.fn));
      return;
    case 'class':
      evaluateClass(state, instance, op.cls, nodeOf(instance, op.to));
      return;
    case 'return':
      solver.edge(nodeOf(instance, op.from), instance.base + instance.fn.returnSlot);
      return;
    case 'delete':
      solver.listen(nodeOf(instance, op.of), (token) => {
        const receiver = nodeOf(instance, op.of);
        const { value } = state.tokens.get(token);
        if (!isPlain(value.kind) || isReplayed(value))
          state.mutations.push({ instance, at: op.at, end: op.end, on: token, receiver, text: op.name });
        askProxy(state, token, 'deleteProperty', op.name, solver.newNode(), accessAt(instance, op));
      });
      return;
    case 'throw':
      throwValue(state, instance, op.at, nodeOf(instance, op.from));
      return;
    case 'guard':
      return;
    case 'await':
      catchRejections(state, instance, op);
      awaitValue(state, nodeOf(instance, op.of), nodeOf(instance, op.to), accessAt(instance, op));
      return;
    case 'derive':
      derive(state, instance, op);
      return;
    case 'typed':
      refine(state, nodeOf(instance, op.from), nodeOf(instance, op.to), op.as, instance.unit);
      return;
    case 'call':
      walkCall(state, instance, op);
      return;
    default:
      walkAccess(state, instance, op);
  }
}

/** A function expression's own name, seen inside, is the function that runs: not one made inside it. */
function functionValue(state: GraphState, instance: Instance, index: number): TokenId {
  const fn = instance.unit.ir.functions[index]!;
  const parent = index === instance.fn.index ? (instance.parent ?? instance) : instance;
  return functionToken(state, instance.unit, fn, parent);
}

/** All plain data is one value here, which no part of the program owns. */
function isPlain(kind: string): boolean {
  return (
    kind === 'data' || kind === 'unknown' || kind === 'typed' || kind === 'constant' || kind === 'primitive'
  );
}

function assign(state: GraphState, instance: Instance, op: Op & { type: 'assign' }): void {
  state.solver.edge(nodeOf(instance, op.from), nodeOf(instance, op.to));
  if (op.to >= 0) return;
  state.assignments.push({ instance, slot: op.to, at: op.at, end: op.end, name: op.name });
}

function awaitValue(state: GraphState, from: NodeId, to: NodeId, access: Access): void {
  const marker = (token: TokenId): boolean => {
    const { value } = state.tokens.get(token);
    return value.kind === 'native-instance' && value.type === 'Promise';
  };
  state.solver.taintEdge(from, to);
  state.solver.listen(from, (token) => {
    if (marker(token)) return;
    state.solver.add(to, settledToken(state, token));
    awaitThenable(state, token, to, access);
  });
}

function derive(state: GraphState, instance: Instance, op: Op & { type: 'derive' }): void {
  const to = nodeOf(instance, op.to);
  if (op.of === '') {
    for (const on of op.from) noteConditional(state, instance, on, op.to);
    return;
  }
  for (const from of op.from) {
    state.solver.taintEdge(nodeOf(instance, from), to);
    if (op.converts === 'in' || op.converts === 'instanceof') askLast(state, instance, op, from, to);
    else if (op.converts !== undefined)
      convert(state, nodeOf(instance, from), to, op.converts, accessAt(instance, op));
  }
  if (op.text !== undefined) {
    state.solver.add(to, timeToken(state, instance, op, op.text));
  } else if (op.of !== '+') {
    state.solver.add(to, primitiveToken(state, op.of));
  } else {
    for (const type of ['string', 'number']) state.solver.add(to, primitiveToken(state, type));
  }
}

/** A string that looks like a time, with what is known of it. */
function timeToken(
  state: GraphState,
  instance: Instance,
  { at, end }: Span,
  parts: readonly (string | Slot)[],
): TokenId {
  const key = `pstring@${String(instance.id)}.${String(at)}.${String(end)}`;
  return state.tokens.intern(key, 'load', () => ({
    kind: 'primitive',
    of: 'string',
    text: parts.map((part) => (typeof part === 'string' ? part : nodeOf(instance, part))),
  }));
}

/** `key in proxy`, `value instanceof Class` with a method of its own for it. */
function askLast(
  state: GraphState,
  instance: Instance,
  op: Op & { type: 'derive' },
  of: Slot,
  to: NodeId,
): void {
  if (of !== op.from.at(-1)) return;
  const access = accessAt(instance, op);
  const [value] = op.from;
  state.solver.listen(nodeOf(instance, of), (token) => {
    if (op.converts === 'in') {
      lookInto(state, token, to, access);
      askProxy(state, token, 'has', '*', to, access);
    } else if (value !== undefined) {
      callOwn(state, token, '@@hasInstance', [nodeOf(instance, value)], to, access);
    }
  });
}

function present(state: GraphState, from: NodeId, to: NodeId): void {
  state.solver.taintEdge(from, to);
  state.solver.listen(from, (token) => {
    const { value } = state.tokens.get(token);
    if (value.kind === 'constant' && (value.value === undefined || value.value === null)) return;
    const isData = value.kind === 'data' && value.replayed !== true;
    state.solver.add(to, isData ? dataToken(state, false, value.vetted) : token);
  });
}

const alwaysTrue = new Set([
  'function',
  'class',
  'prototype',
  'object',
  'array',
  'instance',
  'namespace',
  'commonjs-module',
  'bound',
  'generator',
]);

function moveFalsy(state: GraphState, from: NodeId, to: NodeId): void {
  state.solver.taintEdge(from, to);
  state.solver.listen(from, (token) => {
    if (!alwaysTrue.has(state.tokens.get(token).value.kind)) state.solver.add(to, token);
  });
}
