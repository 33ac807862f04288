import type { ProfileId } from '@refrain/analyzer';
import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Finding } from '../analysis/finding.js';

/** A finding's place in the syntax tree, which is all that a remedy needs to write its edits. */
export interface Site {
  readonly finding: Finding;
  readonly profile: ProfileId;
  readonly sourceCode: Readonly<TSESLint.SourceCode>;
  /** The nodes around the finding, from the program down to the smallest that covers it. */
  readonly path: readonly TSESTree.Node[];
}

/** A replacement of text that makes the finding go away. */
export interface Remedy {
  /** `fix`: applied by `--fix`. `suggestion`: offered in the editor, the person decides. */
  readonly kind: 'fix' | 'suggestion';
  /** In the imperative: `Use now() of @refrain/engine/workflow`. */
  readonly title: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly range: readonly [number, number];
  readonly text: string;
}

/** Gives nothing for code that it does not recognise. */
export type FindRemedy = (site: Site) => Remedy | undefined;

/** The nodes that cover a range, outermost first. */
export function pathTo(
  sourceCode: Readonly<TSESLint.SourceCode>,
  start: number,
  end: number,
): readonly TSESTree.Node[] {
  const path: TSESTree.Node[] = [];
  let node: TSESTree.Node | undefined = sourceCode.ast;
  while (node !== undefined) {
    path.push(node);
    node = childrenOf(sourceCode, node).find((child) => child.range[0] <= start && child.range[1] >= end);
  }
  return path;
}

type NodeType = `${TSESTree.AST_NODE_TYPES}`;
type NodeOf<T extends NodeType> = TSESTree.Node extends infer N
  ? N extends { readonly type: infer K extends TSESTree.AST_NODE_TYPES }
    ? `${K}` extends T
      ? N
      : never
    : never
  : never;

/** The innermost node of one of these types around the finding. */
export function innermost<T extends NodeType>(site: Site, ...types: readonly T[]): NodeOf<T> | undefined {
  const found = site.path.findLast((node) => (types as readonly string[]).includes(node.type));
  return found as NodeOf<T> | undefined;
}

/** The function whose body runs the code at the finding. */
export function enclosingFunction(path: readonly TSESTree.Node[]): FunctionNode | undefined {
  return path.findLast(isFunction);
}

export type FunctionNode =
  TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

export function isFunction(node: TSESTree.Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

/** The variable that a name means at a node. */
export function variableAt(
  sourceCode: Readonly<TSESLint.SourceCode>,
  at: TSESTree.Node,
  name: string,
): TSESLint.Scope.Variable | undefined {
  let scope: TSESLint.Scope.Scope | null = sourceCode.getScope(at);
  for (; scope !== null; scope = scope.upper) {
    const variable = scope.set.get(name);
    if (variable !== undefined) return variable;
  }
  return undefined;
}

function childrenOf(sourceCode: Readonly<TSESLint.SourceCode>, node: TSESTree.Node): TSESTree.Node[] {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  return (sourceCode.visitorKeys[node.type] ?? []).flatMap((key) => {
    const value = fields[key];
    return (Array.isArray(value) ? value : [value]).filter(isNode);
  });
}

function isNode(value: unknown): value is TSESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'range' in value;
}
