import type ts from 'typescript';
import { tsc } from '../compiler.js';
import { lowerExpression, lowerIdentifier } from './expressions.js';
import { hasModifier, isAmbient } from './hoist.js';
import { defaultExports } from './statements.js';
import {
  declare,
  emit,
  hiddenBinding,
  lookup,
  newSlot,
  slotOf,
  spanOf,
  type FunctionState,
} from './state.js';

/** Declares what the file's import declarations bind; runs before anything else. */
export function declareImports(fn: FunctionState, statements: readonly ts.Statement[]): void {
  for (const statement of statements) {
    if (tsc.isImportDeclaration(statement)) declareImport(fn, statement);
    else if (tsc.isImportEqualsDeclaration(statement)) declareImportEquals(fn, statement);
  }
}

function declareImport(fn: FunctionState, node: ts.ImportDeclaration): void {
  if (!tsc.isStringLiteral(node.moduleSpecifier)) return;
  const specifier = node.moduleSpecifier.text;
  const clause = node.importClause;
  const span = spanOf(fn, node);
  if (clause === undefined) {
    fn.file.imports.push({
      specifier,
      name: '',
      local: '',
      slot: -1,
      typeOnly: false,
      dynamic: false,
      valueUsed: true,
      ...span,
    });
    return;
  }
  const typeOnly = clause.isTypeOnly;
  if (clause.name !== undefined) bindImport(fn, node, specifier, 'default', clause.name, typeOnly);
  const bindings = clause.namedBindings;
  if (bindings === undefined) return;
  if (tsc.isNamespaceImport(bindings)) bindImport(fn, node, specifier, '*', bindings.name, typeOnly);
  else {
    for (const element of bindings.elements) {
      const imported = (element.propertyName ?? element.name).text;
      bindImport(fn, node, specifier, imported, element.name, typeOnly || element.isTypeOnly);
    }
  }
}

function bindImport(
  fn: FunctionState,
  node: ts.Node,
  specifier: string,
  name: string,
  local: ts.Identifier,
  typeOnly: boolean,
): void {
  const importIndex = fn.file.imports.length;
  const binding = declare(fn.scope, local.text, 'import', spanOf(fn, local), { importIndex });
  fn.file.imports.push({
    specifier,
    name,
    local: local.text,
    slot: binding.slot,
    typeOnly,
    dynamic: false,
    valueUsed: false,
    ...spanOf(fn, node),
  });
}

function declareImportEquals(fn: FunctionState, node: ts.ImportEqualsDeclaration): void {
  const reference = node.moduleReference;
  if (!tsc.isExternalModuleReference(reference) || !tsc.isStringLiteral(reference.expression)) {
    if (!node.isTypeOnly) declare(fn.scope, node.name.text, 'const', spanOf(fn, node.name));
    return;
  }
  bindImport(fn, node, reference.expression.text, 'require', node.name, node.isTypeOnly);
  if (hasModifier(node, tsc.SyntaxKind.ExportKeyword)) exportLocal(fn, node.name.text, node.name.text, false);
}

/** `import A = B.C` makes an alias of a value. */
export function lowerImportAlias(fn: FunctionState, node: ts.ImportEqualsDeclaration): void {
  if (tsc.isExternalModuleReference(node.moduleReference) || node.isTypeOnly) return;
  const binding = lookup(fn.scope, node.name.text);
  if (binding === undefined) return;
  const from = lowerEntity(fn, node.moduleReference);
  emit(fn, { type: 'copy', to: slotOf(fn, binding), from });
}

function lowerEntity(fn: FunctionState, name: ts.EntityName): number {
  if (tsc.isIdentifier(name)) return lowerIdentifier(fn, name);
  const of = lowerEntity(fn, name.left);
  const to = newSlot(fn);
  emit(fn, { type: 'get', to, of, name: name.right.text, ...spanOf(fn, name) });
  return to;
}

