import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { Op, Slot, ValueUse } from '../../graph/ir.js';
import { lowerBinary } from './binary.js';
import { lowerCall, lowerImportCall, lowerNew, lowerTaggedTemplate } from './calls.js';
import { lowerClass } from './classes.js';
import { constantOf, unwrap } from './constants.js';
import { lowerFunction } from './functions.js';
import { lowerJsx } from './jsx.js';
import { lowerArray, lowerObject } from './literals.js';
import { whereHolds } from './narrowing.js';
import { assignTo, lowerTarget, typedSlot } from './patterns.js';
import { timeText, type TextPart } from './time-text.js';
import { lowerType } from './types.js';
import {
  countNode,
  emit,
  hiddenBinding,
  lookup,
  newSlot,
  slotOf,
  startOf,
  type FunctionState,
} from './state.js';

/** Lowers an expression and gives the slot of its value. `use` says what becomes of the value. */
export function lowerExpression(
  fn: FunctionState,
  node: ts.Expression,
  use: ValueUse = 'value',
  name?: string,
): Slot {
  countNode(fn.file);
  switch (node.kind) {
    case tsc.SyntaxKind.Identifier:
      return lowerIdentifier(fn, node as ts.Identifier);
    case tsc.SyntaxKind.PropertyAccessExpression:
      return lowerPropertyAccess(fn, node as ts.PropertyAccessExpression);
    case tsc.SyntaxKind.ElementAccessExpression:
      return lowerElementAccess(fn, node as ts.ElementAccessExpression);
    case tsc.SyntaxKind.CallExpression:
      return isImportCall(node)
        ? lowerImportCall(fn, node, use)
        : lowerCall(fn, node as ts.CallExpression, use);
    case tsc.SyntaxKind.NewExpression:
      return lowerNew(fn, node as ts.NewExpression, use);
    case tsc.SyntaxKind.ArrowFunction:
    case tsc.SyntaxKind.FunctionExpression:
      return lowerFunctionValue(fn, node as ts.ArrowFunction | ts.FunctionExpression, name);
    case tsc.SyntaxKind.ClassExpression:
      return lowerClass(fn, node as ts.ClassExpression, name);
    case tsc.SyntaxKind.ObjectLiteralExpression:
      return lowerObject(fn, node as ts.ObjectLiteralExpression);
    case tsc.SyntaxKind.ArrayLiteralExpression:
      return lowerArray(fn, node as ts.ArrayLiteralExpression);
    case tsc.SyntaxKind.BinaryExpression:
      return lowerBinary(fn, node as ts.BinaryExpression, use, name);
    case tsc.SyntaxKind.ConditionalExpression:
      return lowerConditional(fn, node as ts.ConditionalExpression, use, name);
    case tsc.SyntaxKind.AwaitExpression:
      return lowerAwait(fn, node as ts.AwaitExpression, use);
    case tsc.SyntaxKind.YieldExpression:
      return lowerYield(fn, node as ts.YieldExpression);
    case tsc.SyntaxKind.ThisKeyword:
      return slotOf(fn, fn.thisBinding);
    case tsc.SyntaxKind.TaggedTemplateExpression:
      return lowerTaggedTemplate(fn, node as ts.TaggedTemplateExpression, use);
    case tsc.SyntaxKind.TemplateExpression:
      return lowerTemplate(fn, node as ts.TemplateExpression);
    default:
      return lowerOther(fn, node, use, name);
  }
}

function lowerOther(fn: FunctionState, node: ts.Expression, use: ValueUse, name?: string): Slot {
  switch (node.kind) {
    case tsc.SyntaxKind.ParenthesizedExpression:
    case tsc.SyntaxKind.NonNullExpression:
    case tsc.SyntaxKind.SatisfiesExpression:
    case tsc.SyntaxKind.ExpressionWithTypeArguments:
      return lowerExpression(fn, (node as ts.ParenthesizedExpression).expression, use, name);
    case tsc.SyntaxKind.AsExpression:
    case tsc.SyntaxKind.TypeAssertionExpression:
      return lowerAssertion(fn, node as ts.AsExpression, use, name);
    case tsc.SyntaxKind.PrefixUnaryExpression:
    case tsc.SyntaxKind.PostfixUnaryExpression:
      return lowerUnary(fn, node as ts.PrefixUnaryExpression | ts.PostfixUnaryExpression);
    case tsc.SyntaxKind.VoidExpression:
      lowerExpression(fn, (node as ts.VoidExpression).expression, 'void');
      return constantSlot(fn, undefined);
    case tsc.SyntaxKind.TypeOfExpression:
      return lowerTypeof(fn, node as ts.TypeOfExpression);
    case tsc.SyntaxKind.DeleteExpression:
      return lowerDelete(fn, node as ts.DeleteExpression);
    case tsc.SyntaxKind.RegularExpressionLiteral:
      return primitive(fn, 'RegExp');
    case tsc.SyntaxKind.BigIntLiteral:
      return primitive(fn, 'bigint');
    case tsc.SyntaxKind.MetaProperty:
      return lowerMetaProperty(fn, node as ts.MetaProperty);
    case tsc.SyntaxKind.JsxElement:
    case tsc.SyntaxKind.JsxSelfClosingElement:
    case tsc.SyntaxKind.JsxFragment:
      return lowerJsx(fn, node as ts.JsxElement);
    default: {
      const constant = constantOf(fn, node);
      return constant === undefined ? newSlot(fn) : constantSlot(fn, constant.value);
    }
  }
}

