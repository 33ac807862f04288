import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { GuardKind, Slot, TypeIr } from '../../graph/ir.js';
import { unwrap } from './constants.js';
import { lowerExpression, superHome } from './expressions.js';
import { lowerType } from './types.js';
import { emit, lookup, newSlot, slotOf, spanOf, type FunctionState } from './state.js';

/** Binds a declared name or pattern to a value. The names are declared already. */
export function bindPattern(fn: FunctionState, name: ts.BindingName, from: Slot, type?: TypeIr): void {
  const value = type === undefined ? from : typedSlot(fn, from, type);
  if (tsc.isIdentifier(name)) {
    const binding = lookup(fn.scope, name.text);
    if (binding !== undefined) emit(fn, { type: 'copy', to: slotOf(fn, binding), from: value });
    return;
  }
  if (tsc.isObjectBindingPattern(name)) {
    for (const element of name.elements) bindObjectElement(fn, name, element, value);
    return;
  }
  bindArrayElements(fn, name, value);
}

export function typedSlot(fn: FunctionState, from: Slot, type: TypeIr): Slot {
  const to = newSlot(fn);
  emit(fn, { type: 'typed', to, from, as: type });
  return to;
}

function bindObjectElement(
  fn: FunctionState,
  pattern: ts.ObjectBindingPattern,
  element: ts.BindingElement,
  from: Slot,
): void {
  let value = newSlot(fn);
  const key = element.propertyName ?? element.name;
  if (element.dotDotDotToken !== undefined) {
    emit(fn, { type: 'rest', to: value, of: from, elements: false });
  } else if (tsc.isComputedPropertyName(key)) {
    const slot = lowerExpression(fn, key.expression);
    emit(fn, { type: 'get-element', to: value, of: from, key: slot, ...spanOf(fn, element) });
  } else if (!tsc.isObjectBindingPattern(key) && !tsc.isArrayBindingPattern(key)) {
    emit(fn, { type: 'get', to: value, of: from, name: key.text, ...spanOf(fn, element) });
  }
  value = withDefault(fn, value, element.initializer);
  bindPattern(fn, element.name, value);
}

function bindArrayElements(fn: FunctionState, pattern: ts.ArrayBindingPattern, from: Slot): void {
  pattern.elements.forEach((element, index) => {
    if (!tsc.isBindingElement(element)) return;
    let value = newSlot(fn);
    if (element.dotDotDotToken !== undefined)
      emit(fn, { type: 'rest', to: value, of: from, elements: true, after: index });
    else getByPosition(fn, value, from, index, element);
    value = withDefault(fn, value, element.initializer);
    bindPattern(fn, element.name, value);
  });
}

function getByPosition(fn: FunctionState, to: Slot, of: Slot, index: number, node: ts.Node): void {
  emit(fn, { type: 'get', to, of, name: String(index), iterates: true, ...spanOf(fn, node) });
}

/** The value, or the default where the value may be undefined. */
export function withDefault(
  fn: FunctionState,
  value: Slot,
  initializer: ts.Expression | undefined,
  when: GuardKind = 'undefined',
): Slot {
  if (initializer === undefined) return value;
  const to = newSlot(fn);
  emit(fn, { type: 'present', to, from: value });
  guarded(fn, value, when, () => {
    emit(fn, { type: 'copy', to, from: lowerExpression(fn, initializer) });
  });
  return to;
}

export function guarded(fn: FunctionState, on: Slot, when: GuardKind, body: () => void): void {
  const index = emit(fn, { type: 'guard', on, when, until: 0 });
  body();
  fn.ops[index] = { type: 'guard', on, when, until: fn.ops.length };
}

