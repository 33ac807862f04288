import { DeterminismViolationError } from '../failures/errors.js';

/** Globals of Node and of browsers that the sandbox does not have, and what workflow code uses instead. */
const absentGlobals: Readonly<Record<string, string>> = {
  process: 'pass configuration as an argument of the workflow, or read it in an activity',
  Buffer: 'use Uint8Array with TextEncoder, atob and btoa',
  require: 'use import; the module is then bundled',
  module: 'use export',
  __dirname: 'read files in an activity',
  __filename: 'read files in an activity',
  performance: 'use Date.now(), which is workflow time',
  WebAssembly: 'call the module in an activity',
  SharedArrayBuffer: 'use ArrayBuffer; a workflow has one thread',
  Worker: 'use an activity',
  localStorage: 'keep state in variables of the workflow function',
  navigator: 'pass what is needed as an argument of the workflow',
  window: 'use globalThis',
  document: 'use an activity',
  Temporal: 'use Date or a date library; Temporal is not in every supported version of Node',
};

const names = (text: string): string[] => text.split(' ');

/** The same for groups of globals that share their advice. */
const absentGroups: readonly (readonly [names: readonly string[], instead: string])[] = [
  [
    names(
      'Headers FormData Blob Response Request File Crypto CryptoKey SubtleCrypto EventSource caches indexedDB Storage ' +
        'sessionStorage location navigator Navigator origin URLPattern',
    ),
    'use an activity, and pass what it gives to the workflow as plain data',
  ],
  [
    names(
      'ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest ' +
        'ReadableByteStreamController ReadableStreamDefaultController TransformStream TransformStreamDefaultController ' +
        'WritableStream WritableStreamDefaultWriter WritableStreamDefaultController ByteLengthQueuingStrategy ' +
        'CountQueuingStrategy TextEncoderStream TextDecoderStream CompressionStream DecompressionStream',
    ),
    'read streams in an activity',
  ],
  [
    names(
      'BroadcastChannel MessageChannel MessagePort MessageEvent CloseEvent ErrorEvent StorageEvent SharedWorker',
    ),
    'use signals, or variables of the workflow function: a workflow has one thread',
  ],
  [
    names(
      'Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver ' +
        'PerformanceObserverEntryList PerformanceResourceTiming',
    ),
    'measure in an activity or an interceptor of the worker',
  ],
  [
    names('requestAnimationFrame requestIdleCallback scheduler clearInterval clearImmediate reportError gc'),
    'use `sleep`, `condition` or `log`',
  ],
  [
    names(
      'Iterator DisposableStack AsyncDisposableStack SuppressedError Float16Array CustomEvent QuotaExceededError',
    ),
    'use what every supported version of Node has: this is not in each of them',
  ],
  [names('exports self'), 'use export, or globalThis'],
];

function adviceFor(name: string): string | undefined {
  if (Object.hasOwn(absentGlobals, name)) return absentGlobals[name];
  return absentGroups.find(([group]) => group.includes(name))?.[1];
}

const dynamicRequire = /^Dynamic require of "(.*)" is not supported$/;
const notDefined = /^(\w+) is not defined$/;

/**
 * Workflow code that uses a global which the sandbox leaves out gets a `ReferenceError`. (Leaving it out keeps
 * `typeof process` checks of libraries working.) This says what to do instead.
 */
export function explainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const required = dynamicRequire.exec(error.message)?.[1];
  if (required !== undefined) {
    return violationFrom(
      error,
      `Module '${required}' cannot be loaded by workflow code while it runs. Instead, import it by a literal name, so ` +
        'that it is bundled, or use it in an activity.',
    );
  }
  const name = error instanceof ReferenceError ? notDefined.exec(error.message)?.[1] : undefined;
  const instead = name === undefined ? undefined : adviceFor(name);
  if (instead === undefined) return error;
  return violationFrom(
    error,
    `${name} cannot be used in workflow code: it is not deterministic or belongs to the host. Instead, ${instead}.`,
  );
}

function violationFrom(error: Error, message: string): DeterminismViolationError {
  const violation = new DeterminismViolationError(message);
  violation.stack = String(error.stack).replace(String(error), String(violation));
  return violation;
}