export function constantSlot(fn: FunctionState, value: string | number | boolean | null | undefined): Slot {
  const to = newSlot(fn);
  emit(fn, { type: 'constant', to, value });
  return to;
}

export function primitive(fn: FunctionState, of: string): Slot {
  const to = newSlot(fn);
  emit(fn, { type: 'primitive', to, of });
  return to;
}

export function derive(
  fn: FunctionState,
  node: ts.Node,
  from: readonly Slot[],
  of: string,
  converts?: (Op & { type: 'derive' })['converts'],
  text?: readonly TextPart[],
): Slot {
  const to = newSlot(fn);
  emit(fn, {
    type: 'derive',
    to,
    from,
    of,
    ...(converts === undefined ? {} : { converts }),
    ...(text === undefined ? {} : { text }),
    at: startOf(fn.file, node),
    end: node.end,
  });
  return to;
}

function isImportCall(node: ts.Expression): node is ts.CallExpression {
  return tsc.isCallExpression(node) && node.expression.kind === tsc.SyntaxKind.ImportKeyword;
}

export function lowerIdentifier(fn: FunctionState, node: ts.Identifier, typeofOnly = false): Slot {
  const name = node.text;
  const binding = lookup(fn.scope, name);
  if (binding === undefined) {
    if (name === 'undefined') return constantSlot(fn, undefined);
    if (name === 'arguments') return argumentsSlot(fn);
    const to = newSlot(fn);
    emit(fn, { type: 'global', to, name, typeofOnly, at: startOf(fn.file, node), end: node.end });
    return to;
  }
  if (binding.importIndex < 0) return slotOf(fn, binding);
  fn.file.imports[binding.importIndex]!.valueUsed = true;
  slotOf(fn, binding);
  const to = newSlot(fn);
  emit(fn, { type: 'import', to, binding: binding.importIndex, at: startOf(fn.file, node), end: node.end });
  return to;
}

/** `arguments` of the nearest function that is not an arrow. */
function argumentsSlot(fn: FunctionState): Slot {
  let owner = fn;
  while (owner.kind === 'arrow' && owner.parent !== undefined) owner = owner.parent;
  owner.argumentsBinding ??= hiddenBinding(owner, 'arguments');
  return slotOf(fn, owner.argumentsBinding);
}

function lowerPropertyAccess(fn: FunctionState, node: ts.PropertyAccessExpression): Slot {
  const to = newSlot(fn);
  if (node.expression.kind === tsc.SyntaxKind.SuperKeyword) {
    emit(fn, {
      type: 'get',
      to,
      of: superHome(fn, node),
      name: node.name.text,
      at: startOf(fn.file, node),
      end: node.end,
    });
    return to;
  }
  const of = lowerExpression(fn, node.expression);
  if ((node.flags & tsc.NodeFlags.OptionalChain) !== 0)
    emit(fn, {
      type: 'get',
      to,
      of,
      name: node.name.text,
      optional: true,
      at: startOf(fn.file, node),
      end: node.end,
    });
  else emit(fn, { type: 'get', to, of, name: node.name.text, at: startOf(fn.file, node), end: node.end });
  return to;
}

/** The object on which `super.x` looks up `x`. */
export function superHome(fn: FunctionState, node: ts.Node): Slot {
  const base = fn.home?.base;
  if (base === undefined) return newSlot(fn);
  const slot = slotOf(fn, base);
  if (fn.home?.static === true) return slot;
  const to = newSlot(fn);
  emit(fn, { type: 'get', to, of: slot, name: 'prototype', at: startOf(fn.file, node), end: node.end });
  return to;
}

function lowerElementAccess(fn: FunctionState, node: ts.ElementAccessExpression): Slot {
  const constant = constantOf(fn, node.argumentExpression);
  const isSuper = node.expression.kind === tsc.SyntaxKind.SuperKeyword;
  const of = isSuper ? superHome(fn, node) : lowerExpression(fn, node.expression);
  const to = newSlot(fn);
  if (constant !== undefined && (typeof constant.value === 'string' || typeof constant.value === 'number')) {
    emit(fn, {
      type: 'get',
      to,
      of,
      name: String(constant.value),
      at: startOf(fn.file, node),
      end: node.end,
    });
    return to;
  }
  const key = lowerExpression(fn, node.argumentExpression);
  emit(fn, { type: 'get-element', to, of, key, at: startOf(fn.file, node), end: node.end });
  return to;
}

