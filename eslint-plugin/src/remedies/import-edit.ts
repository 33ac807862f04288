import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { variableAt, type Edit } from './site.js';

export interface ImportedName {
  /** What the export is called at the place of use. */
  readonly local: string;
  /** The edit that adds the import; none where the file has it. */
  readonly edits: readonly Edit[];
}

/** Makes a module's export usable at a node: finds its import, extends one, or adds one. */
export function importName(
  sourceCode: Readonly<TSESLint.SourceCode>,
  at: TSESTree.Node,
  module: string,
  name: string,
): ImportedName {
  const declarations = sourceCode.ast.body.filter(
    (statement): statement is TSESTree.ImportDeclaration =>
      statement.type === 'ImportDeclaration' && statement.importKind !== 'type',
  );
  const ofModule = declarations.filter((declaration) => declaration.source.value === module);
  for (const specifier of ofModule.flatMap((declaration) => declaration.specifiers)) {
    const seen = variableAt(sourceCode, at, specifier.local.name)?.defs[0]?.type === 'ImportBinding';
    if (isImportOf(specifier, name) && seen) return { local: specifier.local.name, edits: [] };
    if (specifier.type === 'ImportNamespaceSpecifier' && seen)
      return { local: `${specifier.local.name}.${name}`, edits: [] };
  }
  const local = freeName(sourceCode, name);
  const clause = local === name ? name : `${name} as ${local}`;
  return { local, edits: [addition(sourceCode, declarations, ofModule, module, clause)] };
}

function addition(
  sourceCode: Readonly<TSESLint.SourceCode>,
  declarations: readonly TSESTree.ImportDeclaration[],
  ofModule: readonly TSESTree.ImportDeclaration[],
  module: string,
  clause: string,
): Edit {
  for (const declaration of ofModule) {
    const last = declaration.specifiers.findLast((specifier) => specifier.type === 'ImportSpecifier');
    if (last !== undefined) return { range: [last.range[1], last.range[1]], text: `, ${clause}` };
  }
  const quote = declarations[0]?.source.raw.startsWith('"') ? '"' : "'";
  const line = `import { ${clause} } from ${quote}${module}${quote};\n`;
  const first = declarations[0] ?? firstStatement(sourceCode.ast);
  const position = first?.range[0] ?? sourceCode.text.length;
  return { range: [position, position], text: line };
}

/** Imports go behind directives such as `'use strict'`. */
function firstStatement(program: TSESTree.Program): TSESTree.Node | undefined {
  return program.body.find(
    (statement) => !(statement.type === 'ExpressionStatement' && typeof statement.directive === 'string'),
  );
}

function isImportOf(specifier: TSESTree.ImportClause, name: string): boolean {
  if (specifier.type !== 'ImportSpecifier' || specifier.importKind === 'type') return false;
  const { imported } = specifier;
  return (imported.type === 'Identifier' ? imported.name : imported.value) === name;
}

/** The name itself, or one with `Workflow` in front, so that no variable of the file is hit. */
function freeName(sourceCode: Readonly<TSESLint.SourceCode>, name: string): string {
  const taken = new Set<string>();
  for (const scope of sourceCode.scopeManager?.scopes ?? []) {
    for (const variable of scope.variables) if (variable.defs.length > 0) taken.add(variable.name);
    for (const reference of scope.through) taken.add(reference.identifier.name as string);
  }
  if (!taken.has(name)) return name;
  const prefixed = `workflow${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`;
  for (let suffix = 1; ; suffix++) {
    const candidate = suffix === 1 ? prefixed : `${prefixed}${suffix}`;
    if (!taken.has(candidate)) return candidate;
  }
}
