import type ts from 'typescript';
import { tsc } from '../compiler.js';
import { lookup, type Binding, type FunctionState } from './state.js';

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
    case tsc.SyntaxKind.PropertyAccessExpression:
    case tsc.SyntaxKind.ElementAccessExpression:
      return constantOfMember(fn, node as ts.PropertyAccessExpression | ts.ElementAccessExpression);
    case tsc.SyntaxKind.TemplateExpression:
      return constantOfTemplate(fn, node as ts.TemplateExpression, depth);
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

export interface EnumMember {
  readonly name: string;
  /** Unknown where it is computed, or counted on from one that is. */
  readonly constant: Constant | undefined;
  readonly initializer: ts.Expression | undefined;
}

/** The members of an enum with their values, counted where none is written. */
export function enumMembers(fn: FunctionState, node: ts.EnumDeclaration): EnumMember[] {
  const members: EnumMember[] = [];
  let next: number | undefined = 0;
  for (const { name, initializer } of node.members) {
    if (tsc.isComputedPropertyName(name)) continue;
    const written = initializer === undefined ? undefined : constantOf(fn, initializer);
    const constant: Constant | undefined =
      initializer !== undefined || next === undefined ? written : { value: next };
    next = typeof constant?.value === 'number' ? constant.value + 1 : undefined;
    members.push({ name: name.text, constant, initializer });
  }
  return members;
}

/** Values that enums are sure to have; several declarations of one name add up. */
const enums = new WeakMap<Binding, Map<string, Constant>>();

function noteEnum(fn: FunctionState, node: ts.EnumDeclaration): void {
  const binding = lookup(fn.scope, node.name.text);
  if (binding === undefined) return;
  const known = enums.get(binding) ?? new Map<string, Constant>();
  for (const { name, constant } of enumMembers(fn, node))
    if (constant !== undefined) known.set(name, constant);
  enums.set(binding, known);
}

function constantOfMember(
  fn: FunctionState,
  node: ts.PropertyAccessExpression | ts.ElementAccessExpression,
): Constant | undefined {
  if (!tsc.isIdentifier(node.expression)) return undefined;
  const binding = lookup(fn.scope, node.expression.text);
  const members = binding === undefined ? undefined : enums.get(binding);
  if (members === undefined) return undefined;
  if (tsc.isPropertyAccessExpression(node)) return members.get(node.name.text);
  return tsc.isStringLiteral(node.argumentExpression) ? members.get(node.argumentExpression.text) : undefined;
}

/** What `const` and `enum` of a block are sure to hold: functions that stand above them use it, too. */
export function noteConstants(fn: FunctionState, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (tsc.isEnumDeclaration(statement)) noteEnum(fn, statement);
    if (!tsc.isVariableStatement(statement)) continue;
    const { declarationList } = statement;
    if ((declarationList.flags & tsc.NodeFlags.BlockScoped) !== tsc.NodeFlags.Const) continue;
    for (const { name, initializer } of declarationList.declarations) {
      if (initializer === undefined || !tsc.isIdentifier(name)) continue;
      const binding = lookup(fn.scope, name.text);
      if (binding !== undefined) binding.constant = constantOf(fn, initializer);
    }
  }
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

function constantOfTemplate(
  fn: FunctionState,
  node: ts.TemplateExpression,
  depth: number,
): Constant | undefined {
  let text = node.head.text;
  for (const span of node.templateSpans) {
    const part = constantOf(fn, span.expression, depth + 1);
    if (part === undefined) return undefined;
    text += String(part.value) + span.literal.text;
  }
  return { value: text };
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
