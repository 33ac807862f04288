/**
 * What a test says of a variable: `typeof x === 'string'`, `x instanceof Date`, `Array.isArray(x)`. Where it
 * holds, or has failed, the variable's name stands for a copy that is narrowed to what passes. A variable that
 * is assigned to there stays as it is.
 */

import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { NarrowingIr } from '../../graph/ir.js';
import { unwrap } from './constants.js';
import { emit, lookup, newSlot, pushScope, slotOf, type FileState, type FunctionState } from './state.js';

interface Fact {
  readonly name: string;
  readonly narrows: NarrowingIr;
}

interface Region {
  readonly pos: number;
  readonly end: number;
}

/** Walks a region in which a condition holds, or does not. */
export function whereHolds<T>(
  fn: FunctionState,
  condition: ts.Expression,
  holds: boolean,
  region: Region,
  walk: () => T,
): T {
  const before = fn.scope;
  narrowFrom(fn, condition, holds, region);
  const result = walk();
  fn.scope = before;
  return result;
}

/** Narrows up to the end of the scope that is open: what follows `if (typeof x !== 'string') return;`. */
export function narrowFrom(
  fn: FunctionState,
  condition: ts.Expression,
  holds: boolean,
  region: Region,
): void {
  // What a module's body defines is found by the slots of its own variables.
  if (fn.kind === 'module') return;
  const facts = factsOf(fn, condition, holds, 0);
  let isOpen = false;
  for (const { name, narrows } of facts) {
    const binding = lookup(fn.scope, name);
    if (binding === undefined || binding.importIndex >= 0 || isAssigned(fn.file, name, region)) continue;
    if (!isOpen) pushScope(fn);
    isOpen = true;
    const slot = newSlot(fn);
    emit(fn, { type: 'copy', to: slot, from: slotOf(fn, binding), narrows });
    fn.scope.bindings.set(name, { ...binding, fn, slot });
  }
}

/** Does control never get beyond this statement? Seen from its last line alone. */
export function leaves(node: ts.Statement): boolean {
  if (tsc.isBlock(node)) {
    const last = node.statements.at(-1);
    return last !== undefined && leaves(last);
  }
  return (
    tsc.isReturnStatement(node) ||
    tsc.isThrowStatement(node) ||
    tsc.isContinueStatement(node) ||
    tsc.isBreakStatement(node)
  );
}

const maxDepth = 16;

function factsOf(fn: FunctionState, condition: ts.Expression, holds: boolean, depth: number): Fact[] {
  const node = unwrap(condition);
  if (depth > maxDepth) return [];
  if (tsc.isPrefixUnaryExpression(node) && node.operator === tsc.SyntaxKind.ExclamationToken)
    return factsOf(fn, node.operand, !holds, depth + 1);
  if (tsc.isCallExpression(node)) return isArrayFact(fn, node, holds);
  if (!tsc.isBinaryExpression(node)) return [];
  const operator = node.operatorToken.kind;
  const both = holds ? tsc.SyntaxKind.AmpersandAmpersandToken : tsc.SyntaxKind.BarBarToken;
  if (operator === both)
    return [...factsOf(fn, node.left, holds, depth + 1), ...factsOf(fn, node.right, holds, depth + 1)];
  if (operator === tsc.SyntaxKind.InstanceOfKeyword) return instanceFact(fn, node, holds);
  const isEqual =
    operator === tsc.SyntaxKind.EqualsEqualsEqualsToken || operator === tsc.SyntaxKind.EqualsEqualsToken;
  const isOther =
    operator === tsc.SyntaxKind.ExclamationEqualsEqualsToken ||
    operator === tsc.SyntaxKind.ExclamationEqualsToken;
  if (!isEqual && !isOther) return [];
  return typeofFact(node.left, node.right, holds === isEqual);
}

