import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { Slot } from '../../graph/ir.js';
import { emitCall, noteMadeRequire } from './calls.js';
import { lowerClass } from './classes.js';
import { lowerHelper } from './compiled-helpers.js';
import { constantOf } from './constants.js';
import { lowerExpression } from './expressions.js';
import { declarePattern, hoistBlock, isAmbient } from './hoist.js';
import { lowerFunction } from './functions.js';
import { lowerEnum, lowerNamespace } from './namespaces.js';
import { lowerFor, lowerForIn, lowerWhile } from './loops.js';
import { leaves, narrowFrom, whereHolds } from './narrowing.js';
import { bindPattern, declaredType, guarded } from './patterns.js';
import { declareType } from './types.js';
import {
  countNode,
  emit,
  lookup,
  newSlot,
  pushScope,
  slotOf,
  spanOf,
  startOf,
  type FunctionState,
} from './state.js';

/** Whether control can reach what follows the statement. */
export type Completion = boolean;

/** Lowers the statements of a block whose scope is open already. */
export function lowerBlockBody(fn: FunctionState, statements: readonly ts.Statement[]): Completion {
  hoistBlock(fn, statements);
  hoistFunctions(fn, statements);
  for (const statement of statements) {
    if (!lowerStatement(fn, statement)) return false;
    if (!tsc.isIfStatement(statement) || statement.elseStatement !== undefined) continue;
    const end = statements.at(-1)!.end;
    if (leaves(statement.thenStatement))
      narrowFrom(fn, statement.expression, false, { pos: statement.end, end });
  }
  return true;
}

/** Functions exist from the start of their block, whatever is reached. */
export function hoistFunctions(fn: FunctionState, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (tsc.isFunctionDeclaration(statement)) lowerFunctionDeclaration(fn, statement);
  }
}

export function lowerFunctionDeclaration(fn: FunctionState, node: ts.FunctionDeclaration): void {
  if (isAmbient(node)) return;
  const name = node.name?.text ?? 'default';
  if (node.body === undefined) return;
  const index = lowerFunction(fn, node, { kind: 'function', name });
  const binding = lookup(fn.scope, name);
  const to = binding === undefined || node.name === undefined ? newSlot(fn) : slotOf(fn, binding);
  emit(fn, { type: 'function', to, fn: index });
  if (node.name === undefined) defaultExports.set(node, to);
}

/** Where `export default function () {}` left its value. */
export const defaultExports = new WeakMap<ts.Node, Slot>();

export function lowerScoped(fn: FunctionState, node: ts.Statement): Completion {
  const before = pushScope(fn);
  const completion = tsc.isBlock(node) ? lowerBlockBody(fn, node.statements) : lowerBlockBody(fn, [node]);
  fn.scope = before;
  return completion;
}

export function lowerStatement(fn: FunctionState, node: ts.Statement): Completion {
  countNode(fn.file);
  switch (node.kind) {
    case tsc.SyntaxKind.VariableStatement:
      if (!isAmbient(node)) lowerDeclarations(fn, (node as ts.VariableStatement).declarationList);
      return true;
    case tsc.SyntaxKind.ExpressionStatement:
      lowerExpression(fn, (node as ts.ExpressionStatement).expression, 'discarded');
      return true;
    case tsc.SyntaxKind.ReturnStatement:
      return lowerReturn(fn, node as ts.ReturnStatement);
    case tsc.SyntaxKind.ThrowStatement: {
      const from = lowerExpression(fn, (node as ts.ThrowStatement).expression);
      emit(fn, { type: 'throw', from, at: startOf(fn.file, node), end: node.end });
      return false;
    }
    case tsc.SyntaxKind.IfStatement:
      return lowerIf(fn, node as ts.IfStatement);
    case tsc.SyntaxKind.Block:
      return lowerScoped(fn, node);
    case tsc.SyntaxKind.ForStatement:
      return lowerFor(fn, node as ts.ForStatement);
    case tsc.SyntaxKind.ForOfStatement:
    case tsc.SyntaxKind.ForInStatement:
      lowerForIn(fn, node as ts.ForInOrOfStatement);
      return true;
    case tsc.SyntaxKind.WhileStatement:
    case tsc.SyntaxKind.DoStatement:
      return lowerWhile(fn, node as ts.WhileStatement | ts.DoStatement);
    case tsc.SyntaxKind.TryStatement:
      return lowerTry(fn, node as ts.TryStatement);
    case tsc.SyntaxKind.SwitchStatement:
      lowerSwitch(fn, node as ts.SwitchStatement);
      return true;
    case tsc.SyntaxKind.BreakStatement:
    case tsc.SyntaxKind.ContinueStatement:
      return false;
    case tsc.SyntaxKind.LabeledStatement:
      lowerStatement(fn, (node as ts.LabeledStatement).statement);
      return true;
    default:
      lowerDeclaration(fn, node);
      return true;
  }
}

