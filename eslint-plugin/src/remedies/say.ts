import type { TSESTree } from '@typescript-eslint/utils';
import type { Replacement } from './engine-words.js';
import { importName } from './import-edit.js';
import {
  enclosingFunction,
  isFunction,
  variableAt,
  type Edit,
  type FunctionNode,
  type Site,
} from './site.js';

export interface Said {
  readonly text: string;
  /** Edits besides the replacement itself: imports. */
  readonly edits: readonly Edit[];
  /** As people read it, without arguments: `ctx.date.now()`. */
  readonly title: string;
}

/**
 * Writes an engine's word for the place of a finding, with `$` filled in. Undefined where the place
 * does not allow it: no context in reach, or a promise where nothing can be awaited.
 */
export function say(site: Site, word: Replacement | undefined, filling = '', id = ''): Said | undefined {
  if (word === undefined) return undefined;
  if (word.awaited && enclosingFunction(site.path)?.async !== true) return undefined;
  const base = baseOf(site, word);
  if (base === undefined) return undefined;
  const before = (word.before ?? '').replace('$', () => filling);
  const code = `${before}${base.local}${word.code.replace('@', () => id).replace('$', () => filling)}`;
  return {
    text: word.then !== undefined ? `(await ${code})${word.then}` : word.awaited ? awaited(site, code) : code,
    edits: base.edits,
    title: `${base.local}${word.code.replace('@', () => id).replace('$', '…')}`,
  };
}

function baseOf(
  site: Site,
  word: Replacement,
): { readonly local: string; readonly edits: readonly Edit[] } | undefined {
  const at = site.path.at(-1);
  if (at === undefined) return undefined;
  if (word.from.type === 'import') return importName(site.sourceCode, at, word.from.module, word.from.name);
  for (const fn of site.path.filter(isFunction).toReversed()) {
    const local = contextOf(fn, word.from.index, word.from.named, word.from.property);
    if (local === undefined) continue;
    const variable = variableAt(site.sourceCode, at, local.split('.')[0] ?? local);
    if (variable?.defs.some((definition) => definition.node === fn)) return { local, edits: [] };
  }
  return undefined;
}

/** The expression that holds the engine's context among a function's parameters. */
function contextOf(
  fn: FunctionNode,
  index: number,
  named: RegExp,
  property: string | undefined,
): string | undefined {
  const parameter = fn.params[index];
  if (parameter === undefined) return undefined;
  if (parameter.type === 'Identifier') {
    if (!named.test(parameter.name)) return undefined;
    return property === undefined || parameter.name === property
      ? parameter.name
      : `${parameter.name}.${property}`;
  }
  if (parameter.type !== 'ObjectPattern' || property === undefined) return undefined;
  for (const item of parameter.properties)
    if (item.type === 'Property' && item.key.type === 'Identifier' && item.key.name === property)
      return item.value.type === 'Identifier' ? item.value.name : undefined;
  return undefined;
}

/** `await` binds weaker than a member access or a call around it. */
function awaited(site: Site, code: string): string {
  const replaced = site.path.findLast(isReplaceable);
  const parent = replaced?.parent;
  const outer =
    (parent?.type === 'MemberExpression' && parent.object === replaced) ||
    (parent?.type === 'CallExpression' && parent.callee === replaced) ||
    (parent?.type === 'BinaryExpression' && parent.operator === '**');
  return outer ? `(await ${code})` : `await ${code}`;
}

function isReplaceable(node: TSESTree.Node): boolean {
  return node.type === 'CallExpression' || node.type === 'NewExpression';
}
