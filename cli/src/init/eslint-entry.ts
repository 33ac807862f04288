import { readFileSync } from 'node:fs';
import {
  type ArrayLiteralExpression,
  type CallExpression,
  type Expression,
  IndentationText,
  Node,
  Project,
  QuoteKind,
  type SourceFile,
} from 'ts-morph';

const packageName = '@refrain/eslint-plugin';

export type EslintEdit =
  | { readonly type: 'edited'; readonly text: string }
  | { readonly type: 'present' }
  /** The config has a form that is not understood; a person has to add `entry`. */
  | { readonly type: 'unknown'; readonly entry: string };

interface TypeScriptFacts {
  readonly usesTypeScript: boolean;
  /** There is a tsconfig.json, from which the parser can tell rules the types. */
  readonly hasTypes: boolean;
}

const withTypes = `{
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    }`;

/** The text of a new flat config that holds nothing but our preset, and for TypeScript its parser. */
export function newEslintConfig(preset: string, { usesTypeScript, hasTypes }: TypeScriptFacts): string {
  if (!usesTypeScript) {
    return `import refrain from '${packageName}';\n\nexport default [refrain.configs.${preset}];\n`;
  }
  return `import refrain from '${packageName}';
import tseslint from 'typescript-eslint';

export default [
  {
    files: ['**/*.ts'],
    languageOptions: ${hasTypes ? withTypes : '{ parser: tseslint.parser }'},
  },
  refrain.configs.${preset},
];
`;
}

/**
 * Adds the preset to a flat config: to the array that it exports, or as one more argument of the call
 * (`defineConfig(…)`, `tseslint.config(…)`) that it exports. Everything else keeps its form.
 */
export function addToEslintConfig(file: string, preset: string): EslintEdit {
  const text = readFileSync(file, 'utf8');
  if (text.includes(packageName)) return { type: 'present' };
  const project = new Project({
    useInMemoryFileSystem: true,
    compilerOptions: { allowJs: true },
    manipulationSettings: {
      indentationText: /^\t/m.test(text) ? IndentationText.Tab : IndentationText.TwoSpaces,
      quoteKind: /from "/.test(text) ? QuoteKind.Double : QuoteKind.Single,
    },
  });
  const source = project.createSourceFile('eslint.config.ts', text);
  const list = exportedList(source);
  const entry = `refrain.configs.${preset}`;
  if (!list) return { type: 'unknown', entry };
  if (Node.isArrayLiteralExpression(list)) list.addElement(entry);
  else list.addArgument(entry);
  addImport(source);
  return { type: 'edited', text: source.getFullText() };
}

function addImport(source: SourceFile): void {
  const isCommonJs = source.getImportDeclarations().length === 0 && /\brequire\(/.test(source.getFullText());
  if (!isCommonJs && !/module\.exports/.test(source.getFullText())) {
    source.addImportDeclaration({ defaultImport: 'refrain', moduleSpecifier: packageName });
    return;
  }
  const position = source.getStatements().findIndex((statement) => !Node.isExpressionStatement(statement));
  source.insertStatements(Math.max(0, position), `const refrain = require('${packageName}').default;`);
}

/** What `export default …` or `module.exports = …` holds, followed through one variable. */
function exportedList(source: SourceFile): ArrayLiteralExpression | CallExpression | undefined {
  const exported = source.getExportAssignment((node) => !node.isExportEquals())?.getExpression();
  return listOf(exported ?? commonJsExport(source), source);
}

function listOf(
  expression: Expression | undefined,
  source: SourceFile,
): ArrayLiteralExpression | CallExpression | undefined {
  if (!expression) return undefined;
  if (Node.isArrayLiteralExpression(expression)) return expression;
  if (Node.isCallExpression(expression)) {
    // `defineConfig([…])` and `defineConfig(…, …)` are both in use.
    const [first] = expression.getArguments();
    return Node.isArrayLiteralExpression(first) && expression.getArguments().length === 1
      ? first
      : expression;
  }
  if (Node.isSatisfiesExpression(expression) || Node.isAsExpression(expression)) {
    return listOf(expression.getExpression(), source);
  }
  if (!Node.isIdentifier(expression)) return undefined;
  return listOf(source.getVariableDeclaration(expression.getText())?.getInitializer(), source);
}

function commonJsExport(source: SourceFile): Expression | undefined {
  for (const statement of source.getStatements()) {
    if (!Node.isExpressionStatement(statement)) continue;
    const assignment = statement.getExpression();
    if (Node.isBinaryExpression(assignment) && assignment.getLeft().getText() === 'module.exports') {
      return assignment.getRight();
    }
  }
  return undefined;
}
