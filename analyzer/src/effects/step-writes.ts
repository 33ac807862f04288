/**
 * What the callbacks of steps change, through methods and functions that they call, of the objects of the
 * replayed code around them. Steps are no part of the graph, so their code is looked through here: values
 * are taken from the settled graph where the callback captures them, and followed from there.
 *
 * Invariants:
 * - S1 The graph is only asked, never changed.
 * - S2 A write counts where the object was made by the execution and replayed code looks at what is written.
 */

import { changingMethods } from '../catalog/changing-methods.js';
import { functionBehind } from '../graph/calls.js';
import { unitOf } from '../graph/modules.js';
import type { CallOp, FunctionIr, Op, Slot, Span } from '../graph/ir.js';
import { ownerOf, type GraphState, type Instance, type Unit } from '../graph/state.js';
import type { Token, TokenId } from '../graph/tokens.js';
import type { Reach } from './reach.js';

const maxDepth = 5;
const maxFunctions = 400;
const MUTATORS = new RegExp(`\\.(?:${changingMethods.join('|')})$`);
const CHANGES_FIRST =
  /^(?:Object\.(?:assign|defineProperty|defineProperties)|Reflect\.(?:set|deleteProperty))$/;
const EACH = /\.(?:forEach|map|flatMap|filter|find|some|every|reduce)$/;
const ELEMENT = /\.(?:at|find|findLast|get|values|entries|filter|slice|toSorted)$/;
const CONTAINERS = new Set(['Map', 'Set', 'Array']);

export interface StepWrite extends Span {
  /** Where the step is. */
  readonly instance: Instance;
  readonly unit: Unit;
  readonly name: string;
}

type Values = ReadonlySet<TokenId>;
const none: Values = new Set();

interface Frame {
  readonly unit: Unit;
  readonly fn: FunctionIr;
  readonly values: Map<Slot, Set<TokenId>>;
  /** The functions around it that the step runs itself. */
  readonly outer: Frame | undefined;
  /** What the graph knows of the functions around those. */
  readonly owner: Instance;
  readonly depth: number;
}

interface Search {
  readonly state: GraphState;
  readonly reach: Reach;
  readonly instance: Instance;
  readonly writes: StepWrite[];
  readonly seen: Set<string>;
}

export function stepWrites(state: GraphState, reach: Reach): StepWrite[] {
  const writes: StepWrite[] = [];
  for (const { token, instance } of state.safeCallbacks) {
    const value = functionBehind(state, token);
    if (value === undefined || instance.phase !== 'run' || !reach.has(instance)) continue;
    const search: Search = { state, reach, instance, writes, seen: new Set() };
    const { unit, fn, parent } = value;
    look(search, { unit, fn, values: new Map(), outer: undefined, owner: parent, depth: 0 });
  }
  return writes;
}

function look(search: Search, frame: Frame): Set<TokenId> {
  const returned = new Set<TokenId>();
  // Loops hand on what later ops write.
  for (let round = 0; round < 2; round += 1) {
    for (const op of frame.fn.ops) {
      if (op.type === 'return') addAll(returned, at(search, frame, op.from));
      else step(search, frame, op);
    }
  }
  return returned;
}

function addAll(into: Set<TokenId>, from: Values): void {
  for (const id of from) into.add(id);
}

function put(frame: Frame, slot: Slot, values: Values): void {
  const known = frame.values.get(slot);
  if (known === undefined) frame.values.set(slot, new Set(values));
  else addAll(known, values);
}

function at(search: Search, frame: Frame, slot: Slot): Values {
  if (slot >= 0) return frame.values.get(slot) ?? none;
  const capture = frame.fn.captures[~slot];
  if (slot === -1 || capture === undefined) return none;
  for (let outer = frame.outer; outer !== undefined; outer = outer.outer)
    if (outer.unit === frame.unit && outer.fn.index === capture.fn)
      return outer.values.get(capture.slot) ?? none;
  const owner = ownerOf(frame.owner, capture.fn);
  if (owner.fn.index !== capture.fn) return none;
  return new Set(search.state.solver.tokens(owner.base + capture.slot));
}

