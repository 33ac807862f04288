/** From raw findings to diagnostics: placed in lines, with chains, one per place, suppressed, sorted. */

import { relative } from 'node:path';
import type { RawFinding } from '../effects/finding.js';
import type { Reach } from '../effects/reach.js';
import type { Flows } from '../flow/flows.js';
import type { FileIr } from '../graph/ir.js';
import type { Instance } from '../graph/state.js';
import type { ChainFrame, Diagnostic } from './model.js';

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Line and column, both from 1. */
export function placeOf(ir: FileIr, offset: number): Place {
  const { lineStarts } = ir;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

export function relativePath(root: string, path: string): string {
  return relative(root, path).replaceAll('\\', '/');
}

export const docsBase = 'docs/rules/';

export interface AssembleContext {
  readonly root: string;
  /** What leads to a finding. */
  readonly reachOf: (finding: RawFinding) => Reach;
  readonly flows: Flows;
}

/** One diagnostic for each rule and place, with the shortest chain of those that lead there. */
export function assemble(context: AssembleContext, findings: readonly RawFinding[]): Diagnostic[] {
  const byPlace = new Map<string, RawFinding[]>();
  for (const finding of findings) {
    const key = `${(finding.unit ?? finding.instance.unit).ir.path}\0${String(finding.at)}\0${finding.rule}`;
    const list = byPlace.get(key) ?? [];
    list.push(finding);
    byPlace.set(key, list);
  }
  return [...byPlace.values()].map((list) => toDiagnostic(context, list));
}

const ranks = ['nothing', 'state', 'result', 'branch', 'command', 'identity'] as const;

function toDiagnostic(context: AssembleContext, findings: readonly RawFinding[]): Diagnostic {
  const { reachOf, flows, root } = context;
  const sorted = [...findings].sort(
    (left, right) => reachOf(left).path(left.instance).length - reachOf(right).path(right.instance).length,
  );
  const best = sorted[0]!;
  const { ir } = best.unit ?? best.instance.unit;
  let reaches = best.reaches;
  for (const finding of findings) {
    const found = finding.use === undefined ? finding.reaches : flows.reaches(finding.use.source);
    if (ranks.indexOf(found) > ranks.indexOf(reaches)) reaches = found;
  }
  const from = placeOf(ir, best.unit === undefined ? memberAt(best) : best.at);
  const to = placeOf(ir, best.end);
  return {
    ruleId: best.rule,
    severity: findings.some((finding) => finding.severity === 'error') ? 'error' : 'warning',
    message: best.message,
    file: relativePath(root, ir.path),
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    workflow: reachOf(best).workflowName(best.instance),
    reaches,
    chain: chainOf(context, best),
    suggestion: best.suggestion ?? '',
    docs: `${docsBase}${best.rule}.md`,
  };
}

/** In a chain of calls over several lines, the line of the one that is meant: `.toLocaleString()`. */
function memberAt({ rule, use, instance, at, end }: RawFinding): number {
  // What is said of a command stands where its call begins.
  if (use === undefined && !['unstable-order', 'module-state', 'global-mutation'].includes(rule)) return at;
  const { ops } = instance.fn;
  const call = ops.find((op) => op.type === 'call' && op.at === at && op.end === end);
  if (call?.type !== 'call') return at;
  const read = ops.find((op) => op.type === 'get' && op.to === call.callee);
  if (read?.type !== 'get') return at;
  const name = read.end - read.name.length;
  const { ir } = instance.unit;
  return placeOf(ir, name).line > placeOf(ir, at).line ? name : at;
}

function chainOf(context: AssembleContext, finding: RawFinding): ChainFrame[] {
  const { reachOf, root } = context;
  const reach = reachOf(finding);
  const frameOf = (of: Instance, at: number): ChainFrame => ({
    function: reach.nameOf(of),
    file: relativePath(root, of.unit.ir.path),
    ...placeOf(of.unit.ir, at),
  });
  const frames = reach.path(finding.instance).map((step) => frameOf(step.from, step.at));
  const { instance, unit } = finding;
  if (unit === undefined) return [...frames, frameOf(instance, memberAt(finding))];
  const place = { file: relativePath(root, unit.ir.path), ...placeOf(unit.ir, finding.at) };
  return [...frames, frameOf(instance, instance.fn.at), { function: '<step>', ...place }];
}

export function compareDiagnostics(left: Diagnostic, right: Diagnostic): number {
  return (
    compareText(left.file, right.file) ||
    left.line - right.line ||
    left.column - right.column ||
    compareText(left.ruleId, right.ruleId)
  );
}

export function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
