import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { MemberIr, Slot, TypeIr } from '../../graph/ir.js';
import { constantSlot, lowerExpression } from './expressions.js';
import { emitCall } from './calls.js';
import { finishFunction, isThisParameter, lowerFunction, newFunction } from './functions.js';
import { hasModifier } from './hoist.js';
import { propertyName } from './literals.js';
import { typedSlot } from './patterns.js';
import { lowerBlockBody } from './statements.js';
import { lowerType } from './types.js';
import {
  declare,
  emit,
  hiddenBinding,
  newSlot,
  pushScope,
  slotOf,
  spanOf,
  startOf,
  type Binding,
  type ClassHome,
  type FunctionState,
} from './state.js';

interface ClassState {
  readonly node: ts.ClassLikeDeclaration;
  readonly name: string;
  readonly slot: Slot;
  readonly self: Binding;
  readonly base: Binding | undefined;
  readonly members: MemberIr[];
  readonly instanceFields: ts.PropertyDeclaration[];
  readonly statics: (ts.PropertyDeclaration | ts.ClassStaticBlockDeclaration)[];
  ctor: number;
}

/** Lowers a class and gives the slot that holds it. */
export function lowerClass(fn: FunctionState, node: ts.ClassLikeDeclaration, name?: string): Slot {
  const before = pushScope(fn);
  const label = node.name?.text ?? name ?? '<class>';
  const self = declare(fn.scope, node.name?.text ?? ' class', 'class', spanOf(fn, node));
  const base = lowerBase(fn, node);
  const index = fn.file.classes.push(undefined) - 1;
  const state: ClassState = {
    node,
    name: label,
    slot: self.slot,
    self,
    base,
    members: [],
    instanceFields: [],
    statics: [],
    ctor: -1,
  };
  const decorators = lowerDecorators(fn, node);
  for (const member of node.members) lowerMember(fn, state, member);
  const fieldInit = lowerFieldInit(fn, state);
  const heritage = node.heritageClauses ?? [];
  const implemented = heritage.filter((clause) => clause.token === tsc.SyntaxKind.ImplementsKeyword);
  fn.file.classes[index] = {
    index,
    name: label,
    nameAt: startOf(fn.file, node.name ?? node),
    parent: fn.index,
    baseSlot: base?.slot ?? -1,
    baseType: lowerType(baseOf(node)),
    implements: implemented.flatMap((clause) => clause.types.flatMap((type) => lowerType(type) ?? [])),
    abstract: hasModifier(node, tsc.SyntaxKind.AbstractKeyword),
    ctor: state.ctor,
    fieldInit,
    members: state.members,
    decorators,
    typeParameters: (node.typeParameters ?? []).map((parameter) => parameter.name.text),
    ...spanOf(fn, node),
  };
  emit(fn, { type: 'class', to: self.slot, cls: index });
  applyMemberDecorators(fn, state);
  for (const item of state.statics) lowerStatic(fn, state, item);
  for (const decorator of decorators) {
    const args = [{ slot: self.slot, spread: false, ...spanOf(fn, node) }];
    const result = emitCall(fn, node, decoratorCall(decorator, args));
    emit(fn, { type: 'copy', to: self.slot, from: result });
  }
  fn.scope = before;
  return self.slot;
}

function decoratorCall(
  callee: Slot,
  args: readonly { slot: Slot; spread: boolean; at: number; end: number }[],
) {
  return {
    callee,
    receiver: -1,
    args,
    kind: 'decorator',
    use: 'value',
    optional: false,
    text: '@decorator',
  } as const;
}

function baseOf(node: ts.ClassLikeDeclaration): ts.ExpressionWithTypeArguments | undefined {
  return node.heritageClauses?.find((clause) => clause.token === tsc.SyntaxKind.ExtendsKeyword)?.types[0];
}

function lowerBase(fn: FunctionState, node: ts.ClassLikeDeclaration): Binding | undefined {
  const base = baseOf(node);
  if (base === undefined) return undefined;
  const binding = hiddenBinding(fn, 'super');
  emit(fn, { type: 'copy', to: binding.slot, from: lowerExpression(fn, base.expression) });
  return binding;
}

