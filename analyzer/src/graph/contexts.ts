/**
 * Which functions are told apart by who calls them. `pipe`, `curry`, `once`, `withRetry` and their like
 * give back what they were given in another form: seen as one function, each caller would get what all
 * callers gave. So it is with constructors that keep what they are given, and with methods that call
 * it (`this.check(input)`), call into it or add to it: those are told apart by their object. Every other function is seen
 * once, whoever calls it, for that is what keeps the graph linear in the code. What picks an entry of a table by
 * a parameter (`keys[strategy](id)`) is told apart by the constant that it is called with.
 *
 * Invariants:
 * - C1 A function is copied for a call only while few copies of it exist, and never inside a copy of
 *   itself, so the number of instances is bounded by the code and recursion ends.
 * - C2 Whatever call is not given a copy of its own shares the common one: nothing is left out.
 */

import type { CallSite } from './calls.js';
import type { CallOp, FileIr, FunctionIr, Op, Slot } from './ir.js';
import type { Instance } from './state.js';

/** Copies of one function, beside the common one. */
const maxCopies = 24;
/** Copies of a method that goes on with what its object holds: most methods do, and most objects hold the same. */
const maxObjects = 6;
/** Combinators are short; what is longer does work of its own. */
const maxOps = 120;
const maxDepth = 6;

/** The name of the copy that a call gets; empty for the common one. */
export function contextOf(
  copies: Map<FunctionIr, Set<string>>,
  file: FileIr,
  fn: FunctionIr,
  { by, at, op, receiver, variant }: CallSite,
): string {
  if (by.id < 0) return '';
  const kind = kindOf(file, fn);
  let context: string;
  if (variant !== undefined) context = `@${String(by.id)}.${String(at)}${variant}`;
  else if (kind === 'combinator' && op !== undefined) context = `@${String(by.id)}.${String(at)}`;
  else if ((kind === 'keeper' || kind === 'holder') && receiver !== undefined)
    context = `#${String(receiver)}`;
  else if (kind === 'chooser' && op !== undefined) context = constantsGiven(fn, by, op);
  else return '';
  if (context === '') return '';
  let depth = 0;
  for (let outer: Instance | undefined = by; outer !== undefined; outer = outer.calledBy ?? outer.parent) {
    if (outer.fn === fn || depth > maxDepth) return '';
    depth += 1;
  }
  const known = copies.get(fn);
  if (known === undefined) copies.set(fn, new Set([context]));
  else if (known.size < (kind === 'holder' ? maxObjects : maxCopies)) known.add(context);
  return known?.has(context) === false ? '' : context;
}

type Kind = 'combinator' | 'keeper' | 'holder' | 'chooser' | 'other';

const kinds = new WeakMap<FunctionIr, Kind>();

function kindOf(file: FileIr, fn: FunctionIr): Kind {
  let kind = kinds.get(fn);
  if (kind === undefined) kinds.set(fn, (kind = decide(file, fn)));
  return kind;
}

function decide(file: FileIr, fn: FunctionIr): Kind {
  if (fn.ops.length > maxOps || fn.kind === 'module') return 'other';
  if (isCombinator(file, fn)) return 'combinator';
  if (fn.kind === 'constructor') return keeps(fn);
  const kind = fn.kind === 'initializer' ? 'holder' : ofHeld(file, fn);
  return kind !== 'keeper' && choosingParameters(fn).length > 0 ? 'chooser' : kind;
}

/** Parameters that are the key of something that is looked up. */
function choosingParameters(fn: FunctionIr): number[] {
  if (!fn.ops.some((op) => op.type === 'get-element')) return [];
  const keys = new Set(fn.ops.map((op) => (op.type === 'get-element' ? op.key : undefined)));
  return fn.params.flatMap(({ slot }, index) => (keys.has(slot) ? [index] : []));
}

/** What a call gives for the parameters that choose, where all of it is written out. */
function constantsGiven(fn: FunctionIr, by: Instance, call: CallOp): string {
  const given: string[] = [];
  for (const index of choosingParameters(fn)) {
    const slot = call.args[index]?.slot;
    const op = by.fn.ops.find((other) => other.type === 'constant' && other.to === slot);
    if (op?.type !== 'constant') return '';
    given.push(JSON.stringify(op.value));
  }
  return `=${given.join()}`;
}

