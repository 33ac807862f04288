import type ts from 'typescript';
import { tsc } from '../compiler.js';
import { lookup, type FunctionState } from './state.js';

export interface Constant {
  readonly value: string | number | boolean | null | undefined;
}

/** The value of an expression that cannot have another one, as far as syntax and `const` tell. */
export function constantOf(fn: FunctionState, node: ts.Expression, depth = 0): Constant | undefined {
  if (depth > 20) return undefined;
  switch (node.kind) {
    case tsc.SyntaxKind.TrueKeyword:
      return { value: true };
    case tsc.SyntaxKind.FalseKeyword:
      return { value: false };
    case tsc.SyntaxKind.NullKeyword:
      return { value: null };
    case tsc.SyntaxKind.StringLiteral:
    case tsc.SyntaxKind.NoSubstitutionTemplateLiteral:
      return { value: (node as ts.StringLiteral).text };
    case tsc.SyntaxKind.NumericLiteral:
      return { value: Number((node as ts.NumericLiteral).text) };
    case tsc.SyntaxKind.Identifier:
      return constantOfName(fn, (node as ts.Identifier).text);
    case tsc.SyntaxKind.ParenthesizedExpression:
    case tsc.SyntaxKind.AsExpression:
    case tsc.SyntaxKind.NonNullExpression:
    case tsc.SyntaxKind.SatisfiesExpression:
      return constantOf(fn, (node as ts.ParenthesizedExpression).expression, depth + 1);
    case tsc.SyntaxKind.VoidExpression:
      return tsc.isNumericLiteral((node as ts.VoidExpression).expression) ? { value: undefined } : undefined;
    case tsc.SyntaxKind.PrefixUnaryExpression:
      return constantOfPrefix(fn, node as ts.PrefixUnaryExpression, depth);
    case tsc.SyntaxKind.BinaryExpression:
      return constantOfBinary(fn, node as ts.BinaryExpression, depth);
    default:
      return undefined;
  }
}

function constantOfName(fn: FunctionState, name: string): Constant | undefined {
  const binding = lookup(fn.scope, name);
  if (binding === undefined) return name === 'undefined' ? { value: undefined } : undefined;
  return binding.constant;
}

function constantOfPrefix(
  fn: FunctionState,
  node: ts.PrefixUnaryExpression,
  depth: number,
): Constant | undefined {
  const operand = constantOf(fn, node.operand, depth + 1);
  if (operand === undefined) return undefined;
  if (node.operator === tsc.SyntaxKind.ExclamationToken) return { value: !operand.value };
  if (node.operator === tsc.SyntaxKind.MinusToken && typeof operand.value === 'number') {
    return { value: -operand.value };
  }
  return undefined;
}

function constantOfBinary(fn: FunctionState, node: ts.BinaryExpression, depth: number): Constant | undefined {
  const left = constantOf(fn, node.left, depth + 1);
  const operator = node.operatorToken.kind;
  if (left === undefined) return undefined;
  if (operator === tsc.SyntaxKind.AmpersandAmpersandToken && !left.value) return left;
  if (operator === tsc.SyntaxKind.BarBarToken && left.value) return left;
  const right = constantOf(fn, node.right, depth + 1);
  if (right === undefined) return undefined;
  switch (operator) {
    case tsc.SyntaxKind.AmpersandAmpersandToken:
    case tsc.SyntaxKind.BarBarToken:
      return right;
    case tsc.SyntaxKind.EqualsEqualsEqualsToken:
    case tsc.SyntaxKind.EqualsEqualsToken:
      return { value: left.value === right.value };
    case tsc.SyntaxKind.ExclamationEqualsEqualsToken:
    case tsc.SyntaxKind.ExclamationEqualsToken:
      return { value: left.value !== right.value };
    case tsc.SyntaxKind.PlusToken:
      return typeof left.value === 'string' || typeof right.value === 'string'
        ? { value: `${String(left.value)}${String(right.value)}` }
        : undefined;
    default:
      return undefined;
  }
}

/** The expression without parentheses, assertions and `!`. */
export function unwrap(node: ts.Expression): ts.Expression {
  let current = node;
  while (
    tsc.isParenthesizedExpression(current) ||
    tsc.isAsExpression(current) ||
    tsc.isNonNullExpression(current) ||
    tsc.isSatisfiesExpression(current) ||
    tsc.isTypeAssertionExpression(current)
  ) {
    current = current.expression;
  }
  return current;
}