function lowerDeclaration(fn: FunctionState, node: ts.Statement): void {
  if (tsc.isClassDeclaration(node)) {
    if (isAmbient(node)) return;
    const slot = lowerClass(fn, node);
    const binding = node.name === undefined ? undefined : lookup(fn.scope, node.name.text);
    if (binding === undefined) defaultExports.set(node, slot);
    else emit(fn, { type: 'copy', to: slotOf(fn, binding), from: slot });
  } else if (tsc.isInterfaceDeclaration(node) || tsc.isTypeAliasDeclaration(node)) {
    declareType(fn.file.types, node);
  } else if (tsc.isEnumDeclaration(node)) {
    lowerEnum(fn, node);
  } else if (tsc.isModuleDeclaration(node) && !isAmbient(node)) {
    lowerNamespace(fn, node);
  }
}

export function lowerDeclarations(fn: FunctionState, list: ts.VariableDeclarationList): void {
  for (const declaration of list.declarations) {
    if (declaration.initializer === undefined) {
      lowerUninitialised(fn, declaration);
      continue;
    }
    const from =
      lowerHelper(fn, declaration) ??
      lowerExpression(fn, declaration.initializer, 'value', nameOf(declaration.name));
    bindPattern(fn, declaration.name, from, declaredType(fn, declaration));
    noteMadeRequire(fn, declaration.name, declaration.initializer);
    if ((list.flags & tsc.NodeFlags.Using) !== 0) lowerDisposal(fn, declaration, list, from);
  }
}

/** `using` calls `[Symbol.dispose]` where the block ends, `await using` does where there is no `[Symbol.asyncDispose]`. */
function lowerDisposal(
  fn: FunctionState,
  node: ts.VariableDeclaration,
  list: ts.VariableDeclarationList,
  receiver: Slot,
): void {
  const isAsync = (list.flags & tsc.NodeFlags.AwaitUsing) === tsc.NodeFlags.AwaitUsing;
  const dispose = (name: string): Slot => {
    const callee = newSlot(fn);
    emit(fn, { type: 'get', to: callee, of: receiver, name, at: startOf(fn.file, node), end: node.end });
    const text = `using.${name}`;
    emitCall(fn, node, { callee, receiver, args: [], kind: 'call', use: 'awaited', optional: true, text });
    return callee;
  };
  if (isAsync) guarded(fn, dispose('@@asyncDispose'), 'nullish', () => dispose('@@dispose'));
  else dispose('@@dispose');
}

function lowerUninitialised(fn: FunctionState, declaration: ts.VariableDeclaration): void {
  const type = declaredType(fn, declaration);
  if (type === undefined || declaration.exclamationToken === undefined) return;
  const unknown = newSlot(fn);
  bindPattern(fn, declaration.name, unknown, type);
}

function nameOf(name: ts.BindingName): string | undefined {
  return tsc.isIdentifier(name) ? name.text : undefined;
}

function lowerReturn(fn: FunctionState, node: ts.ReturnStatement): Completion {
  if (node.expression !== undefined) {
    const from = lowerExpression(fn, node.expression, 'returned');
    emit(fn, { type: 'return', from, at: startOf(fn.file, node), end: node.end });
  }
  return false;
}

