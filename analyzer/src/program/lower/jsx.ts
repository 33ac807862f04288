import type ts from 'typescript';
import { tsc } from '../compiler.js';
import type { Slot } from '../../graph/ir.js';
import { derive, lowerExpression } from './expressions.js';
import type { FunctionState } from './state.js';

/** JSX is not workflow code; its expressions are still evaluated where it stands. */
export function lowerJsx(
  fn: FunctionState,
  node: ts.JsxElement | ts.JsxSelfClosingElement | ts.JsxFragment,
): Slot {
  const parts: Slot[] = [];
  const visit = (child: ts.Node): void => {
    if (tsc.isJsxExpression(child) || tsc.isJsxSpreadAttribute(child)) {
      if (child.expression !== undefined) parts.push(lowerExpression(fn, child.expression));
    } else {
      tsc.forEachChild(child, visit);
    }
  };
  tsc.forEachChild(node, visit);
  return derive(fn, node, parts, 'object');
}
