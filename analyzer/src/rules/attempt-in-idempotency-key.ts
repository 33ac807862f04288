import type { FileIr, FunctionIr, Op, Slot, Span } from '../graph/ir.js';
import { once, receiverOf } from './calls.js';
import type { MisuseRule, RuleFinding } from './types.js';

/** Names of keys by which a receiver recognises a repeated request. */
const KEY = /idempot|dedup|clientrequesttoken|clienttoken|requesttoken/i;
/** The attempt number, as the engines call it. */
const ATTEMPT = new Set(['attempt', 'retryCount', 'attemptNumber', 'retryAttempt']);

/** A value on its way: where the attempt number entered an expression, by slot. */
type Taint = ReadonlyMap<Slot, Span>;

/**
 * The attempt number inside a key that must be the same for all attempts. It looks at each function
 * by itself, with the variables of the functions around it: activities and steps are not replayed,
 * so they are no part of the graph of what is.
 */
export const attemptInIdempotencyKey: MisuseRule = {
  id: 'attempt-in-idempotency-key',
  run: (context) => {
    const files = new Set<FileIr>([...context.files, ...context.activities.map((node) => node.file)]);
    const found = [...files].filter((file) => file.kind === 'source').flatMap(findingsOf);
    return once(found, (finding) => `${finding.file.path}:${finding.span.at}`);
  },
};

function findingsOf(file: FileIr): readonly RuleFinding[] {
  const taints: Taint[] = [];
  const found: RuleFinding[] = [];
  // Enclosing functions come before the functions in them.
  for (const fn of file.functions) {
    const taint = taintOf(fn, captureTaint(fn, taints));
    taints[fn.index] = taint;
    for (const span of keysIn(fn, taint)) {
      found.push({
        file,
        span,
        message:
          'The key holds the number of the attempt, so each retry looks like a new request to the receiver.',
        suggestion:
          'Build the key from what is the same for all attempts: the workflow id and the activity id.',
      });
    }
  }
  return found;
}

function captureTaint(fn: FunctionIr, taints: readonly Taint[]): Map<Slot, Span> {
  const taint = new Map<Slot, Span>();
  fn.captures.forEach((capture, index) => {
    const span = taints[capture.fn]?.get(capture.slot);
    if (span !== undefined) taint.set(~index, span);
  });
  return taint;
}

function taintOf(fn: FunctionIr, taint: Map<Slot, Span>): Taint {
  for (const op of fn.ops) {
    const source = sourceSpan(fn, op, taint);
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
function sourceSpan(fn: FunctionIr, op: Op, taint: Taint): Span | undefined {
  switch (op.type) {
    case 'get':
      return ATTEMPT.has(op.name) ? op : undefined;
    case 'copy':
    case 'assign':
    case 'typed':
      return taint.get(op.from);
    case 'await':
      return taint.get(op.of);
    case 'derive':
      return op.from.some((slot) => taint.has(slot)) ? op : undefined;
    case 'call': {
      if (ATTEMPT.has(op.text.split('.').at(-1) ?? '')) return op;
      const receiver = receiverOf(fn, op);
      const from =
        receiver !== undefined && taint.has(receiver)
          ? receiver
          : op.args.find((arg) => taint.has(arg.slot))?.slot;
      return from === undefined ? undefined : op;
    }
    default:
      return undefined;
  }
}

function* keysIn(fn: FunctionIr, taint: Taint): Iterable<Span> {
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
}
