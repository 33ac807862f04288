/**
 * What a function may change without others seeing it. Owns the levels of the functions that were looked
 * through; each is looked through once for what it is given.
 *
 * - O1 Levels only rise: what one way through the code makes borrowed stays so.
 * - O2 A variable that a function captures has the level that it has in the function around it, where that
 *   one was looked through; else it is borrowed.
 */

import type { FunctionIr, Op, Slot } from '../graph/ir.js';
import { apiPathsOf, functionsAmong, functionTargets, receiverOf } from './calls.js';
import type { FunctionNode, ResolvedCall, RuleContext } from './types.js';

/** 0: made here. 1: made here, and holds what is borrowed (`[...list]`, `list.filter(…)`). 2: somebody else's. */
export type Level = 0 | 1 | 2;

/** Levels of a function's `this` and of its parameters. */
export interface Given {
  readonly self: Level;
  readonly params: readonly Level[];
}

export interface Looked {
  readonly fn: FunctionNode;
  readonly levelOf: (slot: Slot) => Level;
  /** The slot is a variable of a function that was not looked through. */
  readonly isForeignVariable: (slot: Slot) => boolean;
}

export interface Ownership {
  readonly context: RuleContext;
  /** The functions that were looked through, each for what it was given, in the order found. */
  readonly looked: Map<string, Looked>;
  readonly returns: Map<string, Level>;
  readonly frames: Map<FunctionIr, ReadonlyMap<Slot, Level>>;
}

const maxDepth = 12;

/** Methods that give something out of the object they are called on. */
const GIVES_ELEMENT = /#(?:at|find|findLast|get|pop|shift|next|deref|reduce|reduceRight|getOrInsert\w*)$/;
/** Methods that give a new collection of what the object holds, or a way to go through it. */
const GIVES_HOLDER =
  /#(?:filter|slice|concat|flat|flatMap|map|toSorted|toReversed|toSpliced|splice|with|values|entries|Symbol\.iterator|take|drop|toArray|union|intersection|difference|symmetricDifference)$/;
const GIVES_ITSELF = /#(?:sort|reverse|fill|copyWithin|set|add|valueOf|then|catch|finally)$/;
/** Functions that give their first argument back. */
const GIVES_FIRST =
  /^(?:Object\.(?:assign|freeze|seal|preventExtensions|defineProperty|defineProperties|setPrototypeOf)|Object\(\)|new Proxy|Promise\.resolve)$/;
const HOLDS_ARGUMENTS =
  /^(?:Object\.(?:values|entries|fromEntries|create|groupBy)|Array\.(?:from|of|fromAsync)|Map\.groupBy|Promise\.(?:all|allSettled|race|any))$/;
const HANDS_ON_ELEMENTS =
  /#(?:forEach|map|flatMap|filter|find|findLast|findIndex|findLastIndex|some|every|reduce|reduceRight|sort|toSorted)$/;
const ELEMENT_BY_TEXT = /\.(?:at|find|findLast|get|pop|shift|next)$/;

export function createOwnership(context: RuleContext): Ownership {
  return { context, looked: new Map(), returns: new Map(), frames: new Map() };
}