function step(search: Search, frame: Frame, op: Op): void {
  switch (op.type) {
    case 'copy':
    case 'present':
    case 'falsy':
    case 'typed':
    case 'assign':
      if (op.to >= 0) put(frame, op.to, at(search, frame, op.from));
      return;
    case 'await':
      put(frame, op.to, at(search, frame, op.of));
      return;
    case 'get':
      put(frame, op.to, member(search, at(search, frame, op.of), op.name));
      return;
    case 'get-element':
    case 'iterate':
      put(frame, op.to, elements(search, at(search, frame, op.of)));
      return;
    case 'set':
    case 'set-element':
    case 'delete':
      note(search, frame, op, at(search, frame, op.of), op.type === 'set-element' ? '*' : op.name);
      return;
    case 'call':
      call(search, frame, op);
      return;
    default:
  }
}

function call(search: Search, frame: Frame, op: CallOp): void {
  const receiver = op.receiver === -1 ? none : at(search, frame, op.receiver);
  if (MUTATORS.test(op.text)) note(search, frame, op, containersAmong(search.state, receiver), '*');
  const first = op.args[0];
  if (CHANGES_FIRST.test(op.text) && first !== undefined)
    note(search, frame, op, at(search, frame, first.slot), '*');
  if (ELEMENT.test(op.text)) put(frame, op.to, elements(search, receiver));
  const args = op.args.map((arg) => at(search, frame, arg.slot));
  if (EACH.test(op.text)) {
    const each = elements(search, receiver);
    if (first !== undefined) runLocal(search, frame, first.slot, [each, each]);
    for (const id of args[0] ?? none) run(search, frame, id, [each, each], none);
  } else for (const arg of op.args) runLocal(search, frame, arg.slot, []);
  put(frame, op.to, runLocal(search, frame, op.callee, args));
  const helper = helperBehind(search.state, frame, op.callee);
  if (helper !== undefined) put(frame, op.to, enter(search, frame, helper, args, none));
  for (const id of at(search, frame, op.callee)) put(frame, op.to, run(search, frame, id, args, receiver));
}

/** A function that is written in the step's own code. */
function runLocal(search: Search, frame: Frame, slot: Slot, args: readonly Values[]): Values {
  const made = frame.fn.ops.find(
    (op) => (op.type === 'function' && op.to === slot) || (op.type === 'copy' && op.to === slot),
  );
  if (made?.type === 'copy') return runLocal(search, frame, made.from, args);
  const fn = made?.type === 'function' ? frame.unit.ir.functions[made.fn] : undefined;
  if (fn === undefined) return none;
  return enter(search, frame, { unit: frame.unit, fn, outer: frame, owner: frame.owner }, args, none);
}

type Helper = Pick<Frame, 'unit' | 'fn' | 'outer' | 'owner'>;

/** A function of a module, its own or an imported one: what only steps call, the graph has not looked at. */
function helperBehind(state: GraphState, { unit, fn }: Frame, callee: Slot): Helper | undefined {
  const capture = callee < -1 ? fn.captures[~callee] : undefined;
  if (capture?.fn === 0) return functionAt(unit, capture.slot);
  const op = fn.ops.find((item) => item.type === 'import' && item.to === callee);
  const binding = op?.type === 'import' ? unit.ir.imports[op.binding] : undefined;
  if (binding === undefined) return undefined;
  const target = state.program.resolve(binding.specifier, unit.ir.path, 'import');
  const other = target.type === 'file' && target.kind === 'source' ? unitOf(state, target.path) : undefined;
  const exported = other?.ir.exports.find((item) => item.type === 'local' && item.name === binding.name);
  return other === undefined || exported?.type !== 'local' ? undefined : functionAt(other, exported.slot);
}

