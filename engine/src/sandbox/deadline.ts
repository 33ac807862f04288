import vm from 'node:vm';

/**
 * Stops code that does not give control back. Arming the watchdog starts a thread (about 0.1 ms), so a caller that runs
 * many activations puts them under one; calls nested in it cost nothing.
 */
interface Slot {
  run: (() => unknown) | undefined;
}

const slot: Slot = { run: undefined };
const context = vm.createContext({ slot });
const script = new vm.Script('slot.run()', { filename: 'refrain:deadline' });
let isArmed = false;

/** @throws what `onTimeout` makes when `fn` takes longer than `deadlineMs`. */
export function underDeadline<T>(deadlineMs: number, fn: () => T, onTimeout: () => Error): T {
  if (isArmed || deadlineMs <= 0) return fn();
  isArmed = true;
  slot.run = fn;
  try {
    return script.runInContext(context, { timeout: deadlineMs }) as T;
  } catch (error) {
    throw isTimeout(error) ? onTimeout() : error;
  } finally {
    isArmed = false;
    slot.run = undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
