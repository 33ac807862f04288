/**
 * What TypeScript writes at the top of compiled files instead of importing it from `tslib`:
 * `var __awaiter = (this && this.__awaiter) || function …`. All that a file awaits would be mixed up in it.
 */

import type ts from 'typescript';
import { tsc } from '../compiler.js';
import { unwrap } from './constants.js';
import { emit, newSlot, startOf, type FunctionState } from './state.js';
import type { Slot } from '../../graph/ir.js';

/** Those of which the graph knows what they do with values. */
const helpers = new Set(
  '__assign __asyncValues __awaiter __exportStar __extends __generator __importDefault __importStar __read __rest __spread __spreadArray __spreadArrays __values'.split(
    ' ',
  ),
);

/** The helper, as if it were imported; undefined for any other variable. */
export function lowerHelper(fn: FunctionState, node: ts.VariableDeclaration): Slot | undefined {
  const { name, initializer } = node;
  if (!tsc.isIdentifier(name) || !helpers.has(name.text) || fn.index !== 0) return undefined;
  if (initializer === undefined || !isOwnOrNew(initializer, name.text)) return undefined;
  const span = { at: startOf(fn.file, node), end: node.end };
  const binding =
    fn.file.imports.push({
      specifier: 'tslib',
      name: name.text,
      local: '',
      slot: -1,
      typeOnly: false,
      dynamic: true,
      valueUsed: true,
      ...span,
    }) - 1;
  const to = newSlot(fn);
  emit(fn, { type: 'import', to, binding, ...span });
  return to;
}

/** `(this && this.name) || …` */
function isOwnOrNew(node: ts.Expression, name: string): boolean {
  if (!tsc.isBinaryExpression(node) || node.operatorToken.kind !== tsc.SyntaxKind.BarBarToken) return false;
  const own = unwrap(node.left);
  if (!tsc.isBinaryExpression(own) || own.left.kind !== tsc.SyntaxKind.ThisKeyword) return false;
  return tsc.isPropertyAccessExpression(own.right) && own.right.name.text === name;
}
