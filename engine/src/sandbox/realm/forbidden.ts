import { DeterminismViolationError } from '../../failures/errors.js';

/** Callable APIs that would not be deterministic: present, so that the error says what to do. */
const forbidden: Readonly<Record<string, readonly [why: string, instead: string]>> = {
  fetch: ['it does I/O, which replay would repeat', 'call an activity'],
  XMLHttpRequest: ['it does I/O, which replay would repeat', 'call an activity'],
  WebSocket: ['it does I/O, which replay would repeat', 'call an activity'],
  setInterval: ['it would record timers without end', 'use a loop with `await sleep(…)`'],
  setImmediate: ['it depends on the host’s event loop', 'use `await Promise.resolve()` or `sleep`'],
  WeakRef: [
    'when the garbage collector runs differs between a run and its replay',
    'keep a strong reference',
  ],
  FinalizationRegistry: [
    'when the garbage collector runs differs between a run and its replay',
    'free resources explicitly, e.g. in `finally`',
  ],
  eval: ['code made at run time is not part of the bundle', 'write the code in a module'],
};

const dynamicCode = forbidden.eval!;

function violation(api: string, [why, instead]: readonly [string, string]): DeterminismViolationError {
  return new DeterminismViolationError(
    `${api} cannot be used in workflow code: ${why}. Instead, ${instead}.`,
  );
}

function refusing(api: string, reason: readonly [string, string]): (...args: unknown[]) => never {
  const refuse = function (): never {
    throw violation(api, reason);
  };
  Object.defineProperty(refuse, 'name', { value: api });
  return refuse;
}

/** `Function` and its kin: also reached as `(() => {}).constructor`. */
function refuseFunctionConstructors(): (...args: unknown[]) => never {
  const samples = [
    function (): void {},
    async function (): Promise<void> {},
    function* (): Generator {},
    async function* (): AsyncGenerator {},
  ];
  let first: ((...args: unknown[]) => never) | undefined;
  for (const sample of samples) {
    const prototype = Object.getPrototypeOf(sample) as { constructor: { name: string } };
    const { name } = prototype.constructor;
    const refuse = refusing(name, dynamicCode);
    Object.defineProperty(refuse, 'prototype', { value: prototype });
    if (first) Object.setPrototypeOf(refuse, first);
    Object.defineProperty(prototype, 'constructor', {
      value: refuse,
      configurable: true,
      writable: name === 'Function',
    });
    first ??= refuse;
  }
  return first!;
}

/** The globals that refuse. */
export function forbiddenGlobals(): Record<string, unknown> {
  const globals: Record<string, unknown> = { Function: refuseFunctionConstructors() };
  for (const [name, reason] of Object.entries(forbidden)) globals[name] = refusing(name, reason);
  const wait = ['it blocks the thread or waits for another one', 'use `condition` or `sleep`'] as const;
  for (const name of ['wait', 'waitAsync', 'notify']) {
    Object.defineProperty(Atomics, name, { value: refusing(`Atomics.${name}`, wait), configurable: true });
  }
  return globals;
}
