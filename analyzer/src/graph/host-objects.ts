/**
 * Objects whose members the host decides (`process.env`): to take one tells nothing yet. The use is where it
 * is looked into, or where it is handed to somebody whose code is not seen: a schema's `parse`,
 * `Object.keys`, `JSON.stringify`, a command.
 */

import { callBack } from './calls.js';
import type { ArgumentIr, CallOp, Op, Span } from './ir.js';
import { recordUse } from './natives.js';
import { nodeOf, type GraphState, type Instance } from './state.js';
import type { NodeId, Token, TokenId } from './tokens.js';

interface UseAccess extends Span {
  readonly by: Instance;
  readonly op?: Op | undefined;
}

/** Looks into a catalogued object whose members the host decides (`process.env`), by whatever name it goes. */
export function lookInto(state: GraphState, id: TokenId, to: NodeId, access: UseAccess): boolean {
  const { value } = state.tokens.get(id);
  if (value.kind !== 'native' || value.shape.holds === undefined) return false;
  if (isBuildMode(access)) return true;
  const { path, shape } = value;
  const { holds: read, ...rest } = shape;
  const found = { path, shape: { ...rest, ...(read === undefined ? {} : { read }) } };
  const use = recordUse(state, found, 'read', callBack({ ...access, ...takenAt(access) }, [], to));
  state.solver.add(to, use.source);
  return true;
}

/** `process.env.NODE_ENV` in a package: bundlers put a constant there, and deployments do not differ in it. */
function isBuildMode({ by, op }: UseAccess): boolean {
  return op?.type === 'get' && op.name === 'NODE_ENV' && by.unit.ir.kind === 'package';
}

/** What is looked into where it is taken (`const { HOME, USER } = process.env`) is one use. */
function takenAt({ by, op }: UseAccess): Span | undefined {
  if (op?.type !== 'get' && op?.type !== 'get-element') return undefined;
  const taken = by.fn.ops.find((other) => 'to' in other && other.to === op.of);
  return taken?.type === 'get' || taken?.type === 'global' || taken?.type === 'import' ? taken : undefined;
}

/** Functions that change their first argument and do not read it. */
const changesFirst =
  /^(?:Object|Reflect)\.(?:assign|defineProperty|defineProperties|set|deleteProperty|freeze)$/;

/** Gives whether there were any that were not known. */
export function readHandedOut(state: GraphState): boolean {
  if (!state.tokens.all.some(isHolder)) return false;
  const before = state.uses.length;
  for (const { instance, op, callee } of state.settledCalls) {
    if (isSeen(state, callee)) continue;
    op.args.forEach((arg, index) => {
      if (index > 0 || !changesFirst.test(op.text)) readArgument(state, instance, op, arg);
    });
  }
  for (const instance of state.instances) testHolders(state, instance);
  return state.uses.length > before;
}

/** `process.env ? a : b` asks which host it is. */
function testHolders(state: GraphState, instance: Instance): void {
  for (const { on, kind } of instance.fn.branches) {
    if (kind === 'logical' || on < 0) continue;
    const held = state.solver.tokens(nodeOf(instance, on)).filter((id) => isHolder(state.tokens.get(id)));
    for (const id of held) {
      const taken = instance.fn.ops.find((op) => op.type === 'get' && op.to === on);
      if (taken?.type === 'get') lookInto(state, id, nodeOf(instance, on), { by: instance, ...taken });
    }
  }
}

const isHolder = ({ value }: Token): boolean => value.kind === 'native' && value.shape.holds !== undefined;

/** Its parameters hold what it is given, and its own reads count. */
function isSeen(state: GraphState, callee: NodeId): boolean {
  return state.solver.tokens(callee).some((id) => {
    const { kind } = state.tokens.get(id).value;
    return kind === 'function' || kind === 'class' || kind === 'bound' || kind === 'resolver';
  });
}

function readArgument(state: GraphState, instance: Instance, op: CallOp, arg: ArgumentIr): void {
  for (const id of state.solver.tokens(nodeOf(instance, arg.slot)))
    lookInto(state, id, nodeOf(instance, op.to), { by: instance, at: arg.at, end: arg.end });
}
