import ts from 'typescript';
import { lowerType } from './types.js';
import { declare, spanOf, type FunctionState, type Scope } from './state.js';
import type { VariableIr } from '../../graph/ir.js';

/** Declares what a block of statements binds (`let`, `const`, classes, functions, enums). */
export function hoistBlock(fn: FunctionState, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) {
      if (isBlockScoped(statement.declarationList) && !isAmbient(statement)) {
        declareList(fn, fn.scope, statement.declarationList);
      }
    } else if (ts.isFunctionDeclaration(statement) && statement.name !== undefined) {
      if (!isAmbient(statement))
        declare(fn.scope, statement.name.text, 'function', spanOf(fn, statement.name));
    } else if (ts.isClassDeclaration(statement) && statement.name !== undefined) {
      declare(fn.scope, statement.name.text, 'class', spanOf(fn, statement.name));
    } else if (ts.isEnumDeclaration(statement)) {
      declare(fn.scope, statement.name.text, 'const', spanOf(fn, statement.name));
    } else if (
      ts.isModuleDeclaration(statement) &&
      ts.isIdentifier(statement.name) &&
      !isAmbient(statement)
    ) {
      declare(fn.scope, statement.name.text, 'const', spanOf(fn, statement.name));
    }
  }
}

/** Declares the `var`s of a function's body, wherever they stand in it. */
export function hoistVars(fn: FunctionState, node: ts.Node): void {
  const visit = (child: ts.Node): void => {
    if (ts.isVariableDeclarationList(child)) {
      if (!isBlockScoped(child)) declareList(fn, fn.scope, child);
    } else if (isStatementContainer(child)) {
      ts.forEachChild(child, visit);
    }
  };
  ts.forEachChild(node, visit);
}

function isStatementContainer(node: ts.Node): boolean {
  if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return false;
  if (node.kind === ts.SyntaxKind.ExpressionStatement || node.kind === ts.SyntaxKind.ReturnStatement)
    return false;
  return (
    (node.kind >= ts.SyntaxKind.FirstStatement && node.kind <= ts.SyntaxKind.LastStatement) ||
    node.kind === ts.SyntaxKind.Block ||
    node.kind === ts.SyntaxKind.CaseBlock ||
    node.kind === ts.SyntaxKind.CaseClause ||
    node.kind === ts.SyntaxKind.DefaultClause ||
    node.kind === ts.SyntaxKind.CatchClause
  );
}

export function declareList(fn: FunctionState, scope: Scope, list: ts.VariableDeclarationList): void {
  const kind = kindOf(list);
  for (const declaration of list.declarations) {
    declarePattern(fn, scope, declaration.name, kind, declaration.type);
  }
}

export function declarePattern(
  fn: FunctionState,
  scope: Scope,
  name: ts.BindingName,
  kind: VariableIr['kind'],
  type?: ts.TypeNode,
): void {
  if (ts.isIdentifier(name)) {
    declare(scope, name.text, kind, spanOf(fn, name), { type: lowerType(type) });
    return;
  }
  for (const element of name.elements) {
    if (ts.isBindingElement(element)) declarePattern(fn, scope, element.name, kind);
  }
}

function kindOf(list: ts.VariableDeclarationList): VariableIr['kind'] {
  if (list.flags & ts.NodeFlags.Let) return 'let';
  return isBlockScoped(list) ? 'const' : 'var';
}

export function isBlockScoped(list: ts.VariableDeclarationList): boolean {
  return (list.flags & ts.NodeFlags.BlockScoped) !== 0;
}

export function isAmbient(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.DeclareKeyword);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  if (!ts.canHaveModifiers(node)) return false;
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}
