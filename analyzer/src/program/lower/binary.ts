import type ts from 'typescript';
import { table, tsc } from '../compiler.js';
import type { Slot, ValueUse } from '../../graph/ir.js';
import { constantOf, unwrap } from './constants.js';
import { constantSlot, derive, lowerExpression } from './expressions.js';
import { whereHolds } from './narrowing.js';
import { assignTo, guarded } from './patterns.js';
import { emit, newSlot, startOf, type FunctionState } from './state.js';
import { timeText, type TextPart } from './time-text.js';

const booleanOperators = table(
  () =>
    new Set<ts.SyntaxKind>([
      tsc.SyntaxKind.EqualsEqualsToken,
      tsc.SyntaxKind.EqualsEqualsEqualsToken,
      tsc.SyntaxKind.ExclamationEqualsToken,
      tsc.SyntaxKind.ExclamationEqualsEqualsToken,
      tsc.SyntaxKind.LessThanToken,
      tsc.SyntaxKind.LessThanEqualsToken,
      tsc.SyntaxKind.GreaterThanToken,
      tsc.SyntaxKind.GreaterThanEqualsToken,
      tsc.SyntaxKind.InKeyword,
      tsc.SyntaxKind.InstanceOfKeyword,
    ]),
);

type Logical = 'nullish' | 'falsy' | 'truthy';

const logicalOperators = table(
  () =>
    new Map<ts.SyntaxKind, Logical>([
      [tsc.SyntaxKind.AmpersandAmpersandToken, 'truthy'],
      [tsc.SyntaxKind.BarBarToken, 'falsy'],
      [tsc.SyntaxKind.QuestionQuestionToken, 'nullish'],
    ]),
);

const logicalAssignments = table(
  () =>
    new Map<ts.SyntaxKind, Logical>([
      [tsc.SyntaxKind.AmpersandAmpersandEqualsToken, 'truthy'],
      [tsc.SyntaxKind.BarBarEqualsToken, 'falsy'],
      [tsc.SyntaxKind.QuestionQuestionEqualsToken, 'nullish'],
    ]),
);

export function lowerBinary(
  fn: FunctionState,
  node: ts.BinaryExpression,
  use: ValueUse,
  name?: string,
): Slot {
  const operator = node.operatorToken.kind;
  if (operator === tsc.SyntaxKind.EqualsToken) return lowerAssignment(fn, node);
  if (operator === tsc.SyntaxKind.CommaToken) {
    lowerExpression(fn, node.left, 'discarded');
    return lowerExpression(fn, node.right, use, name);
  }
  const logical = logicalOperators().get(operator);
  if (logical !== undefined) return lowerLogical(fn, node, logical, use, name);
  const assignment = logicalAssignments().get(operator);
  if (assignment !== undefined) return lowerLogicalAssignment(fn, node, assignment);
  const isAssignment =
    operator >= tsc.SyntaxKind.FirstAssignment && operator <= tsc.SyntaxKind.LastAssignment;
  if (isAssignment) {
    const left = lowerExpression(fn, node.left);
    const right = lowerExpression(fn, node.right);
    const result = derive(
      fn,
      node,
      [left, right],
      operator === tsc.SyntaxKind.PlusEqualsToken ? '+' : 'number',
      operator === tsc.SyntaxKind.PlusEqualsToken ? '+' : 'number',
    );
    assignTo(fn, node.left, result);
    return result;
  }
  return lowerChain(fn, node);
}

/** Long chains of operators (`a + b + c + …`) are walked with a loop: they may be thousands deep. */
function lowerChain(fn: FunctionState, node: ts.BinaryExpression): Slot {
  const constant = node.operatorToken.kind === tsc.SyntaxKind.PlusToken ? constantOf(fn, node) : undefined;
  if (typeof constant?.value === 'string') return constantSlot(fn, constant.value);
  const chain: ts.BinaryExpression[] = [];
  let left: ts.Expression = node;
  while (tsc.isBinaryExpression(left) && isPlainOperator(left.operatorToken.kind)) {
    chain.push(left);
    left = left.left;
  }
  let value = lowerExpression(fn, left);
  let parts: TextPart[] = [textPart(fn, left, value)];
  for (const link of chain.reverse()) {
    const operator = link.operatorToken.kind;
    const right = lowerExpression(fn, link.right);
    const of = booleanOperators().has(operator)
      ? 'boolean'
      : operator === tsc.SyntaxKind.PlusToken
        ? '+'
        : 'number';
    const converts = of === '+' ? '+' : conversionOf(operator);
    if (of === '+') parts.push(textPart(fn, link.right, right));
    // Only the whole sum is looked at.
    const text = of === '+' && link === node && parts.length <= maxParts ? timeText(parts) : undefined;
    value = derive(fn, link, [value, right], of, converts, text);
    if (of !== '+') parts = [value];
  }
  return value;
}