function lowerFunctionValue(
  fn: FunctionState,
  node: ts.ArrowFunction | ts.FunctionExpression,
  name?: string,
): Slot {
  const own = node.name === undefined ? name : node.name.getText(fn.file.source);
  const kind = tsc.isArrowFunction(node) ? 'arrow' : 'function';
  const index = lowerFunction(fn, node, { kind, name: own ?? '<anonymous>' });
  const to = newSlot(fn);
  emit(fn, { type: 'function', to, fn: index });
  return to;
}

function lowerConditional(
  fn: FunctionState,
  node: ts.ConditionalExpression,
  use: ValueUse,
  name?: string,
): Slot {
  const constant = constantOf(fn, node.condition);
  if (constant !== undefined)
    return lowerExpression(fn, constant.value ? node.whenTrue : node.whenFalse, use, name);
  const on = lowerExpression(fn, node.condition);
  const to = newSlot(fn);
  const from = fn.ops.length;
  for (const [part, holds] of [
    [node.whenTrue, true],
    [node.whenFalse, false],
  ] as const) {
    const value = whereHolds(fn, node.condition, holds, part, () => lowerExpression(fn, part, use, name));
    emit(fn, { type: 'copy', to, from: value });
  }
  const body = { from, to: fn.ops.length };
  fn.branches.push({
    kind: 'conditional',
    on,
    body,
    exits: false,
    at: startOf(fn.file, node.condition),
    end: node.condition.end,
  });
  emit(fn, {
    type: 'derive',
    to,
    from: [on],
    of: '',
    at: startOf(fn.file, node.condition),
    end: node.condition.end,
  });
  return to;
}

function lowerAwait(fn: FunctionState, node: ts.AwaitExpression, use: ValueUse): Slot {
  const of = lowerExpression(fn, node.expression, 'awaited');
  const to = newSlot(fn);
  emit(fn, { type: 'await', to, of, use, at: startOf(fn.file, node), end: node.end });
  return to;
}

function lowerYield(fn: FunctionState, node: ts.YieldExpression): Slot {
  const of = node.expression === undefined ? newSlot(fn) : lowerExpression(fn, node.expression, 'awaited');
  const to = newSlot(fn);
  emit(fn, {
    type: 'yield',
    to,
    of,
    delegate: node.asteriskToken !== undefined,
    at: startOf(fn.file, node),
    end: node.end,
  });
  return to;
}

function lowerTemplate(fn: FunctionState, node: ts.TemplateExpression): Slot {
  const constant = constantOf(fn, node);
  if (constant !== undefined) return constantSlot(fn, constant.value);
  const parts = node.templateSpans.map((span) => lowerExpression(fn, span.expression));
  const written = node.templateSpans.flatMap((span, index): TextPart[] => [parts[index]!, span.literal.text]);
  return derive(fn, node, parts, 'string', 'string', timeText([node.head.text, ...written]));
}

function lowerAssertion(fn: FunctionState, node: ts.AsExpression, use: ValueUse, name?: string): Slot {
  const value = lowerExpression(fn, node.expression, use, name);
  const type = lowerType(node.type);
  return type === undefined ? value : typedSlot(fn, value, type);
}

function lowerUnary(fn: FunctionState, node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression): Slot {
  const operand = lowerExpression(fn, node.operand);
  const isNot = node.operator === tsc.SyntaxKind.ExclamationToken;
  const result = derive(fn, node, [operand], isNot ? 'boolean' : 'number', isNot ? undefined : 'number');
  if (node.operator === tsc.SyntaxKind.PlusPlusToken || node.operator === tsc.SyntaxKind.MinusMinusToken) {
    assignTo(fn, node.operand, result);
  }
  return result;
}

function lowerTypeof(fn: FunctionState, node: ts.TypeOfExpression): Slot {
  const operand = unwrap(node.expression);
  const slot = tsc.isIdentifier(operand) ? lowerIdentifier(fn, operand, true) : lowerExpression(fn, operand);
  return derive(fn, node, [slot], 'string');
}

function lowerDelete(fn: FunctionState, node: ts.DeleteExpression): Slot {
  const target = unwrap(node.expression);
  if (tsc.isPropertyAccessExpression(target)) {
    const of = lowerTarget(fn, target.expression);
    emit(fn, { type: 'delete', of, name: target.name.text, at: startOf(fn.file, node), end: node.end });
  } else if (tsc.isElementAccessExpression(target)) {
    const of = lowerTarget(fn, target.expression);
    lowerExpression(fn, target.argumentExpression);
    emit(fn, { type: 'delete', of, name: '*', at: startOf(fn.file, node), end: node.end });
  }
  return primitive(fn, 'boolean');
}

function lowerMetaProperty(fn: FunctionState, node: ts.MetaProperty): Slot {
  const to = newSlot(fn);
  if (node.keywordToken !== tsc.SyntaxKind.ImportKeyword) {
    // The class that is constructed, as its instances name it.
    const of = slotOf(fn, fn.thisBinding);
    emit(fn, { type: 'get', to, of, name: 'constructor', at: startOf(fn.file, node), end: node.end });
    return to;
  }
  emit(fn, {
    type: 'global',
    to,
    name: 'import.meta',
    typeofOnly: false,
    at: startOf(fn.file, node),
    end: node.end,
  });
  return to;
}
