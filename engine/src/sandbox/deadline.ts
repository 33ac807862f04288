import type { Session } from 'node:inspector';
import vm from 'node:vm';

/**
 * Stops code that does not give control back: `underDeadline` runs a function, and has V8 terminate it when it takes too
 * long. A caller that runs many activations puts them under one deadline; calls nested in it cost nothing.
 *
 * V8 does this in two ways. The debugger's `Runtime.evaluate` asks a timer of the process, which costs some 10 µs. Where
 * Node has no inspector (or may not use it), `vm`'s `timeout` starts a thread for each call and waits for its end, which
 * costs 50 µs, and several times that on a busy machine.
 *
 * Owns: the one function that runs under a deadline, and the debugger session, which nothing but `evaluate` is asked of.
 */
interface Slot {
  run: (() => void) | undefined;
}

const slot: Slot = { run: undefined };
const contextName = 'refrain:deadline';
const context = vm.createContext({ slot }, { name: contextName });
const expression = 'slot.run()';
let script: vm.Script | undefined;
let evaluate: ((deadlineMs: number) => void) | undefined;
let isArmed = false;

/** @throws what `onTimeout` makes when `fn` takes longer than `deadlineMs`. */
export function underDeadline<T>(deadlineMs: number, fn: () => T, onTimeout: () => Error): T {
  if (isArmed || deadlineMs <= 0) return fn();
  isArmed = true;
  let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  slot.run = () => {
    try {
      outcome = { value: fn() };
    } catch (error) {
      outcome = { error };
    }
  };
  try {
    evaluate ??= evaluateWithDebugger() ?? evaluateWithVm;
    evaluate(deadlineMs);
  } finally {
    isArmed = false;
    slot.run = undefined;
  }
  // Terminated code runs no `catch`: nothing has been noted.
  if (!outcome) throw onTimeout();
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function evaluateWithVm(timeout: number): void {
  script ??= new vm.Script(expression, { filename: contextName });
  try {
    script.runInContext(context, { timeout });
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
  }
}

/** Undefined where this Node or its permissions have no inspector. */
function evaluateWithDebugger(): ((deadlineMs: number) => void) | undefined {
  let session: Session;
  let contextId: number | undefined;
  try {
    const inspector = process.getBuiltinModule('node:inspector');
    session = new inspector.Session();
    session.connect();
    session.on('Runtime.executionContextCreated', ({ params }) => {
      if (params.context.name === contextName) contextId = params.context.id;
    });
    session.post('Runtime.enable');
    session.post('Runtime.disable');
    session.removeAllListeners();
  } catch {
    return undefined;
  }
  if (contextId === undefined) return undefined;
  const request = { expression, contextId, silent: true, returnByValue: true };
  // The answer is not read: whether the function has ended is known here.
  return (timeout) => session.post('Runtime.evaluate', { ...request, timeout }, () => undefined);
}
