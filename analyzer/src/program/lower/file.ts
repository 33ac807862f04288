import type ts from 'typescript';
import { loadCompiler, tsc } from '../compiler.js';
import type { FileIr, StatementIr } from '../../graph/ir.js';
import { hoistBlock, hoistVars } from './hoist.js';
import { directivesAmong, finishFunction, newFunction } from './functions.js';
import { declareImports, exportDeclared, lowerExport, lowerImportAlias } from './modules.js';
import { hoistFunctions, lowerStatement } from './statements.js';
import { declare, FileTooLargeError, slotOf, spanOf, type FileState, type FunctionState } from './state.js';
import { suppressionsIn } from './suppressions.js';

export interface LoweredFile {
  readonly ir: FileIr;
  /** Why (part of) the file could not be read. */
  readonly gaveUp: string | undefined;
}

/** Nodes of one file that are looked at: a 4 MB bundle has about as many. */
const maxNodes = 1_500_000;
const maxTextLength = 8_000_000;
/** One file of a package: beyond it, following what calls what takes longer than the answer is worth. */
const maxPackageTextLength = 300_000;

/** Parses a file and lowers it. It never throws: what cannot be read is left out, and said. */
export function lowerFile(path: string, text: string, kind: FileIr['kind']): LoweredFile {
  if (text.length > (kind === 'package' ? maxPackageTextLength : maxTextLength))
    return { ir: emptyFile(path, kind), gaveUp: 'the file is too large' };
  loadCompiler();
  try {
    const source = parse(path, text, kind);
    return lowerSource(source, path, kind);
  } catch (error) {
    if (error instanceof FileTooLargeError)
      return { ir: emptyFile(path, kind), gaveUp: 'the file is too large' };
    if (error instanceof RangeError)
      return { ir: emptyFile(path, kind), gaveUp: 'the code is nested too deeply' };
    const reason = error instanceof Error ? error.message : String(error);
    return { ir: emptyFile(path, kind), gaveUp: `the file could not be read: ${reason}` };
  }
}

function parse(path: string, text: string, kind: FileIr['kind']): ts.SourceFile {
  const scriptKind = scriptKindOf(path);
  const hasJsDoc = kind === 'source' && scriptKind !== tsc.ScriptKind.TS;
  return tsc.createSourceFile(
    path,
    text,
    {
      languageVersion: tsc.ScriptTarget.Latest,
      jsDocParsingMode: hasJsDoc ? tsc.JSDocParsingMode.ParseAll : tsc.JSDocParsingMode.ParseNone,
    },
    // Parents are needed only to find JSDoc.
    scriptKind !== tsc.ScriptKind.TS,
    scriptKind,
  );
}

function scriptKindOf(path: string): ts.ScriptKind {
  if (path.endsWith('.tsx')) return tsc.ScriptKind.TSX;
  if (/\.[cm]?ts$/.test(path)) return tsc.ScriptKind.TS;
  return tsc.ScriptKind.JSX;
}

function lowerSource(source: ts.SourceFile, path: string, kind: FileIr['kind']): LoweredFile {
  const file: FileState = {
    source,
    path,
    isTypeScript: /\.[cm]?tsx?$/.test(path),
    hasVar: /\bvar\b/.test(source.text),
    functions: [],
    classes: [],
    imports: [],
    exports: [],
    types: {},
    maxNodes,
    nodes: 0,
  };
  const module = moduleKindOf(source, path);
  const fn = newFunction(file, { kind: 'module', parent: undefined, scope: undefined });
  if (module === 'commonjs') declareCommonJs(fn);
  lowerModuleBody(fn, source);
  finishFunction(fn, { node: source, name: '<module>', async: true });
  const diagnostics = (source as unknown as { parseDiagnostics?: readonly ts.DiagnosticWithLocation[] })
    .parseDiagnostics;
  const syntaxErrors = (diagnostics ?? []).slice(0, 20).map((diagnostic) => ({
    at: diagnostic.start,
    message: tsc.flattenDiagnosticMessageText(diagnostic.messageText, ' '),
  }));
  const ir: FileIr = {
    path,
    kind,
    module,
    imports: file.imports.map((entry) => ({
      specifier: entry.specifier,
      name: entry.name,
      local: entry.local,
      slot: entry.slot,
      typeOnly: entry.typeOnly || (file.isTypeScript && !entry.valueUsed),
      dynamic: entry.dynamic,
      at: entry.at,
      end: entry.end,
    })),
    exports: file.exports,
    functions: file.functions.map((item) => item!),
    classes: file.classes.map((item) => item!),
    types: file.types,
    directives: directivesAmong(source.statements),
    suppressions: suppressionsIn(source.text, source.getLineStarts()),
    lineStarts: source.getLineStarts(),
    syntaxErrors,
  };
  return { ir, gaveUp: undefined };
}

