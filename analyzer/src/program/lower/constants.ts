import ts from 'typescript';
import { lookup, type FunctionState } from './state.js';

export interface Constant {
  readonly value: string | number | boolean | null | undefined;
}

/** The value of an expression that cannot have another one, as far as syntax and `const` tell. */
export function constantOf(fn: FunctionState, node: ts.Expression, depth = 0): Constant | undefined {
  if (depth > 20) return undefined;
  switch (node.kind) {
    case ts.SyntaxKind.TrueKeyword:
      return { value: true };
    case ts.SyntaxKind.FalseKeyword:
      return { value: false };
    case ts.SyntaxKind.NullKeyword:
      return { value: null };
    case ts.SyntaxKind.StringLiteral:
    case ts.SyntaxKind.NoSubstitutionTemplateLiteral:
      return { value: (node as ts.StringLiteral).text };
    case ts.SyntaxKind.NumericLiteral:
      return { value: Number((node as ts.NumericLiteral).text) };
    case ts.SyntaxKind.Identifier:
      return constantOfName(fn, (node as ts.Identifier).text);
    case ts.SyntaxKind.ParenthesizedExpression:
    case ts.SyntaxKind.AsExpression:
    case ts.SyntaxKind.NonNullExpression:
    case ts.SyntaxKind.SatisfiesExpression:
      return constantOf(fn, (node as ts.ParenthesizedExpression).expression, depth + 1);
    case ts.SyntaxKind.VoidExpression:
      return ts.isNumericLiteral((node as ts.VoidExpression).expression) ? { value: undefined } : undefined;
    case ts.SyntaxKind.PrefixUnaryExpression:
      return constantOfPrefix(fn, node as ts.PrefixUnaryExpression, depth);
    case ts.SyntaxKind.BinaryExpression:
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
  if (node.operator === ts.SyntaxKind.ExclamationToken) return { value: !operand.value };
  if (node.operator === ts.SyntaxKind.MinusToken && typeof operand.value === 'number') {
    return { value: -operand.value };
  }
  return undefined;
}

function constantOfBinary(fn: FunctionState, node: ts.BinaryExpression, depth: number): Constant | undefined {
  const left = constantOf(fn, node.left, depth + 1);
  const operator = node.operatorToken.kind;
  if (left === undefined) return undefined;
  if (operator === ts.SyntaxKind.AmpersandAmpersandToken && !left.value) return left;
  if (operator === ts.SyntaxKind.BarBarToken && left.value) return left;
  const right = constantOf(fn, node.right, depth + 1);
  if (right === undefined) return undefined;
  switch (operator) {
    case ts.SyntaxKind.AmpersandAmpersandToken:
    case ts.SyntaxKind.BarBarToken:
      return right;
    case ts.SyntaxKind.EqualsEqualsEqualsToken:
    case ts.SyntaxKind.EqualsEqualsToken:
      return { value: left.value === right.value };
    case ts.SyntaxKind.ExclamationEqualsEqualsToken:
    case ts.SyntaxKind.ExclamationEqualsToken:
      return { value: left.value !== right.value };
    case ts.SyntaxKind.PlusToken:
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
    ts.isParenthesizedExpression(current) ||
    ts.isAsExpression(current) ||
    ts.isNonNullExpression(current) ||
    ts.isSatisfiesExpression(current) ||
    ts.isTypeAssertionExpression(current)
  ) {
    current = current.expression;
  }
  return current;
}
