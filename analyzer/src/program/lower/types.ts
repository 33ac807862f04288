import type ts from 'typescript';
import { table, tsc } from '../compiler.js';
import type { TypeDeclarationIr, TypeIr, TypeMemberIr } from '../../graph/ir.js';

const keywordNames = table(
  () =>
    new Map<ts.SyntaxKind, string>([
      [tsc.SyntaxKind.StringKeyword, 'string'],
      [tsc.SyntaxKind.NumberKeyword, 'number'],
      [tsc.SyntaxKind.BooleanKeyword, 'boolean'],
      [tsc.SyntaxKind.BigIntKeyword, 'bigint'],
      [tsc.SyntaxKind.SymbolKeyword, 'symbol'],
      [tsc.SyntaxKind.UndefinedKeyword, 'undefined'],
      [tsc.SyntaxKind.VoidKeyword, 'undefined'],
      [tsc.SyntaxKind.ObjectKeyword, 'object'],
    ]),
);

/** The declared type, or undefined where it says nothing (`any`, `unknown`, conditional types …). */
export function lowerType(node: ts.TypeNode | undefined, depth = 0): TypeIr | undefined {
  if (node === undefined || depth > 12) return undefined;
  const keyword = keywordNames().get(node.kind);
  if (keyword !== undefined) return { type: 'name', name: keyword, arguments: [] };
  if (tsc.isTypeReferenceNode(node)) {
    const args = (node.typeArguments ?? []).map((arg) => lowerType(arg, depth + 1) ?? unknownType);
    return { type: 'name', name: entityName(node.typeName), arguments: args };
  }
  if (tsc.isExpressionWithTypeArguments(node)) return lowerHeritage(node, depth);
  if (tsc.isArrayTypeNode(node)) {
    return { type: 'array', of: lowerType(node.elementType, depth + 1) ?? unknownType };
  }
  if (tsc.isTupleTypeNode(node)) {
    const of = node.elements.map((element) => lowerType(tupleElement(element), depth + 1) ?? unknownType);
    return { type: 'array', of: { type: 'union', of } };
  }
  if (tsc.isUnionTypeNode(node) || tsc.isIntersectionTypeNode(node)) {
    return { type: 'union', of: node.types.map((part) => lowerType(part, depth + 1) ?? unknownType) };
  }
  if (tsc.isFunctionTypeNode(node)) return { type: 'function', returns: lowerType(node.type, depth + 1) };
  if (tsc.isTypeLiteralNode(node)) return { type: 'object', members: lowerMembers(node.members, depth + 1) };
  if (tsc.isTypeQueryNode(node)) return { type: 'typeof', name: entityName(node.exprName) };
  if (tsc.isLiteralTypeNode(node)) return lowerLiteralType(node);
  return lowerRareType(node, depth);
}

const unknownType: TypeIr = { type: 'name', name: 'unknown', arguments: [] };

function lowerRareType(node: ts.TypeNode, depth: number): TypeIr | undefined {
  if (tsc.isParenthesizedTypeNode(node) || tsc.isTypeOperatorNode(node))
    return lowerType(node.type, depth + 1);
  if (tsc.isJSDocNullableType(node) || tsc.isJSDocNonNullableType(node))
    return lowerType(node.type, depth + 1);
  if (tsc.isOptionalTypeNode(node) || tsc.isRestTypeNode(node)) return lowerType(node.type, depth + 1);
  if (tsc.isIndexedAccessTypeNode(node)) {
    const index = node.indexType;
    const of = lowerType(node.objectType, depth + 1);
    if (of !== undefined && tsc.isLiteralTypeNode(index) && tsc.isStringLiteral(index.literal)) {
      return { type: 'indexed', of, name: index.literal.text };
    }
  }
  if (
    tsc.isImportTypeNode(node) &&
    tsc.isLiteralTypeNode(node.argument) &&
    tsc.isStringLiteral(node.argument.literal)
  ) {
    const name = node.qualifier === undefined ? '*' : entityName(node.qualifier);
    return { type: 'name', name: `${node.argument.literal.text}#${name}`, arguments: [] };
  }
  return undefined;
}

function tupleElement(element: ts.TypeNode): ts.TypeNode {
  return tsc.isNamedTupleMember(element) ? element.type : element;
}

function lowerLiteralType(node: ts.LiteralTypeNode): TypeIr | undefined {
  const literal = node.literal;
  if (tsc.isStringLiteral(literal)) return { type: 'literal', value: literal.text };
  if (tsc.isNumericLiteral(literal)) return { type: 'literal', value: Number(literal.text) };
  if (literal.kind === tsc.SyntaxKind.TrueKeyword) return { type: 'literal', value: true };
  if (literal.kind === tsc.SyntaxKind.FalseKeyword) return { type: 'literal', value: false };
  if (literal.kind === tsc.SyntaxKind.NullKeyword) return { type: 'name', name: 'null', arguments: [] };
  return undefined;
}

function lowerHeritage(node: ts.ExpressionWithTypeArguments, depth: number): TypeIr | undefined {
  const name = expressionName(node.expression);
  if (name === undefined) return undefined;
  const args = (node.typeArguments ?? []).map((arg) => lowerType(arg, depth + 1) ?? unknownType);
  return { type: 'name', name, arguments: args };
}

function expressionName(node: ts.Expression): string | undefined {
  if (tsc.isIdentifier(node)) return node.text;
  if (!tsc.isPropertyAccessExpression(node)) return undefined;
  const left = expressionName(node.expression);
  return left === undefined ? undefined : `${left}.${node.name.text}`;
}

function entityName(node: ts.EntityName): string {
  return tsc.isIdentifier(node) ? node.text : `${entityName(node.left)}.${node.right.text}`;
}

function lowerMembers(members: ts.NodeArray<ts.TypeElement>, depth: number): TypeMemberIr[] {
  const lowered: TypeMemberIr[] = [];
  for (const member of members) {
    const name = member.name;
    if (name === undefined || !(tsc.isIdentifier(name) || tsc.isStringLiteral(name))) continue;
    const optional = member.questionToken !== undefined;
    if (tsc.isMethodSignature(member)) {
      const type: TypeIr = { type: 'function', returns: lowerType(member.type, depth + 1) };
      lowered.push({ name: name.text, optional, type, method: true });
    } else if (tsc.isPropertySignature(member)) {
      lowered.push({ name: name.text, optional, type: lowerType(member.type, depth + 1), method: false });
    }
  }
  return lowered;
}

/** Adds an interface or alias to the file's types; interfaces of the same name are merged. */
export function declareType(
  types: Record<string, TypeDeclarationIr>,
  node: ts.InterfaceDeclaration | ts.TypeAliasDeclaration,
): void {
  const name = node.name.text;
  const typeParameters = (node.typeParameters ?? []).map((parameter) => parameter.name.text);
  if (tsc.isTypeAliasDeclaration(node)) {
    types[name] = { name, extends: [], type: lowerType(node.type) ?? unknownType, typeParameters };
    return;
  }
  const bases = (node.heritageClauses ?? []).flatMap((clause) =>
    clause.types.flatMap((type) => lowerType(type) ?? []),
  );
  const before = Object.hasOwn(types, name) ? types[name] : undefined;
  const members = lowerMembers(node.members, 0);
  const merged = before?.type.type === 'object' ? [...before.type.members, ...members] : members;
  types[name] = {
    name,
    extends: [...(before?.extends ?? []), ...bases],
    type: { type: 'object', members: merged },
    typeParameters,
  };
}