function moduleKindOf(source: ts.SourceFile, path: string): FileIr['module'] {
  if (/\.m[jt]s$/.test(path)) return 'esm';
  const isEsm = source.statements.some(
    (node) =>
      tsc.isImportDeclaration(node) ||
      tsc.isExportDeclaration(node) ||
      tsc.isExportAssignment(node) ||
      tsc.isImportEqualsDeclaration(node) ||
      (tsc.canHaveModifiers(node) &&
        node.modifiers?.some((item) => item.kind === tsc.SyntaxKind.ExportKeyword)),
  );
  return isEsm ? 'esm' : 'commonjs';
}

/** CommonJS modules are functions of `exports` and `module`; `this` is `exports`. */
function declareCommonJs(fn: FunctionState): void {
  for (const name of ['exports', 'module']) {
    const binding = declare(fn.scope, name, 'parameter', { at: 0, end: 0 });
    fn.params.push({ slot: binding.slot, name, rest: false, optional: false, type: undefined });
  }
}

function lowerModuleBody(fn: FunctionState, source: ts.SourceFile): void {
  declareImports(fn, source.statements);
  hoistVars(fn, source);
  hoistBlock(fn, source.statements);
  hoistFunctions(fn, source.statements);
  addStatement(fn, source, 0, new Set(), true);
  for (const statement of source.statements) {
    const from = fn.ops.length;
    fn.used.clear();
    if (tsc.isImportEqualsDeclaration(statement)) lowerImportAlias(fn, statement);
    else if (tsc.isExportDeclaration(statement) || tsc.isExportAssignment(statement))
      lowerExport(fn, statement);
    else if (!lowerStatement(fn, statement)) break;
    exportDeclared(fn, statement);
    addStatement(fn, statement, from, new Set(fn.used), isDeclaration(statement));
  }
}

function isDeclaration(statement: ts.Statement): boolean {
  return (
    tsc.isFunctionDeclaration(statement) ||
    tsc.isImportDeclaration(statement) ||
    tsc.isInterfaceDeclaration(statement) ||
    tsc.isTypeAliasDeclaration(statement)
  );
}

function addStatement(
  fn: FunctionState,
  node: ts.Node,
  from: number,
  used: Set<number>,
  declaration: boolean,
): void {
  const to = fn.ops.length;
  if (from === to && used.size === 0) return;
  const defines = definedBy(fn, node);
  const statement: StatementIr = {
    from,
    to,
    defines,
    uses: [...used].filter((slot) => !defines.includes(slot)),
    declaration,
    ...spanOf(fn, node),
  };
  fn.statements.push(statement);
}

/** The module's own variables that a statement gives their value. */
function definedBy(fn: FunctionState, node: ts.Node): number[] {
  const slots: number[] = [];
  const add = (name: ts.BindingName | undefined): void => {
    if (name === undefined) return;
    if (tsc.isIdentifier(name)) {
      const binding = fn.scope.bindings.get(name.text);
      if (binding !== undefined) slots.push(slotOf(fn, binding));
    } else {
      for (const element of name.elements) if (tsc.isBindingElement(element)) add(element.name);
    }
  };
  if (tsc.isVariableStatement(node))
    node.declarationList.declarations.forEach((item) => {
      add(item.name);
    });
  if (tsc.isClassDeclaration(node) || tsc.isEnumDeclaration(node) || tsc.isFunctionDeclaration(node))
    add(node.name);
  if (tsc.isModuleDeclaration(node) && tsc.isIdentifier(node.name)) add(node.name);
  if (tsc.isImportEqualsDeclaration(node)) add(node.name);
  const last = fn.file.exports.at(-1);
  const isDefault = tsc.isExportAssignment(node) || (tsc.isClassDeclaration(node) && node.name === undefined);
  if (isDefault && last?.type === 'local') slots.push(last.slot);
  return slots;
}

function emptyFile(path: string, kind: FileIr['kind']): FileIr {
  return {
    path,
    kind,
    module: 'esm',
    imports: [],
    exports: [],
    functions: [],
    classes: [],
    types: {},
    directives: [],
    suppressions: [],
    lineStarts: [0],
    syntaxErrors: [],
  };
}