function lowerDecorators(fn: FunctionState, node: ts.Node): Slot[] {
  if (!tsc.canHaveDecorators(node)) return [];
  return (tsc.getDecorators(node) ?? []).map((decorator) => lowerExpression(fn, decorator.expression));
}

function homeOf(state: ClassState, isStatic: boolean): ClassHome {
  return { base: state.base, static: isStatic };
}

function lowerMember(fn: FunctionState, state: ClassState, member: ts.ClassElement): void {
  if (tsc.isConstructorDeclaration(member)) {
    if (member.body !== undefined) state.ctor = lowerConstructor(fn, state, member);
    return;
  }
  const isStatic = hasModifier(member, tsc.SyntaxKind.StaticKeyword);
  if (tsc.isPropertyDeclaration(member)) {
    lowerField(fn, state, member, isStatic);
  } else if (tsc.isClassStaticBlockDeclaration(member)) {
    state.statics.push(member);
  } else if (tsc.isMethodDeclaration(member) || tsc.isGetAccessor(member) || tsc.isSetAccessor(member)) {
    lowerMethod(fn, state, member, isStatic);
  }
}

function lowerMethod(
  fn: FunctionState,
  state: ClassState,
  member: ts.MethodDeclaration | ts.AccessorDeclaration,
  isStatic: boolean,
): void {
  if (
    tsc.isMethodDeclaration(member) &&
    member.body === undefined &&
    !hasModifier(member, tsc.SyntaxKind.AbstractKeyword)
  ) {
    return;
  }
  const name = propertyName(fn, member.name) ?? '*';
  const kind = tsc.isGetAccessor(member) ? 'getter' : tsc.isSetAccessor(member) ? 'setter' : 'method';
  const decorators = lowerDecorators(fn, member);
  const isAbstract = member.body === undefined;
  const index = lowerFunction(fn, member, {
    kind,
    name: `${state.name}.${name}`,
    home: homeOf(state, isStatic),
    decorators,
  });
  const type: TypeIr = { type: 'function', returns: lowerType(member.type) };
  state.members.push({ name, kind, static: isStatic, fn: isAbstract ? -1 : index, type, decorators });
}

function lowerField(
  fn: FunctionState,
  state: ClassState,
  member: ts.PropertyDeclaration,
  isStatic: boolean,
): void {
  const name = propertyName(fn, member.name) ?? '*';
  const decorators = lowerDecorators(fn, member);
  const jsDoc = fn.file.isTypeScript ? undefined : tsc.getJSDocType(member);
  const type = lowerType(member.type ?? jsDoc);
  state.members.push({ name, kind: 'field', static: isStatic, fn: -1, type, decorators });
  if (hasModifier(member, tsc.SyntaxKind.DeclareKeyword)) return;
  if (isStatic) state.statics.push(member);
  else if (member.initializer !== undefined) state.instanceFields.push(member);
}

/** Constructors assign their parameter properties first. */
function lowerConstructor(fn: FunctionState, state: ClassState, node: ts.ConstructorDeclaration): number {
  for (const parameter of node.parameters) {
    if (!tsc.isIdentifier(parameter.name) || !tsc.isParameterPropertyDeclaration(parameter, node)) continue;
    const type = lowerType(parameter.type);
    state.members.push({
      name: parameter.name.text,
      kind: 'field',
      static: false,
      fn: -1,
      type,
      decorators: [],
    });
  }
  return lowerFunction(fn, node, {
    kind: 'constructor',
    name: state.name,
    home: homeOf(state, false),
    prologue: (inner) => {
      for (const parameter of node.parameters) {
        if (isThisParameter(parameter) || !tsc.isIdentifier(parameter.name)) continue;
        if (!tsc.isParameterPropertyDeclaration(parameter, node)) continue;
        const name = parameter.name.text;
        const binding = inner.scope.bindings.get(name);
        if (binding === undefined) continue;
        const of = slotOf(inner, inner.thisBinding);
        emit(inner, {
          type: 'define',
          of,
          name,
          from: binding.slot,
          accessor: 'none',
          ...spanOf(fn, parameter),
        });
      }
    },
  });
}