/** `export { … }`, `export * from`, `export default`, `export =`. */
export function lowerExport(fn: FunctionState, statement: ts.Statement): void {
  if (tsc.isExportDeclaration(statement)) lowerExportDeclaration(fn, statement);
  else if (tsc.isExportAssignment(statement)) {
    const binding = hiddenBinding(fn, 'export');
    const from = lowerExpression(fn, statement.expression, 'value', 'default');
    emit(fn, { type: 'copy', to: binding.slot, from });
    const name = statement.isExportEquals === true ? 'export=' : 'default';
    fn.file.exports.push({ type: 'local', name, slot: binding.slot, typeOnly: false });
  }
}

function lowerExportDeclaration(fn: FunctionState, node: ts.ExportDeclaration): void {
  const specifier = node.moduleSpecifier;
  const clause = node.exportClause;
  if (specifier === undefined) {
    if (clause === undefined || !tsc.isNamedExports(clause)) return;
    for (const element of clause.elements) {
      const local = (element.propertyName ?? element.name).text;
      exportLocal(fn, element.name.text, local, node.isTypeOnly || element.isTypeOnly);
    }
    return;
  }
  if (!tsc.isStringLiteral(specifier)) return;
  const from = { specifier: specifier.text, ...spanOf(fn, node) };
  if (clause === undefined) {
    fn.file.exports.push({ type: 'star', typeOnly: node.isTypeOnly, ...from });
  } else if (tsc.isNamespaceExport(clause)) {
    fn.file.exports.push({
      type: 'from',
      name: clause.name.text,
      imported: '*',
      typeOnly: node.isTypeOnly,
      ...from,
    });
  } else {
    for (const element of clause.elements) {
      const imported = (element.propertyName ?? element.name).text;
      const typeOnly = node.isTypeOnly || element.isTypeOnly;
      fn.file.exports.push({ type: 'from', name: element.name.text, imported, typeOnly, ...from });
    }
  }
}

function exportLocal(fn: FunctionState, name: string, local: string, typeOnly: boolean): void {
  const binding = lookup(fn.scope, local);
  if (binding === undefined) return;
  if (binding.importIndex >= 0) {
    const imported = fn.file.imports[binding.importIndex]!;
    if (!typeOnly && !fn.file.isTypeScript) imported.valueUsed = true;
    const { specifier, name: importedName, at, end } = imported;
    fn.file.exports.push({
      type: 'from',
      name,
      specifier,
      imported: importedName,
      typeOnly: typeOnly || imported.typeOnly,
      at,
      end,
    });
    return;
  }
  fn.file.exports.push({ type: 'local', name, slot: slotOf(fn, binding), typeOnly });
}

/** Names that a declaration with `export` in front of it gives out. */
export function exportDeclared(fn: FunctionState, statement: ts.Statement): void {
  if (!hasModifier(statement, tsc.SyntaxKind.ExportKeyword) || isAmbient(statement)) return;
  if (tsc.isVariableStatement(statement)) {
    for (const declaration of statement.declarationList.declarations) exportPattern(fn, declaration.name);
    return;
  }
  const isDefault = hasModifier(statement, tsc.SyntaxKind.DefaultKeyword);
  const isValue =
    tsc.isFunctionDeclaration(statement) ||
    tsc.isClassDeclaration(statement) ||
    tsc.isEnumDeclaration(statement) ||
    tsc.isModuleDeclaration(statement);
  if (!isValue) return;
  const name =
    statement.name !== undefined && tsc.isIdentifier(statement.name) ? statement.name.text : undefined;
  if (name !== undefined) exportLocal(fn, isDefault ? 'default' : name, name, false);
  else if (isDefault) {
    const slot = defaultExports.get(statement);
    if (slot !== undefined) fn.file.exports.push({ type: 'local', name: 'default', slot, typeOnly: false });
  }
}

function exportPattern(fn: FunctionState, name: ts.BindingName): void {
  if (tsc.isIdentifier(name)) {
    exportLocal(fn, name.text, name.text, false);
    return;
  }
  for (const element of name.elements) {
    if (tsc.isBindingElement(element)) exportPattern(fn, element.name);
  }
}