/** Looks through a function and what it calls. Gives the level of what it returns. */
export function lookThrough(own: Ownership, fn: FunctionNode, given: Given, depth = 0): Level {
  const key = `${fn.file.path}:${String(fn.ir.index)}:${String(given.self)}:${given.params.join('')}`;
  const known = own.returns.get(key);
  if (known !== undefined || depth > maxDepth) return known ?? 0;
  own.returns.set(key, 0);
  const levels = new Map<Slot, Level>([[fn.ir.thisSlot, given.self]]);
  fn.ir.params.forEach(({ slot }, index) => levels.set(slot, given.params[index] ?? 0));
  const levelOf = (slot: Slot): Level => (slot >= 0 ? (levels.get(slot) ?? 0) : capturedLevel(own, fn, slot));
  const isForeignVariable = (slot: Slot): boolean => slot < 0 && frameAround(own, fn, slot) === undefined;
  own.looked.set(key, { fn, levelOf, isForeignVariable });
  let isChanged = true;
  const raise = (slot: Slot, level: Level): void => {
    if (slot < 0 || level <= levelOf(slot)) return;
    levels.set(slot, level);
    isChanged = true;
  };
  const calls = new Map(own.context.calls(fn).map((call) => [call.op, call]));
  while (isChanged) {
    isChanged = false;
    for (const op of fn.ir.ops) {
      if (op.type === 'call') {
        const call = calls.get(op);
        if (call !== undefined) raise(op.to, levelOfCall(own, call, levelOf, depth));
      } else raiseBy(op, levelOf, raise);
    }
    own.frames.set(fn.ir, merged(own.frames.get(fn.ir), levels));
  }
  own.returns.set(key, resultOf(fn, levelOf));
  return own.returns.get(key) ?? 0;
}

function merged(known: ReadonlyMap<Slot, Level> | undefined, more: ReadonlyMap<Slot, Level>) {
  const all = new Map(known);
  for (const [slot, level] of more) all.set(slot, highest(level, all.get(slot) ?? 0));
  return all;
}

function frameAround(own: Ownership, fn: FunctionNode, slot: Slot) {
  const capture = fn.ir.captures[~slot];
  const owner = capture === undefined ? undefined : fn.file.functions[capture.fn];
  const frame = owner === undefined ? undefined : own.frames.get(owner);
  return capture === undefined || frame === undefined ? undefined : { frame, slot: capture.slot };
}

function capturedLevel(own: Ownership, fn: FunctionNode, slot: Slot): Level {
  const around = frameAround(own, fn, slot);
  return around === undefined ? 2 : (around.frame.get(around.slot) ?? 0);
}

function resultOf(fn: FunctionNode, levelOf: (slot: Slot) => Level): Level {
  let result: Level = 0;
  for (const op of fn.ir.ops) {
    if (op.type === 'return') result = highest(result, levelOf(op.from));
    else if (op.type === 'yield') result = highest(result, held(levelOf(op.of)));
  }
  return fn.ir.generator ? held(result) : result;
}

const highest = (left: Level, right: Level): Level => (left > right ? left : right);
/** The level of a part of something. */
const partOf = (level: Level): Level => (level > 0 ? 2 : 0);
/** The level of something new that holds it. */
const held = (level: Level): Level => (level > 0 ? 1 : 0);

function raiseBy(op: Op, levelOf: (slot: Slot) => Level, raise: (slot: Slot, level: Level) => void): void {
  switch (op.type) {
    case 'copy':
    case 'assign':
    case 'present':
    case 'falsy':
    case 'typed':
      raise(op.to, levelOf(op.from));
      return;
    case 'await':
      raise(op.to, levelOf(op.of));
      return;
    case 'get':
    case 'get-element':
    case 'iterate':
      raise(op.to, partOf(levelOf(op.of)));
      return;
    case 'rest':
      raise(op.to, held(levelOf(op.of)));
      return;
    case 'spread':
    case 'define':
    case 'define-element':
    case 'set':
    case 'set-element':
      raise(op.of, held(levelOf(op.from)));
      return;
    case 'import':
    case 'global':
      raise(op.to, 2);
      return;
    default:
  }
}