/** Assigns to what stands left of `=`: a variable, a member or a pattern. */
export function assignTo(fn: FunctionState, target: ts.Expression, from: Slot): void {
  const node = unwrap(target);
  if (tsc.isIdentifier(node)) {
    const binding = lookup(fn.scope, node.text);
    if (binding === undefined) {
      const global = newSlot(fn);
      emit(fn, { type: 'global', to: global, name: 'globalThis', typeofOnly: true, ...spanOf(fn, node) });
      emit(fn, { type: 'set', of: global, name: node.text, from, ...spanOf(fn, node) });
    } else {
      emit(fn, { type: 'assign', to: slotOf(fn, binding), from, name: node.text, ...spanOf(fn, node) });
    }
  } else if (tsc.isPropertyAccessExpression(node)) {
    const isSuper = node.expression.kind === tsc.SyntaxKind.SuperKeyword;
    const of = isSuper ? superHome(fn, node) : lowerTarget(fn, node.expression);
    const self = isSuper ? { self: slotOf(fn, fn.thisBinding) } : {};
    emit(fn, { type: 'set', of, name: node.name.text, from, ...self, ...spanOf(fn, node) });
  } else if (tsc.isElementAccessExpression(node)) {
    const of = lowerTarget(fn, node.expression);
    const key = lowerExpression(fn, node.argumentExpression);
    emit(fn, { type: 'set-element', of, key, from, ...spanOf(fn, node) });
  } else if (tsc.isObjectLiteralExpression(node)) {
    assignToObjectPattern(fn, node, from);
  } else if (tsc.isArrayLiteralExpression(node)) {
    assignToArrayPattern(fn, node, from);
  } else if (tsc.isBinaryExpression(node) && node.operatorToken.kind === tsc.SyntaxKind.EqualsToken) {
    assignTo(fn, node.left, withDefault(fn, from, node.right));
  }
}

/** The object whose member is written or deleted. */
export function lowerTarget(fn: FunctionState, node: ts.Expression): Slot {
  const of = lowerExpression(fn, node);
  const last = fn.ops.length - 1;
  const op = fn.ops[last];
  if (op?.type === 'get' && op.to === of) fn.ops[last] = { ...op, forWrite: true };
  return of;
}

function assignToObjectPattern(fn: FunctionState, pattern: ts.ObjectLiteralExpression, from: Slot): void {
  for (const property of pattern.properties) {
    const value = newSlot(fn);
    if (tsc.isShorthandPropertyAssignment(property)) {
      emit(fn, { type: 'get', to: value, of: from, name: property.name.text, ...spanOf(fn, property) });
      assignTo(fn, property.name, withDefault(fn, value, property.objectAssignmentInitializer));
    } else if (tsc.isPropertyAssignment(property)) {
      const name = property.name;
      if (tsc.isComputedPropertyName(name)) {
        const key = lowerExpression(fn, name.expression);
        emit(fn, { type: 'get-element', to: value, of: from, key, ...spanOf(fn, property) });
      } else {
        emit(fn, { type: 'get', to: value, of: from, name: name.text, ...spanOf(fn, property) });
      }
      assignTo(fn, property.initializer, value);
    } else if (tsc.isSpreadAssignment(property)) {
      emit(fn, { type: 'rest', to: value, of: from, elements: false });
      assignTo(fn, property.expression, value);
    }
  }
}

function assignToArrayPattern(fn: FunctionState, pattern: ts.ArrayLiteralExpression, from: Slot): void {
  pattern.elements.forEach((element, index) => {
    if (tsc.isOmittedExpression(element)) return;
    const value = newSlot(fn);
    if (tsc.isSpreadElement(element)) {
      emit(fn, { type: 'rest', to: value, of: from, elements: true, after: index });
      assignTo(fn, element.expression, value);
    } else {
      getByPosition(fn, value, from, index, element);
      assignTo(fn, element, value);
    }
  });
}

/** The declared type of a variable or parameter: the annotation, or JSDoc in JavaScript. */
export function declaredType(
  fn: FunctionState,
  node: ts.VariableDeclaration | ts.ParameterDeclaration,
): TypeIr | undefined {
  if (node.type !== undefined) return lowerType(node.type);
  if (fn.file.isTypeScript) return undefined;
  return lowerType(tsc.getJSDocType(node));
}