/** One function that runs the initialisers of an instance's fields. */
function lowerFieldInit(fn: FunctionState, state: ClassState): number {
  if (state.instanceFields.length === 0) return -1;
  const inner = newFunction(fn.file, {
    kind: 'initializer',
    parent: fn,
    scope: fn.scope,
    home: homeOf(state, false),
  });
  for (const field of state.instanceFields) {
    const of = slotOf(inner, inner.thisBinding);
    defineField(inner, field, of);
  }
  return finishFunction(inner, { node: state.node, name: state.name, nameNode: state.node.name });
}

function defineField(fn: FunctionState, field: ts.PropertyDeclaration, of: Slot): void {
  if (field.initializer === undefined) return;
  const name = propertyName(fn, field.name) ?? '*';
  let from = lowerExpression(fn, field.initializer, 'value', name);
  const type = lowerType(field.type);
  if (type !== undefined) from = typedSlot(fn, from, type);
  emit(fn, { type: 'define', of, name, from, accessor: 'none', ...spanOf(fn, field) });
}

/** A static field or block runs, once, where the class is evaluated, with the class as `this`. */
function lowerStatic(
  fn: FunctionState,
  state: ClassState,
  item: ts.PropertyDeclaration | ts.ClassStaticBlockDeclaration,
): void {
  const savedThis = fn.thisBinding;
  fn.thisBinding = state.self;
  if (tsc.isPropertyDeclaration(item)) {
    defineField(fn, item, state.slot);
  } else {
    const before = pushScope(fn);
    lowerBlockBody(fn, item.body.statements);
    fn.scope = before;
  }
  fn.thisBinding = savedThis;
}

/**
 * A method's decorator is given the method, both ways in which decorators are written (the method and
 * a context; the prototype, the name and a descriptor). What it gives back takes the method's place.
 */
function applyMemberDecorators(fn: FunctionState, state: ClassState): void {
  for (const member of state.members) {
    if (member.decorators.length === 0) continue;
    const span = spanOf(fn, state.node);
    let home = state.slot;
    if (!member.static) {
      home = newSlot(fn);
      emit(fn, { type: 'get', to: home, of: state.slot, name: 'prototype', ...span });
    }
    const original = newSlot(fn);
    if (member.fn >= 0) emit(fn, { type: 'function', to: original, fn: member.fn });
    const first = newSlot(fn);
    emit(fn, { type: 'copy', to: first, from: home });
    emit(fn, { type: 'copy', to: first, from: original });
    const descriptor = newSlot(fn);
    emit(fn, { type: 'object', to: descriptor, properties: ['value'], open: true, ...span });
    emit(fn, { type: 'define', of: descriptor, name: 'value', from: original, accessor: 'none', ...span });
    const key = constantSlot(fn, member.name);
    const args = [first, key, descriptor].map((slot) => ({ slot, spread: false, ...span }));
    for (const decorator of member.decorators) {
      const result = emitCall(fn, state.node, decoratorCall(decorator, args));
      const replaced = newSlot(fn);
      emit(fn, { type: 'get', to: replaced, of: descriptor, name: 'value', ...span });
      if (member.kind === 'field') {
        const initial = [{ slot: newSlot(fn), spread: false, ...span }];
        const from = emitCall(fn, state.node, decoratorCall(result, initial));
        emit(fn, { type: 'define', of: home, name: member.name, from, accessor: 'none', ...span });
      }
      if (member.kind !== 'method') continue;
      emit(fn, { type: 'define', of: home, name: member.name, from: replaced, accessor: 'none', ...span });
      emit(fn, { type: 'define', of: home, name: member.name, from: result, accessor: 'none', ...span });
    }
  }
}