function functionAt(unit: Unit, slot: Slot): Helper | undefined {
  const [module] = unit.ir.functions;
  const same = new Set([slot]);
  for (let index = (module?.ops.length ?? 0) - 1; index >= 0; index -= 1) {
    const op = module!.ops[index]!;
    if (op.type === 'copy' && same.has(op.to)) same.add(op.from);
    const fn = op.type === 'function' && same.has(op.to) ? unit.ir.functions[op.fn] : undefined;
    if (fn !== undefined && unit.instance !== undefined)
      return { unit, fn, outer: undefined, owner: unit.instance };
  }
  return undefined;
}

/** A function that the graph knows of: a method, a helper. */
function run(search: Search, frame: Frame, id: TokenId, args: readonly Values[], self: Values): Values {
  const value = functionBehind(search.state, id);
  if (value === undefined || value.unit.ir.kind === 'package') return none;
  const { unit, fn, parent } = value;
  return enter(search, frame, { unit, fn, outer: undefined, owner: parent }, args, self);
}

function enter(
  search: Search,
  from: Frame,
  { unit, fn, outer, owner }: Helper,
  args: readonly Values[],
  self: Values,
): Values {
  const key = [unit.id, fn.index, ...[self, ...args].map((ids) => [...ids].join('.'))].join('/');
  if (from.depth >= maxDepth || search.seen.has(key) || search.seen.size > maxFunctions) return none;
  search.seen.add(key);
  const frame: Frame = { unit, fn, outer, owner, values: new Map(), depth: from.depth + 1 };
  if (fn.thisSlot >= 0) put(frame, fn.thisSlot, self);
  fn.params.forEach((parameter, index) => {
    if (!parameter.rest) put(frame, parameter.slot, args[index] ?? none);
  });
  return look(search, frame);
}

/** What a property may hold, that of prototypes included. */
function member({ state }: Search, of: Values, name: string): Values {
  const found = new Set<TokenId>();
  const seen = new Set<Token>([...of].map((id) => state.tokens.get(id)));
  for (const { heap } of seen) {
    const node = heap?.properties.get(name);
    if (node !== undefined) addAll(found, new Set(state.solver.tokens(node)));
    else for (const id of heap?.prototypes ?? []) seen.add(state.tokens.get(id));
  }
  return found;
}

function elements({ state }: Search, of: Values): Values {
  const found = new Set<TokenId>();
  for (const id of of) {
    const { value, heap } = state.tokens.get(id);
    if (value.kind !== 'array' && value.kind !== 'object' && value.kind !== 'native-instance') continue;
    for (const [name, node] of heap?.properties ?? [])
      if (!name.startsWith('$')) addAll(found, new Set(state.solver.tokens(node)));
  }
  return found;
}

function containersAmong(state: GraphState, values: Values): Values {
  return new Set(
    [...values].filter((id) => {
      const { value } = state.tokens.get(id);
      return value.kind === 'array' || (value.kind === 'native-instance' && CONTAINERS.has(value.type));
    }),
  );
}

function note(search: Search, { unit }: Frame, { at, end }: Span, on: Values, name: string): void {
  if (unit.ir.kind === 'package' || ![...on].some((id) => isSeen(search, id, name))) return;
  const { instance, writes } = search;
  writes.push({ instance, unit, at, end, name: name === '*' ? 'This object' : name });
}

/** Was the object made by the execution, and does replayed code look at what is written? */
function isSeen({ state, reach }: Search, id: TokenId, name: string): boolean {
  const { value, phase, heap } = state.tokens.get(id);
  if (phase !== 'run' || heap === undefined) return false;
  if (!['object', 'array', 'instance', 'native-instance'].includes(value.kind)) return false;
  const lookups = [...(heap.lookups ?? [])].flatMap(([key, noted]) =>
    key === name || key === '*' || (name === '*' && !MUTATORS.test(`.${key}`)) ? noted : [],
  );
  return lookups.some(({ access }) => access.by.phase === 'run' && reach.has(access.by));
}