/** Does it call what it is given, or hand out functions that it makes? */
function isCombinator(file: FileIr, fn: FunctionIr): boolean {
  if (fn.params.length === 0 || fn.kind === 'constructor') return false;
  const params = new Set(fn.params.map((parameter) => parameter.slot));
  for (const op of fn.ops)
    if (op.type === 'copy' && op.narrows !== undefined && params.has(op.from)) params.add(op.to);
  if (fn.ops.some((op) => op.type === 'call' && params.has(op.callee))) return true;
  const makesSome = fn.ops.some((op) => op.type === 'function' || op.type === 'class');
  return makesSome && (handsOut(fn) || functionsOf(file, fn).some(handsOut));
}

/** A constructor that writes its parameters into the object. */
function keeps(fn: FunctionIr): Kind {
  const params = new Set(fn.params.map((parameter) => parameter.slot));
  return fn.ops.some(
    (op) => (op.type === 'set' || op.type === 'define') && op.of === fn.thisSlot && params.has(op.from),
  )
    ? 'keeper'
    : 'other';
}

/**
 * Does the method call what the constructor was given (`this.check(input)`, `this.sink.write(line)`), or what it
 * takes out of its object (each of `this.rules`), or does it put into it what it is given?
 */
function ofHeld(file: FileIr, fn: FunctionIr): Kind {
  if (fn.thisSlot < 0 || fn.kind === 'arrow') return 'other';
  if (!fn.ops.some((op) => op.type === 'get' && op.of === fn.thisSlot)) return 'other';
  const cls = file.classes.find((item) => item.members.some((member) => member.fn === fn.index));
  const kept = keptFields(cls === undefined ? undefined : file.functions[cls.ctor]);
  const [field, member, item] = [new Set<Slot>(), new Set<Slot>(), new Set<Slot>()];
  const given = new Set(fn.params.map((parameter) => parameter.slot));
  for (const op of fn.ops) {
    if (op.type === 'get' && op.of === fn.thisSlot) (kept.has(op.name) ? member : field).add(op.to);
    else if (op.type === 'get' && field.has(op.of)) field.add(op.to);
    else if (op.type === 'get' && (member.has(op.of) || item.has(op.of))) item.add(op.to);
    else if (op.type === 'get-element' || op.type === 'iterate') {
      if (field.has(op.of) || item.has(op.of)) item.add(op.to);
      if (given.has(op.of)) given.add(op.to);
    } else if (op.type === 'define' && given.has(op.from)) given.add(op.of);
    else if (op.type === 'copy' || op.type === 'typed') {
      for (const slots of [field, member, item, given]) if (slots.has(op.from)) slots.add(op.to);
    }
    if (op.type !== 'call') continue;
    if (member.has(op.callee)) return 'keeper';
    if (item.has(op.callee)) return 'holder';
    if (field.has(op.receiver) && op.args.some(({ slot }) => given.has(slot))) return 'holder';
  }
  return 'other';
}

const none: ReadonlySet<string> = new Set();

function keptFields(ctor: FunctionIr | undefined): ReadonlySet<string> {
  if (ctor === undefined || keeps(ctor) === 'other') return none;
  const written = ctor.ops.filter((op) => op.type === 'set' || op.type === 'define');
  return new Set(written.filter((op) => op.of === ctor.thisSlot).map((op) => op.name));
}

function functionsOf(file: FileIr, fn: FunctionIr): FunctionIr[] {
  return fn.ops.flatMap((op) => {
    const inner = op.type === 'function' ? file.functions[op.fn] : undefined;
    return inner === undefined ? [] : [inner];
  });
}

/** A function or class that is written inside leaves: it is returned, or held by an object or an instance. */
function handsOut(fn: FunctionIr): boolean {
  const made = new Set<Slot>();
  for (const op of fn.ops) {
    if (op.type === 'function' || op.type === 'class') made.add(op.to);
    else if (op.type === 'copy' && made.has(op.from)) made.add(op.to);
    else if (leaves(op, made)) return true;
  }
  return false;
}

function leaves(op: Op, made: ReadonlySet<Slot>): boolean {
  if (op.type === 'call') return op.kind === 'new' && op.args.some((arg) => made.has(arg.slot));
  return (op.type === 'return' || op.type === 'define') && made.has(op.from);
}
