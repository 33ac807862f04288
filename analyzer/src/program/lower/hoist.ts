import type ts from 'typescript';
import { tsc } from '../compiler.js';
import { noteConstants } from './constants.js';
import { lowerType } from './types.js';
import { declare, spanOf, type FunctionState, type Scope } from './state.js';
import type { VariableIr } from '../../graph/ir.js';

/** Declares what a block of statements binds (`let`, `const`, classes, functions, enums). */
export function hoistBlock(fn: FunctionState, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (tsc.isVariableStatement(statement)) {
      if (isBlockScoped(statement.declarationList) && !isAmbient(statement)) {
        declareList(fn, fn.scope, statement.declarationList);
      }
    } else if (tsc.isFunctionDeclaration(statement) && statement.name !== undefined) {
      if (!isAmbient(statement))
        declare(fn.scope, statement.name.text, 'function', spanOf(fn, statement.name));
    } else if (tsc.isClassDeclaration(statement) && statement.name !== undefined) {
      declare(fn.scope, statement.name.text, 'class', spanOf(fn, statement.name));
    } else if (tsc.isEnumDeclaration(statement)) {
      declare(fn.scope, statement.name.text, 'const', spanOf(fn, statement.name));
    } else if (
      tsc.isModuleDeclaration(statement) &&
      tsc.isIdentifier(statement.name) &&
      !isAmbient(statement)
    ) {
      declare(fn.scope, statement.name.text, 'const', spanOf(fn, statement.name));
    }
  }
  noteConstants(fn, statements);
}

/** Declares the `var`s of a function's body, wherever they stand in it. */
export function hoistVars(fn: FunctionState, node: ts.Node): void {
  if (!fn.file.hasVar) return;
  const visit = (child: ts.Node): void => {
    if (tsc.isVariableDeclarationList(child)) {
      if (!isBlockScoped(child)) declareList(fn, fn.scope, child);
    } else if (isStatementContainer(child)) {
      tsc.forEachChild(child, visit);
    }
  };
  tsc.forEachChild(node, visit);
}

/** May statements stand inside, those of nested functions apart? */
export function isStatementContainer(node: ts.Node): boolean {
  if (tsc.isFunctionLike(node) || tsc.isClassLike(node) || tsc.isModuleDeclaration(node)) return false;
  if (node.kind === tsc.SyntaxKind.ExpressionStatement || node.kind === tsc.SyntaxKind.ReturnStatement)
    return false;
  return (
    (node.kind >= tsc.SyntaxKind.FirstStatement && node.kind <= tsc.SyntaxKind.LastStatement) ||
    node.kind === tsc.SyntaxKind.Block ||
    node.kind === tsc.SyntaxKind.CaseBlock ||
    node.kind === tsc.SyntaxKind.CaseClause ||
    node.kind === tsc.SyntaxKind.DefaultClause ||
    node.kind === tsc.SyntaxKind.CatchClause
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
  if (tsc.isIdentifier(name)) {
    declare(scope, name.text, kind, spanOf(fn, name), { type: lowerType(type) });
    return;
  }
  for (const element of name.elements) {
    if (tsc.isBindingElement(element)) declarePattern(fn, scope, element.name, kind);
  }
}

function kindOf(list: ts.VariableDeclarationList): VariableIr['kind'] {
  if (list.flags & tsc.NodeFlags.Let) return 'let';
  return isBlockScoped(list) ? 'const' : 'var';
}

export function isBlockScoped(list: ts.VariableDeclarationList): boolean {
  return (list.flags & tsc.NodeFlags.BlockScoped) !== 0;
}

export function isAmbient(node: ts.Node): boolean {
  return hasModifier(node, tsc.SyntaxKind.DeclareKeyword);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  if (!tsc.canHaveModifiers(node)) return false;
  return node.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}