function lowerIf(fn: FunctionState, node: ts.IfStatement): Completion {
  const constant = constantOf(fn, node.expression);
  if (constant !== undefined) {
    if (constant.value) return lowerScoped(fn, node.thenStatement);
    return node.elseStatement === undefined ? true : lowerScoped(fn, node.elseStatement);
  }
  const on = lowerExpression(fn, node.expression);
  const from = fn.ops.length;
  const branch = (statement: ts.Statement, holds: boolean): Completion =>
    whereHolds(fn, node.expression, holds, statement, () => lowerScoped(fn, statement));
  const thenCompletes = branch(node.thenStatement, true);
  const elseCompletes = node.elseStatement === undefined ? true : branch(node.elseStatement, false);
  const exits = !thenCompletes || !elseCompletes;
  fn.branches.push({
    kind: 'if',
    on,
    body: { from, to: fn.ops.length },
    exits,
    at: startOf(fn.file, node.expression),
    end: node.expression.end,
  });
  return thenCompletes || elseCompletes;
}

function lowerSwitch(fn: FunctionState, node: ts.SwitchStatement): void {
  const on = lowerExpression(fn, node.expression);
  const before = pushScope(fn);
  const from = fn.ops.length;
  const all = node.caseBlock.clauses.flatMap((clause) => [...clause.statements]);
  hoistBlock(fn, all);
  hoistFunctions(fn, all);
  let exits = false;
  for (const clause of node.caseBlock.clauses) {
    if (tsc.isCaseClause(clause)) lowerExpression(fn, clause.expression);
    for (const statement of clause.statements) {
      if (lowerStatement(fn, statement)) continue;
      if (!tsc.isBreakStatement(statement)) exits = true;
      break;
    }
  }
  fn.scope = before;
  fn.branches.push({
    kind: 'switch',
    on,
    body: { from, to: fn.ops.length },
    exits,
    at: startOf(fn.file, node.expression),
    end: node.expression.end,
  });
}

function lowerTry(fn: FunctionState, node: ts.TryStatement): Completion {
  const bodyFrom = fn.ops.length;
  const bodyCompletes = lowerScoped(fn, node.tryBlock);
  const body = { from: bodyFrom, to: fn.ops.length };
  let handlerCompletes = node.catchClause === undefined ? bodyCompletes : true;
  let catchSlot = -1;
  const handlerFrom = fn.ops.length;
  if (node.catchClause !== undefined) {
    const before = pushScope(fn);
    const declaration = node.catchClause.variableDeclaration;
    if (declaration !== undefined) {
      catchSlot = newSlot(fn);
      emit(fn, { type: 'primitive', to: catchSlot, of: 'Error' });
      emit(fn, { type: 'primitive', to: catchSlot, of: 'data' });
      declarePattern(fn, fn.scope, declaration.name, 'catch');
      bindPattern(fn, declaration.name, catchSlot);
    }
    handlerCompletes = lowerScoped(fn, node.catchClause.block);
    fn.scope = before;
  }
  const handler = { from: handlerFrom, to: fn.ops.length };
  let finallyCompletes = true;
  if (node.finallyBlock !== undefined) finallyCompletes = lowerScoped(fn, node.finallyBlock);
  const clause = node.catchClause;
  fn.tries.push({
    body,
    handler: clause === undefined ? undefined : handler,
    catchAt: clause === undefined ? -1 : spanOf(fn, clause).at,
    catchEnd: clause?.end ?? -1,
    catchSlot,
    throws: fn.ops.slice(handler.from, handler.to).some((op) => op.type === 'throw'),
    alwaysThrows: clause !== undefined && alwaysThrows(clause.block),
    finalizer: node.finallyBlock === undefined ? undefined : { from: handler.to, to: fn.ops.length },
    at: startOf(fn.file, node),
    end: node.end,
  });
  return (bodyCompletes || handlerCompletes) && finallyCompletes;
}

function alwaysThrows(node: ts.Statement): boolean {
  if (tsc.isThrowStatement(node)) return true;
  if (tsc.isBlock(node)) return node.statements.some(alwaysThrows) && !node.statements.some(returnsOrLeaves);
  if (tsc.isIfStatement(node) && node.elseStatement !== undefined) {
    return alwaysThrows(node.thenStatement) && alwaysThrows(node.elseStatement);
  }
  return false;
}

function returnsOrLeaves(node: ts.Node): boolean {
  if (tsc.isFunctionLike(node)) return false;
  if (tsc.isReturnStatement(node) || tsc.isBreakStatement(node) || tsc.isContinueStatement(node)) return true;
  return tsc.forEachChild(node, (child) => returnsOrLeaves(child) || undefined) ?? false;
}
