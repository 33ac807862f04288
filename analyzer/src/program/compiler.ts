/**
 * The TypeScript compiler, loaded with the first file that is parsed: a check that is answered from the
 * cache needs none. It is required, not imported: before a CommonJS module is imported Node searches its
 * text for exports, which takes longer for these nine megabytes than to run them.
 */

import { createRequire } from 'node:module';
import type typescript from 'typescript';

/**
 * What is used of it. The compiler's own exports are thousands of getters in an object that V8 keeps as a
 * hash table; lowering mentions some of them for every node.
 */
const names = [
  'JSDocParsingMode',
  'NodeFlags',
  'ScriptKind',
  'ScriptTarget',
  'SyntaxKind',
  'canHaveDecorators',
  'canHaveModifiers',
  'createSourceFile',
  'flattenDiagnosticMessageText',
  'forEachChild',
  'getDecorators',
  'getJSDocReturnType',
  'getJSDocType',
  'isArrayBindingPattern',
  'isArrayLiteralExpression',
  'isArrayTypeNode',
  'isArrowFunction',
  'isAsExpression',
  'isBinaryExpression',
  'isBindingElement',
  'isBlock',
  'isBreakStatement',
  'isCallExpression',
  'isCaseClause',
  'isClassDeclaration',
  'isClassLike',
  'isClassStaticBlockDeclaration',
  'isComputedPropertyName',
  'isConstructorDeclaration',
  'isContinueStatement',
  'isDoStatement',
  'isElementAccessExpression',
  'isEnumDeclaration',
  'isExportAssignment',
  'isExportDeclaration',
  'isExpressionStatement',
  'isExpressionWithTypeArguments',
  'isExternalModuleReference',
  'isForInStatement',
  'isForOfStatement',
  'isFunctionDeclaration',
  'isFunctionExpression',
  'isFunctionLike',
  'isFunctionTypeNode',
  'isGetAccessor',
  'isIdentifier',
  'isIfStatement',
  'isImportDeclaration',
  'isImportEqualsDeclaration',
  'isImportTypeNode',
  'isIndexedAccessTypeNode',
  'isInterfaceDeclaration',
  'isIntersectionTypeNode',
  'isIterationStatement',
  'isJSDocNonNullableType',
  'isJSDocNullableType',
  'isJsxExpression',
  'isJsxSpreadAttribute',
  'isLiteralTypeNode',
  'isMethodDeclaration',
  'isMethodSignature',
  'isModuleBlock',
  'isModuleDeclaration',
  'isNamedExports',
  'isNamedTupleMember',
  'isNamespaceExport',
  'isNamespaceImport',
  'isNonNullExpression',
  'isNumericLiteral',
  'isObjectBindingPattern',
  'isObjectLiteralExpression',
  'isOmittedExpression',
  'isOptionalChain',
  'isOptionalTypeNode',
  'isParameter',
  'isParameterPropertyDeclaration',
  'isParenthesizedExpression',
  'isParenthesizedTypeNode',
  'isPostfixUnaryExpression',
  'isPrefixUnaryExpression',
  'isPropertyAccessExpression',
  'isPropertyAssignment',
  'isPropertyDeclaration',
  'isPropertySignature',
  'isRestTypeNode',
  'isReturnStatement',
  'isSatisfiesExpression',
  'isSetAccessor',
  'isShorthandPropertyAssignment',
  'isSpreadAssignment',
  'isSpreadElement',
  'isStringLiteral',
  'isSwitchStatement',
  'isTemplateExpression',
  'isThrowStatement',
  'isTupleTypeNode',
  'isTypeAliasDeclaration',
  'isTypeAssertionExpression',
  'isTypeLiteralNode',
  'isTypeOfExpression',
  'isTypeOperatorNode',
  'isTypeQueryNode',
  'isTypeReferenceNode',
  'isUnionTypeNode',
  'isVariableDeclaration',
  'isVariableDeclarationList',
  'isVariableStatement',
  'parseConfigFileTextToJson',
] as const;

type Compiler = Pick<typeof typescript, (typeof names)[number]>;

/** Undefined until `loadCompiler` has run. */
export let tsc: Compiler;

export function loadCompiler(): void {
  tsc ??= select(createRequire(import.meta.url)('typescript') as typeof typescript);
}

function select(compiler: typeof typescript): Compiler {
  return Object.fromEntries(names.map((name) => [name, compiler[name]])) as unknown as Compiler;
}

/** A table of the compiler's constants, made when it is first asked for. */
export function table<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
