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

const notDefined = /^(\w+) is not defined$/;

/**
 * Workflow code that uses a global which the sandbox leaves out gets a `ReferenceError`. (Leaving it out keeps
 * `typeof process` checks of libraries working.) This says what to do instead.
 */
export function explainError(error: unknown): unknown {
  if (!(error instanceof ReferenceError)) return error;
  const name = notDefined.exec(error.message)?.[1];
  if (name === undefined || !Object.hasOwn(absentGlobals, name)) return error;
  const violation = new DeterminismViolationError(
    `${name} cannot be used in workflow code: it is not deterministic or belongs to the host. Instead, ${absentGlobals[name]}.`,
  );
  violation.stack = String(error.stack).replace(`ReferenceError: ${error.message}`, String(violation));
  return violation;
}