function levelOfCall(
  own: Ownership,
  call: ResolvedCall,
  levelOf: (slot: Slot) => Level,
  depth: number,
): Level {
  const { op } = call;
  const args = op.args.map(({ slot }) => levelOf(slot));
  const results = calledBy(own.context, call, levelOf).map(({ fn, given }) =>
    lookThrough(own, fn, given, depth + 1),
  );
  const fromProgram = results.reduce(highest, 0);
  const fromArguments = held(args.reduce(highest, 0));
  if (op.kind === 'new') return fromArguments;
  const slot = receiverOf(call.in.ir, op);
  const receiver = slot === undefined ? 0 : levelOf(slot);
  if (functionTargets(call).length > 0) return fromProgram;
  const paths = apiPathsOf(call);
  if (paths.length === 0) return ELEMENT_BY_TEXT.test(op.text) ? partOf(receiver) : 0;
  return paths.reduce<Level>((level, path) => {
    if (GIVES_FIRST.test(path)) return highest(level, highest(args[0] ?? 0, fromArguments));
    if (HOLDS_ARGUMENTS.test(path)) return highest(level, highest(fromArguments, held(fromProgram)));
    if (path === 'Reflect.get') return highest(level, partOf(args[0] ?? 0));
    if (/#(?:call|apply)$/.test(path)) return highest(level, fromProgram);
    if (/#reduce(?:Right)?$/.test(path) && args.length > 1)
      return highest(level, highest(args[1] ?? 0, fromProgram));
    if (GIVES_ELEMENT.test(path)) return highest(level, partOf(receiver));
    if (/#(?:map|flatMap)$/.test(path)) return highest(level, held(fromProgram));
    if (GIVES_HOLDER.test(path)) return highest(level, highest(held(receiver), fromArguments));
    return GIVES_ITSELF.test(path) ? highest(level, receiver) : level;
  }, 0);
}

/** The functions that a call runs, its callbacks among them, with the levels of what they are given. */
function calledBy(
  context: RuleContext,
  call: ResolvedCall,
  levelOf: (slot: Slot) => Level,
): { fn: FunctionNode; given: Given }[] {
  const { op } = call;
  const receiver = receiverOf(call.in.ir, op);
  const paths = apiPathsOf(call);
  if (receiver !== undefined && paths.some((path) => /^Function#(?:call|apply)$/.test(path))) {
    const [self, ...args] = op.args.map(({ slot }) => levelOf(slot));
    const isList = paths.includes('Function#apply');
    const all = args.map((level) => (isList ? partOf(level) : level));
    const params = isList ? new Array<Level>(16).fill(all[0] ?? 0) : all;
    return functionsAmong(context.values(call.in, receiver)).map((fn) => ({
      fn,
      given: { self: self ?? 0, params },
    }));
  }
  const direct = functionTargets(call).map((fn) => ({ fn, given: givenTo(call, fn, levelOf, receiver) }));
  if (direct.length > 0 || paths.length === 0) return direct;
  // What they return or are given otherwise by functions of the language is part of what these are called with.
  const from =
    receiver === undefined || !paths.some((path) => HANDS_ON_ELEMENTS.test(path))
      ? op.args[0]?.slot
      : receiver;
  const level = from === undefined ? 0 : partOf(levelOf(from));
  const callbacks = op.args.flatMap(({ slot }) => functionsAmong(context.values(call.in, slot)));
  return callbacks.map((fn) => ({ fn, given: { self: 2, params: [level, level, level, level] } }));
}

function givenTo(
  { in: caller, op }: ResolvedCall,
  fn: FunctionNode,
  levelOf: (slot: Slot) => Level,
  receiver: Slot | undefined,
): Given {
  const args = op.args.map(({ slot }) => levelOf(slot));
  // A spread argument may stand at any later place.
  const spreadAt = op.args.findIndex(({ spread }) => spread);
  const spread = spreadAt < 0 ? 0 : partOf(args[spreadAt] ?? 0);
  const params = fn.ir.params.map(({ rest }, index): Level => {
    if (rest) return held(args.slice(index).reduce(highest, spread));
    return spreadAt >= 0 && index >= spreadAt ? spread : (args[index] ?? 0);
  });
  return { self: selfOf(), params };

  /** A constructor's object is new; a function that is called without an object has what it captures. */
  function selfOf(): Level {
    if (op.kind === 'new') return 0;
    if (op.kind === 'super' || op.text.startsWith('super.')) return levelOf(caller.ir.thisSlot);
    return receiver === undefined ? 2 : levelOf(receiver);
  }
}
