import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { Slot } from '../../graph/ir.js';
import { constantOf } from './constants.js';
import { lowerExpression, lowerIdentifier } from './expressions.js';
import { lowerFunction } from './functions.js';
import { emit, hiddenBinding, newSlot, spanOf, startOf, type Binding, type FunctionState } from './state.js';

/** `assigned`: what `Object.assign(literal, …)` copies into it, which is the same as spreading it there. */
export function lowerObject(
  fn: FunctionState,
  node: ts.ObjectLiteralExpression,
  assigned: readonly ts.Expression[] = [],
): Slot {
  const to = newSlot(fn);
  const names: string[] = [];
  let open = assigned.length > 0;
  for (const property of node.properties) {
    const name = property.name === undefined ? undefined : propertyName(fn, property.name);
    if (name === undefined || isPrototype(property)) open = true;
    else names.push(name);
  }
  emit(fn, { type: 'object', to, properties: names, open, at: startOf(fn.file, node), end: node.end });
  const prototype = node.properties.some(isPrototype) ? hiddenBinding(fn, 'super') : undefined;
  node.properties.forEach((property, index) => {
    if (tsc.isSpreadAssignment(property))
      lowerSpread(fn, to, property, property.expression, node.properties.slice(index + 1));
    else lowerProperty(fn, to, property, prototype);
  });
  for (const expression of assigned) lowerSpread(fn, to, expression, expression, []);
  return to;
}

/** `{ __proto__: base }` */
function isPrototype(property: ts.ObjectLiteralElementLike): property is ts.PropertyAssignment {
  return (
    tsc.isPropertyAssignment(property) &&
    !tsc.isComputedPropertyName(property.name) &&
    property.name.text === '__proto__'
  );
}

function lowerSpread(
  fn: FunctionState,
  of: Slot,
  node: ts.Node,
  expression: ts.Expression,
  later: readonly ts.ObjectLiteralElementLike[],
): void {
  const from = lowerExpression(fn, expression);
  const except = later.flatMap(({ name }) => (name === undefined ? [] : (propertyName(fn, name) ?? [])));
  const names = except.length === 0 ? {} : { except };
  emit(fn, {
    type: 'spread',
    of,
    from,
    elements: false,
    ...names,
    at: startOf(fn.file, node),
    end: node.end,
  });
}

/** `prototype`: what the object inherits from, where the literal says it. */
function lowerProperty(
  fn: FunctionState,
  of: Slot,
  property: Exclude<ts.ObjectLiteralElementLike, ts.SpreadAssignment>,
  prototype: Binding | undefined,
): void {
  const span = spanOf(fn, property);
  if (isPrototype(property) && prototype !== undefined) {
    emit(fn, { type: 'copy', to: prototype.slot, from: lowerExpression(fn, property.initializer) });
    const from = prototype.slot;
    emit(fn, { type: 'define', of, name: '__proto__', from, accessor: 'none', at: span.at, end: span.end });
    return;
  }
  if (tsc.isShorthandPropertyAssignment(property)) {
    const from = lowerIdentifier(fn, property.name);
    emit(fn, {
      type: 'define',
      of,
      name: property.name.text,
      from,
      accessor: 'none',
      at: span.at,
      end: span.end,
    });
    return;
  }
  const name = propertyName(fn, property.name);
  let key: Slot = -1;
  if (name === undefined && tsc.isComputedPropertyName(property.name)) {
    key = lowerExpression(fn, property.name.expression);
  }
  const from = propertyValue(fn, property, name, prototype);
  if (name === undefined) {
    emit(fn, { type: 'define-element', of, key, from });
    return;
  }
  const accessor = tsc.isGetAccessor(property) ? 'get' : tsc.isSetAccessor(property) ? 'set' : 'none';
  emit(fn, { type: 'define', of, name, from, accessor, at: span.at, end: span.end });
}

function propertyValue(
  fn: FunctionState,
  property: ts.PropertyAssignment | ts.MethodDeclaration | ts.AccessorDeclaration,
  name: string | undefined,
  prototype: Binding | undefined,
): Slot {
  if (tsc.isPropertyAssignment(property)) return lowerExpression(fn, property.initializer, 'value', name);
  const kind = tsc.isGetAccessor(property) ? 'getter' : tsc.isSetAccessor(property) ? 'setter' : 'method';
  const home = { base: prototype, static: true };
  const index = lowerFunction(fn, property, { kind, name: name ?? '<computed>', home });
  const to = newSlot(fn);
  emit(fn, { type: 'function', to, fn: index });
  return to;
}

/** The name of a property, where it is sure. */
export function propertyName(fn: FunctionState, name: ts.PropertyName): string | undefined {
  if (!tsc.isComputedPropertyName(name)) return name.text;
  const expression = name.expression;
  const constant = constantOf(fn, expression);
  if (constant !== undefined) return String(constant.value);
  if (tsc.isPropertyAccessExpression(expression) && tsc.isIdentifier(expression.expression)) {
    if (expression.expression.text === 'Symbol') return `@@${expression.name.text}`;
  }
  return undefined;
}

export function lowerArray(fn: FunctionState, node: ts.ArrayLiteralExpression): Slot {
  const to = newSlot(fn);
  emit(fn, { type: 'array', to, at: startOf(fn.file, node), end: node.end });
  let index = 0;
  let sure = true;
  for (const element of node.elements) {
    const span = spanOf(fn, element);
    if (tsc.isOmittedExpression(element)) {
      index += 1;
    } else if (tsc.isSpreadElement(element)) {
      emit(fn, {
        type: 'spread',
        of: to,
        from: lowerExpression(fn, element.expression),
        elements: true,
        at: span.at,
        end: span.end,
      });
      sure = false;
    } else {
      const from = lowerExpression(fn, element);
      const name = sure && index < maxTracked ? String(index) : '[]';
      emit(fn, { type: 'define', of: to, name, from, accessor: 'none', at: span.at, end: span.end });
      index += 1;
    }
  }
  return to;
}

/** Elements of an array literal that are told apart; beyond, they are one. */
const maxTracked = 16;
