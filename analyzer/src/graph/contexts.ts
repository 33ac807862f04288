/**
 * Which functions are told apart by who calls them. `pipe`, `curry`, `once`, `withRetry` and their like
 * give back what they were given in another form: seen as one function, each caller would get what all
 * callers gave. Every other function is seen once, whoever calls it, for that is what keeps the graph
 * linear in the code.
 *
 * Invariants:
 * - C1 A function is copied for a call only while few copies of it exist, and never inside a copy of
 *   itself, so the number of instances is bounded by the code and recursion ends.
 * - C2 Whatever call is not given a copy of its own shares the common one: nothing is left out.
 */

import type { CallSite } from './calls.js';
import type { FileIr, FunctionIr, Op, Slot } from './ir.js';
import type { Instance } from './state.js';

/** Copies of one function, beside the common one. */
const maxCopies = 24;
/** Combinators are short; what is longer does work of its own. */
const maxOps = 120;
const maxDepth = 6;

/** The name of the copy that a call gets; empty for the common one. */
export function contextOf(
  copies: Map<FunctionIr, Set<string>>,
  file: FileIr,
  fn: FunctionIr,
  { by, at, op }: CallSite,
): string {
  if (op === undefined || by.id < 0 || !isCombinator(file, fn)) return '';
  let depth = 0;
  for (let outer: Instance | undefined = by; outer !== undefined; outer = outer.calledBy ?? outer.parent) {
    if (outer.fn === fn || depth > maxDepth) return '';
    depth += 1;
  }
  const context = `@${String(by.id)}.${String(at)}`;
  const known = copies.get(fn);
  if (known === undefined) copies.set(fn, new Set([context]));
  else if (known.size < maxCopies) known.add(context);
  return known?.has(context) === false ? '' : context;
}

const combinators = new WeakMap<FunctionIr, boolean>();

/** Does it call what it is given, or hand out functions that it makes? */
function isCombinator(file: FileIr, fn: FunctionIr): boolean {
  let answer = combinators.get(fn);
  if (answer === undefined) combinators.set(fn, (answer = decide(file, fn)));
  return answer;
}

function decide(file: FileIr, fn: FunctionIr): boolean {
  if (fn.params.length === 0 || fn.ops.length > maxOps || fn.kind === 'module') return false;
  const params = new Set(fn.params.map((parameter) => parameter.slot));
  if (fn.ops.some((op) => op.type === 'call' && params.has(op.callee))) return true;
  return handsOut(file, fn) || functionsOf(file, fn).some((inner) => handsOut(file, inner));
}

function functionsOf(file: FileIr, fn: FunctionIr): FunctionIr[] {
  return fn.ops.flatMap((op) => {
    const inner = op.type === 'function' ? file.functions[op.fn] : undefined;
    return inner === undefined ? [] : [inner];
  });
}

/** A function that is written inside leaves: it is returned, or held by an object. */
function handsOut(file: FileIr, fn: FunctionIr): boolean {
  const made = new Set<Slot>();
  for (const op of fn.ops) {
    if (op.type === 'function') made.add(op.to);
    else if (op.type === 'copy' && made.has(op.from)) made.add(op.to);
    else if (leaves(op, made)) return true;
  }
  return false;
}

function leaves(op: Op, made: ReadonlySet<Slot>): boolean {
  return (op.type === 'return' || op.type === 'define') && made.has(op.from);
}