const maxParts = 16;

function textPart(fn: FunctionState, node: ts.Expression, slot: Slot): TextPart {
  const value = constantOf(fn, node)?.value;
  return typeof value === 'string' ? value : slot;
}

/** What an operator other than `+` does with operands that are objects. */
function conversionOf(operator: ts.SyntaxKind): 'number' | 'in' | 'instanceof' | undefined {
  if (operator === tsc.SyntaxKind.InKeyword) return 'in';
  if (operator === tsc.SyntaxKind.InstanceOfKeyword) return 'instanceof';
  const isStrict =
    operator === tsc.SyntaxKind.EqualsEqualsEqualsToken ||
    operator === tsc.SyntaxKind.ExclamationEqualsEqualsToken;
  return isStrict ? undefined : 'number';
}

function isPlainOperator(operator: ts.SyntaxKind): boolean {
  if (operator === tsc.SyntaxKind.CommaToken || logicalOperators().has(operator)) return false;
  return operator < tsc.SyntaxKind.FirstAssignment || operator > tsc.SyntaxKind.LastAssignment;
}

function lowerAssignment(fn: FunctionState, node: ts.BinaryExpression): Slot {
  const target = unwrap(node.left);
  const name = tsc.isIdentifier(target)
    ? target.text
    : tsc.isPropertyAccessExpression(target)
      ? target.name.text
      : undefined;
  const value = lowerExpression(fn, node.right, 'value', name);
  assignTo(fn, node.left, value);
  return value;
}

/** What of the left side is the value of the whole. */
const leftMoves = { nullish: 'present', falsy: 'copy', truthy: 'falsy' } as const;

function lowerLogical(
  fn: FunctionState,
  node: ts.BinaryExpression,
  when: Logical,
  use: ValueUse,
  name?: string,
): Slot {
  const constant = constantOf(fn, node.left);
  if (constant !== undefined) {
    const goesOn =
      when === 'truthy'
        ? constant.value
        : when === 'falsy'
          ? !constant.value
          : constant.value === null || constant.value === undefined;
    return goesOn ? lowerExpression(fn, node.right, use, name) : constantSlot(fn, constant.value);
  }
  const left = lowerExpression(fn, node.left);
  const to = newSlot(fn);
  const from = fn.ops.length;
  emit(fn, { type: leftMoves[when], to, from: left });
  guarded(fn, left, when, () => {
    const right = (): Slot => lowerExpression(fn, node.right, use, name);
    const value =
      when === 'nullish' ? right() : whereHolds(fn, node.left, when === 'truthy', node.right, right);
    emit(fn, { type: 'copy', to, from: value });
  });
  fn.branches.push({
    kind: 'logical',
    on: left,
    body: { from, to: fn.ops.length },
    exits: false,
    at: startOf(fn.file, node.left),
    end: node.left.end,
  });
  return to;
}

function lowerLogicalAssignment(fn: FunctionState, node: ts.BinaryExpression, when: Logical): Slot {
  const left = lowerExpression(fn, node.left);
  const to = newSlot(fn);
  const from = fn.ops.length;
  emit(fn, { type: when === 'nullish' ? 'present' : 'copy', to, from: left });
  guarded(fn, left, when, () => {
    const right = lowerExpression(fn, node.right);
    emit(fn, { type: 'copy', to, from: right });
    assignTo(fn, node.left, right);
  });
  fn.branches.push({
    kind: 'logical',
    on: left,
    body: { from, to: fn.ops.length },
    exits: false,
    at: startOf(fn.file, node.left),
    end: node.left.end,
  });
  return to;
}
