import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { LoopIr, Slot } from '../../graph/ir.js';
import { constantOf } from './constants.js';
import { lowerExpression } from './expressions.js';
import { declareList, isStatementContainer } from './hoist.js';
import { assignTo, bindPattern } from './patterns.js';
import { lowerDeclarations, lowerScoped, type Completion } from './statements.js';
import { emit, newSlot, pushScope, spanOf, type FunctionState } from './state.js';

export function lowerFor(fn: FunctionState, node: ts.ForStatement): Completion {
  const before = pushScope(fn);
  if (node.initializer !== undefined) {
    if (tsc.isVariableDeclarationList(node.initializer)) {
      declareList(fn, fn.scope, node.initializer);
      lowerDeclarations(fn, node.initializer);
    } else {
      lowerExpression(fn, node.initializer, 'discarded');
    }
  }
  const from = fn.ops.length;
  const constant = node.condition === undefined ? { value: true } : constantOf(fn, node.condition);
  if (constant !== undefined && !constant.value) {
    fn.scope = before;
    return true;
  }
  const on = node.condition === undefined ? -1 : lowerExpression(fn, node.condition);
  const exits = leavesByItself(node.statement);
  lowerScoped(fn, node.statement);
  if (node.incrementor !== undefined) lowerExpression(fn, node.incrementor, 'discarded');
  fn.scope = before;
  const endless = constant !== undefined;
  addLoop(fn, node, { kind: 'for', endless, on, exits, from, to: fn.ops.length });
  return !endless || breaksOut(node.statement);
}

export function lowerWhile(fn: FunctionState, node: ts.WhileStatement | ts.DoStatement): Completion {
  const isDo = tsc.isDoStatement(node);
  const constant = constantOf(fn, node.expression);
  if (!isDo && constant !== undefined && !constant.value) return true;
  const from = fn.ops.length;
  let on = isDo ? -1 : lowerExpression(fn, node.expression);
  const exits = leavesByItself(node.statement);
  lowerScoped(fn, node.statement);
  if (isDo) on = lowerExpression(fn, node.expression);
  const endless = constant !== undefined && Boolean(constant.value);
  addLoop(fn, node, { kind: isDo ? 'do' : 'while', endless, on, exits, from, to: fn.ops.length });
  return !endless || breaksOut(node.statement);
}

export function lowerForIn(fn: FunctionState, node: ts.ForInOrOfStatement): void {
  const before = pushScope(fn);
  const of = lowerExpression(fn, node.expression);
  const from = fn.ops.length;
  const to = newSlot(fn);
  const span = spanOf(fn, node.expression);
  const isAsync = tsc.isForOfStatement(node) && node.awaitModifier !== undefined;
  const exits = leavesLoop(node.statement);
  if (tsc.isForInStatement(node)) emit(fn, { type: 'keys', to, of, ...span });
  else emit(fn, { type: 'iterate', to, of, async: isAsync, ...(exits ? { closes: true } : {}), ...span });
  bindIteration(fn, node.initializer, to);
  lowerScoped(fn, node.statement);
  fn.scope = before;
  const kind = tsc.isForInStatement(node) ? 'for-in' : isAsync ? 'for-await' : 'for-of';
  addLoop(fn, node, { kind, endless: false, on: of, exits, from, to: fn.ops.length });
}

function bindIteration(fn: FunctionState, initializer: ts.ForInitializer, value: Slot): void {
  if (!tsc.isVariableDeclarationList(initializer)) {
    assignTo(fn, initializer, value);
    return;
  }
  declareList(fn, fn.scope, initializer);
  const declaration = initializer.declarations[0];
  if (declaration !== undefined) bindPattern(fn, declaration.name, value);
}

function addLoop(fn: FunctionState, node: ts.Node, loop: Omit<LoopIr, 'at' | 'end'>): void {
  const span = spanOf(fn, node);
  fn.loops.push({ ...loop, ...span });
  if (loop.on < 0) return;
  const body = { from: loop.from, to: loop.to };
  fn.branches.push({ kind: 'loop', on: loop.on, body, exits: false, ...span });
}

/** Is there a `break` out of this loop, a `return` or a `throw`? */
function leavesLoop(body: ts.Statement): boolean {
  return leavesByItself(body) || contains(body, (node) => tsc.isThrowStatement(node));
}

/** The same, but for what a `catch` throws on: that ends a loop which failed, and not one that is done. */
function leavesByItself(body: ts.Statement): boolean {
  return (
    breaksOut(body) ||
    contains(body, (node) => tsc.isReturnStatement(node)) ||
    contains(body, (node) => tsc.isThrowStatement(node), isCatch)
  );
}

const isCatch = (node: ts.Node): boolean => node.kind === tsc.SyntaxKind.CatchClause;

/** Is there a `break` that ends this loop (or a labelled one, which may)? */
function breaksOut(body: ts.Node): boolean {
  const visit = (node: ts.Node, nested: boolean): boolean => {
    if (tsc.isFunctionLike(node) || tsc.isClassLike(node)) return false;
    if (tsc.isBreakStatement(node)) return !nested || node.label !== undefined;
    if (!isStatementContainer(node)) return false;
    const inner = nested || tsc.isIterationStatement(node, false) || tsc.isSwitchStatement(node);
    return tsc.forEachChild(node, (child) => visit(child, inner) || undefined) ?? false;
  };
  return visit(body, false);
}

function contains(
  node: ts.Node,
  predicate: (node: ts.Node) => boolean,
  without: (node: ts.Node) => boolean = () => false,
): boolean {
  if (tsc.isFunctionLike(node) || tsc.isClassLike(node) || without(node)) return false;
  if (predicate(node)) return true;
  if (!isStatementContainer(node)) return false;
  return tsc.forEachChild(node, (child) => contains(child, predicate, without) || undefined) ?? false;
}
