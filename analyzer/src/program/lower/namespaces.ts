/** What TypeScript adds to the language's declarations: enums and namespaces. Both are objects. */

import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { Slot } from '../../graph/ir.js';
import { enumMembers } from './constants.js';
import { constantSlot, lowerExpression, primitive } from './expressions.js';
import { finishFunction, newFunction } from './functions.js';
import { hoistVars, isAmbient } from './hoist.js';
import { lowerBlockBody } from './statements.js';
import { declare, emit, lookup, newSlot, slotOf, spanOf, type Binding, type FunctionState } from './state.js';

export function lowerEnum(fn: FunctionState, node: ts.EnumDeclaration): void {
  const binding = lookup(fn.scope, node.name.text);
  if (binding === undefined || isAmbient(node)) return;
  const of = slotOf(fn, binding);
  const members = enumMembers(fn, node);
  const numbers = members.filter(({ constant }) => typeof constant?.value === 'number');
  const properties = [
    ...members.map(({ name }) => name),
    ...numbers.map(({ constant }) => String(constant!.value)),
  ];
  const open = members.some(({ constant }) => constant === undefined);
  emit(fn, { type: 'object', to: of, properties, open, ...spanOf(fn, node) });
  const define = (name: string, from: Slot): void => {
    emit(fn, { type: 'define', of, name, from, accessor: 'none', ...spanOf(fn, node) });
  };
  for (const { name, constant, initializer } of members) {
    if (constant !== undefined) define(name, constantSlot(fn, constant.value));
    else define(name, initializer === undefined ? primitive(fn, 'number') : lowerExpression(fn, initializer));
  }
  // From a number back to its name.
  for (const { name, constant } of numbers) define(String(constant!.value), constantSlot(fn, name));
}

/** Names that the declarations of a namespace so far have given out: later ones see them. */
const exportedNames = new WeakMap<Binding, Set<string>>();

/**
 * A namespace is an object that holds what its body exports. Where a class, a function, an enum or another
 * part of the namespace has the name already, that is given the same properties.
 */
export function lowerNamespace(fn: FunctionState, node: ts.ModuleDeclaration): void {
  const { body, name } = node;
  const binding = tsc.isIdentifier(name) ? lookup(fn.scope, name.text) : undefined;
  if (binding === undefined || body === undefined) return;
  const inner = newFunction(fn.file, { kind: 'function', parent: fn, scope: fn.scope, inheritsThis: true });
  const before = exportedNames.get(binding) ?? new Set<string>();
  for (const exported of before) {
    const { slot: to } = declare(inner.scope, exported, 'const', spanOf(fn, node));
    emit(inner, { type: 'get', to, of: slotOf(inner, binding), name: exported, ...spanOf(fn, node) });
  }
  lowerNamespaceBody(inner, body);
  const object = newSlot(inner);
  const span = spanOf(fn, node);
  emit(inner, { type: 'object', to: object, properties: [], open: true, ...span });
  for (const [name, { slot: from }] of inner.scope.bindings) {
    emit(inner, { type: 'define', of: object, name, from, accessor: 'none', ...span });
  }
  emit(inner, { type: 'return', from: object, ...span });
  const made = callBody(fn, node, finishFunction(inner, { node, name: name.text }));
  const to = slotOf(fn, binding);
  emit(fn, { type: 'copy', to, from: made });
  if (binding.kind !== 'const' || before.size > 0) {
    for (const name of inner.scope.bindings.keys()) {
      const from = newSlot(fn);
      emit(fn, { type: 'get', to: from, of: made, name, ...span });
      emit(fn, { type: 'define', of: to, name, from, accessor: 'none', ...span });
    }
  }
  exportedNames.set(binding, new Set([...before, ...inner.scope.bindings.keys()]));
}

/** `namespace A.B { … }` is a namespace in a namespace. */
function lowerNamespaceBody(fn: FunctionState, body: ts.ModuleBody): void {
  if (tsc.isModuleBlock(body)) {
    hoistVars(fn, body);
    lowerBlockBody(fn, body.statements);
  } else if (tsc.isModuleDeclaration(body) && tsc.isIdentifier(body.name)) {
    declare(fn.scope, body.name.text, 'const', spanOf(fn, body.name));
    lowerNamespace(fn, body);
  }
}

function callBody(fn: FunctionState, node: ts.ModuleDeclaration, index: number): Slot {
  const callee = newSlot(fn);
  emit(fn, { type: 'function', to: callee, fn: index });
  const to = newSlot(fn);
  emit(fn, {
    type: 'call',
    to,
    callee,
    receiver: -1,
    args: [],
    kind: 'call',
    use: 'value',
    optional: false,
    typeArguments: [],
    text: node.name.text,
    ...spanOf(fn, node),
  });
  return to;
}