/** `typeof x === 'string'`, or the other way round, as minifiers write it. */
function typeofFact(left: ts.Expression, right: ts.Expression, holds: boolean): Fact[] {
  const [a, b] = [unwrap(left), unwrap(right)];
  const [asked, type] = tsc.isTypeOfExpression(a) ? [a, b] : [b, a];
  if (!tsc.isTypeOfExpression(asked) || !tsc.isStringLiteral(type)) return [];
  const of = unwrap(asked.expression);
  if (!tsc.isIdentifier(of)) return [];
  return [{ name: of.text, narrows: { test: 'typeof', of: type.text, holds } }];
}

function instanceFact(fn: FunctionState, node: ts.BinaryExpression, holds: boolean): Fact[] {
  const left = unwrap(node.left);
  const right = unwrap(node.right);
  if (!tsc.isIdentifier(left)) return [];
  const isGlobal = tsc.isIdentifier(right) && lookup(fn.scope, right.text) === undefined;
  const of = isGlobal ? right.text : '';
  // That something is no instance of a class says little, for it may be one of another; of errors rules ask for it.
  const saysLittle = of === '' && !holds && lookup(fn.scope, left.text)?.kind !== 'catch';
  return saysLittle ? [] : [{ name: left.text, narrows: { test: 'instanceof', of, holds } }];
}

function isArrayFact(fn: FunctionState, node: ts.CallExpression, holds: boolean): Fact[] {
  const callee = unwrap(node.expression);
  const argument = node.arguments[0];
  if (argument === undefined || !tsc.isPropertyAccessExpression(callee) || callee.name.text !== 'isArray')
    return [];
  const on = unwrap(callee.expression);
  const of = unwrap(argument);
  if (!tsc.isIdentifier(on) || on.text !== 'Array' || !tsc.isIdentifier(of)) return [];
  if (lookup(fn.scope, 'Array') !== undefined) return [];
  return [{ name: of.text, narrows: { test: 'instanceof', of: 'Array', holds } }];
}

const assignments = new WeakMap<FileState, Map<string, number[]>>();

/** Is a variable of this name written to anywhere in a region? */
function isAssigned(file: FileState, name: string, { pos, end }: Region): boolean {
  let known = assignments.get(file);
  if (known === undefined) assignments.set(file, (known = assignmentsOf(file.source)));
  return known.get(name)?.some((at) => at >= pos && at < end) === true;
}

/** Where variables are written to, by name. The tree is walked with a list: it may be deep. */
function assignmentsOf(source: ts.SourceFile): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const waiting: ts.Node[] = [source];
  const add = (child: ts.Node): void => {
    waiting.push(child);
  };
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const target of targetsOf(node)) note(found, target);
    tsc.forEachChild(node, add);
  }
  return found;
}

function targetsOf(node: ts.Node): ts.Node[] {
  if (tsc.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    return kind >= tsc.SyntaxKind.FirstAssignment && kind <= tsc.SyntaxKind.LastAssignment ? [node.left] : [];
  }
  if (tsc.isPrefixUnaryExpression(node) || tsc.isPostfixUnaryExpression(node)) {
    const isStep =
      node.operator === tsc.SyntaxKind.PlusPlusToken || node.operator === tsc.SyntaxKind.MinusMinusToken;
    return isStep ? [node.operand] : [];
  }
  if (tsc.isForInStatement(node) || tsc.isForOfStatement(node)) return [node.initializer];
  // A declaration of the same name in the region, hoisted or not, is another's variable or a write.
  if (tsc.isVariableDeclaration(node) || tsc.isParameter(node)) return [node.name];
  return [];
}

function note(found: Map<string, number[]>, target: ts.Node): void {
  if (tsc.isIdentifier(target)) {
    const list = found.get(target.text);
    if (list === undefined) found.set(target.text, [target.pos]);
    else list.push(target.pos);
  } else if (!tsc.isPropertyAccessExpression(target) && !tsc.isElementAccessExpression(target)) {
    tsc.forEachChild(target, (child) => {
      note(found, child);
    });
  }
}
