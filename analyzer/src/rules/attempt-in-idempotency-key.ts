import type { FileIr, FunctionIr, Op, Slot, Span } from '../graph/ir.js';
import { functionTargets, once, receiverOf } from './calls.js';
import type { FunctionNode, MisuseRule, RuleContext, RuleFinding } from './types.js';

/** Names of keys by which a receiver recognises a repeated request. */
const KEY = /idempot|dedup|clientrequesttoken|clienttoken|requesttoken/i;
/** The attempt number, as the engines call it. */
const ATTEMPT = new Set(['attempt', 'retryCount', 'attemptNumber', 'retryAttempt']);

/** Where the attempt number entered an expression. */
interface Origin extends Span {
  readonly file: FileIr;
}

/** Values on their way, by slot. */
type Taint = ReadonlyMap<Slot, Origin>;
type Seeds = Map<FunctionIr, Map<Slot, Origin>>;

/** Calls through which the number is followed: a key is made near to where it is used. */
const MAX_CALLS = 3;

/**
 * The attempt number inside a key that must be the same for all attempts. Activities and steps are not
 * replayed, so that most of them are no part of the graph: each function is looked at by itself, with
 * the variables of the functions around it, and with what known callers hand to it.
 */
export const attemptInIdempotencyKey: MisuseRule = {
  id: 'attempt-in-idempotency-key',
  run: (context) => {
    const files = new Set<FileIr>([...context.files, ...context.activities.map((node) => node.file)]);
    const sources = [...files].filter((file) => file.kind === 'source');
    const seeds: Seeds = new Map();
    const nodes = [...context.functions, ...context.activities].filter((node) => mentionsAttempt(node.file));
    for (let round = 0; round < MAX_CALLS; round += 1) {
      const taints = new Map<FileIr, readonly Taint[]>();
      let grows = false;
      for (const node of nodes) {
        const known = taints.get(node.file) ?? taintsOf(node.file, seeds);
        taints.set(node.file, known);
        if (handOver(context, node, known[node.ir.index], seeds)) grows = true;
      }
      if (!grows) break;
    }
    const seeded = new Set(
      [...context.functions, ...context.activities].flatMap((node) =>
        seeds.has(node.ir) ? [node.file] : [],
      ),
    );
    const found = sources
      .filter((file) => seeded.has(file) || mentionsAttempt(file))
      .flatMap((file) => findingsOf(file, seeds));
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

const mentioning = new WeakMap<FileIr, boolean>();

/** Asked for each function of a file, and answered once. */
function mentionsAttempt(file: FileIr): boolean {
  let mentions = mentioning.get(file);
  if (mentions === undefined) mentioning.set(file, (mentions = searchAttempt(file)));
  return mentions;
}

function searchAttempt(file: FileIr): boolean {
  return file.functions.some((fn) =>
    fn.ops.some((op) => (op.type === 'get' && ATTEMPT.has(op.name)) || asksForAttempt(op)),
  );
}

/** `context.retryCount()`; what takes arguments is a function that attempts something. */
function asksForAttempt(op: Op): boolean {
  return op.type === 'call' && op.args.length === 0 && ATTEMPT.has(op.text.split('.').at(-1) ?? '');
}

/** What a function's calls give to the parameters of those that they call. Gives whether something is new. */
function handOver(context: RuleContext, node: FunctionNode, taint: Taint | undefined, seeds: Seeds): boolean {
  if (taint === undefined || taint.size === 0) return false;
  let grows = false;
  for (const call of context.calls(node)) {
    for (const target of functionTargets(call)) {
      target.ir.params.forEach((parameter, index) => {
        const origin = taint.get(call.op.args[index]?.slot ?? NaN);
        if (origin === undefined) return;
        const known = seeds.get(target.ir) ?? new Map<Slot, Origin>();
        if (known.has(parameter.slot)) return;
        seeds.set(target.ir, known.set(parameter.slot, origin));
        grows = true;
      });
    }
  }
  return grows;
}

function taintsOf(file: FileIr, seeds: Seeds): readonly Taint[] {
  const taints: Taint[] = [];
  // Enclosing functions come before the functions in them.
  for (const fn of file.functions) {
    const taint = captureTaint(fn, taints);
    for (const [slot, origin] of seeds.get(fn) ?? []) taint.set(slot, origin);
    taints[fn.index] = taintOf(file, fn, taint);
  }
  return taints;
}

function findingsOf(file: FileIr, seeds: Seeds): readonly RuleFinding[] {
  const taints = taintsOf(file, seeds);
  return file.functions.flatMap((fn) =>
    [...keysIn(fn, taints[fn.index]!)].map((origin) => ({
      file: origin.file,
      span: origin,
      message:
        'The key holds the number of the attempt, so each retry looks like a new request to the receiver.',
      suggestion:
        'Build the key from what is the same for all attempts: the workflow id and the activity id.',
    })),
  );
}

function captureTaint(fn: FunctionIr, taints: readonly Taint[]): Map<Slot, Origin> {
  const taint = new Map<Slot, Origin>();
  fn.captures.forEach((capture, index) => {
    const span = taints[capture.fn]?.get(capture.slot);
    if (span !== undefined) taint.set(~index, span);
  });
  return taint;
}

function taintOf(file: FileIr, fn: FunctionIr, taint: Map<Slot, Origin>): Taint {
  for (const op of fn.ops) {
    const source = originOf(file, fn, op, taint);
    if (source !== undefined && 'to' in op) taint.set(op.to, source);
    // What is put into an array is in the string that it is joined to.
    if (
      (op.type === 'define' || op.type === 'define-element') &&
      /^\d+$|^\*$/.test('name' in op ? op.name : '*')
    ) {
      const span = taint.get(op.from);
      if (span !== undefined) taint.set(op.of, span);
    }
  }
  return taint;
}

/** Where the attempt number came into what this op gives, if it did. */
function originOf(file: FileIr, fn: FunctionIr, op: Op, taint: Taint): Origin | undefined {
  const here = (span: Span): Origin => ({ file, at: span.at, end: span.end });
  switch (op.type) {
    case 'get':
      return ATTEMPT.has(op.name) ? here(op) : undefined;
    case 'copy':
    case 'assign':
    case 'typed':
      return taint.get(op.from);
    case 'await':
      return taint.get(op.of);
    case 'derive':
      return op.from.some((slot) => taint.has(slot)) ? here(op) : undefined;
    case 'call': {
      if (asksForAttempt(op)) return here(op);
      const receiver = receiverOf(fn, op);
      const from =
        receiver !== undefined && taint.has(receiver)
          ? receiver
          : op.args.find((arg) => taint.has(arg.slot))?.slot;
      return from === undefined ? undefined : here(op);
    }
    default:
      return undefined;
  }
}

function* keysIn(fn: FunctionIr, taint: Taint): Iterable<Origin> {
  const names = new Map(fn.variables.map((variable) => [variable.slot, variable.name]));
  for (const op of fn.ops) {
    if (op.type === 'define' || op.type === 'set') {
      const span = taint.get(op.from);
      if (KEY.test(op.name) && span !== undefined) yield span;
    } else if (op.type === 'copy' || op.type === 'assign') {
      const span = taint.get(op.from);
      if (KEY.test(names.get(op.to) ?? '') && span !== undefined) yield span;
    }
  }
  for (const { slot, name } of fn.params) {
    const origin = taint.get(slot);
    if (KEY.test(name) && origin !== undefined) yield origin;
  }
}
