import { DeterminismViolationError } from '../failures/errors.js';
import { activatorFor, commandingActivator, maybeActivator } from '../runtime/activator.js';
import { realm } from '../runtime/realm.js';
import { fillWithRandom, uuid4FromRandom } from '../runtime/random.js';

/** A v4 uuid from the workflow's random stream: the same on replay. Not for secrets. */
export function uuid4(): string {
  const activator = maybeActivator();
  return uuid4FromRandom(activator ? () => activator.random.next() : Math.random);
}

/** A number in [0, 1) from the workflow's random stream, as `Math.random()` gives in a workflow. */
export function random(): number {
  return activatorFor('random').random.next();
}

/** Workflow time in milliseconds, as `Date.now()` gives in a workflow: when the workflow task started. */
export function now(): number {
  return activatorFor('now').nowMs;
}

/** A stream of its own, derived from the run's seed: draws from it do not move the main stream. */
export interface WorkflowRandomStream {
  random(): number;
  uuid4(): string;
  fill(bytes: Uint8Array): Uint8Array;
}

function streamOf(next: () => number): WorkflowRandomStream {
  return {
    random: next,
    uuid4: () => uuid4FromRandom(next),
    fill: (bytes) => fillWithRandom(next, bytes),
  };
}

export const workflowRandom: WorkflowRandomStream = streamOf(() =>
  activatorFor('workflowRandom').random.next(),
);

/** The stream of this name; the same name gives the same stream during the run. */
export function getRandomStream(name: string): WorkflowRandomStream {
  const activator = activatorFor('getRandomStream');
  return streamOf(() => activator.randomStream(name).next());
}

/**
 * Runs `fn` once and records its value; on replay the recorded value is returned and `fn` does not run. Inside `fn`,
 * `Date` and `Math.random` are the machine's own. For short, local nondeterminism; for I/O use an activity.
 */
export function sideEffect<T>(fn: () => T): T {
  const activator = commandingActivator('sideEffect');
  if (typeof fn !== 'function') throw new TypeError('sideEffect: expected a function');
  const seq = activator.nextSeq.sideEffect++;
  const isKnown = activator.knownSideEffects.has(seq);
  const value = isKnown ? activator.knownSideEffects.get(seq) : activator.toPayload(runOnHost(fn));
  activator.knownSideEffects.delete(seq);
  activator.push({ type: 'recordSideEffect', seq, ...(value === undefined ? {} : { value }) });
  // Also when live, so that the code sees the same value as on replay: converted.
  return (value === undefined ? undefined : activator.fromPayload(value)) as T;
}

function runOnHost<T>(fn: () => T): T {
  if (realm === undefined) return fn();
  const { source, host } = realm;
  const { now: workflowNow, random: workflowNext } = source;
  const activator = activatorFor('sideEffect');
  const before = activator.readOnly;
  source.now = () => host.now();
  source.random = () => host.random();
  activator.readOnly = 'a side effect';
  try {
    const value = fn();
    if (value instanceof Promise) {
      throw new DeterminismViolationError(
        'sideEffect: the function must not be async; use an activity for I/O',
      );
    }
    return value;
  } finally {
    activator.readOnly = before;
    source.now = workflowNow;
    source.random = workflowNext;
  }
}
