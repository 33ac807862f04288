import type { Realm, RealmHost } from '../../runtime/realm.js';
import type { AsyncContext } from '../../runtime/async-context.js';
import { Await, runAsyncGenerator, yieldStar } from './async-generator.js';
import { installDate } from './date.js';
import { captureStack, formatStack, installErrors } from './errors.js';
import { AbortController, AbortSignal, DOMException, Event, EventTarget } from './events.js';
import { forbiddenGlobals } from './forbidden.js';
import { harden } from './harden.js';
import { installLocale } from './locale.js';
import { pow, powerOperator } from './pow.js';
import { finishPromise } from './promise-combinators.js';
import {
  caught,
  clearJobs,
  contextCell,
  enqueue,
  markHandled,
  runAsync,
  runJobs,
  takeUnhandledRejection,
  WorkflowPromise,
} from './promise.js';
import { prune } from './prune.js';
import { installSegmenter } from './segmenter.js';
import { structuredClone } from './structured-clone.js';
import { atob, btoa, TextDecoder, TextEncoder } from './text.js';
import { makeUrlClasses } from './url.js';

export interface InstallInput {
  readonly host: RealmHost;
  /** The name that workflow bundles are compiled under. */
  readonly scriptName: string;
}

export interface InstalledRealm {
  readonly realm: Realm;
  /** Every global that workflow code sees, by name. */
  readonly globals: Record<string, unknown>;
  /** What the bundler's output calls in place of its own helpers. */
  readonly helpers: {
    readonly runAsync: typeof runAsync;
    readonly runAsyncGenerator: typeof runAsyncGenerator;
    readonly yieldStar: typeof yieldStar;
    readonly Await: typeof Await;
    readonly pow: typeof powerOperator;
    /** Called first in every `catch` block. */
    readonly caught: typeof caught;
  };
  /** Freezes the realm, and `more` with it. Call it when everything shared is in place. */
  lockDown(more: readonly unknown[]): void;
}

function defineMath(source: Realm['source']): void {
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(Math, name, { value, writable: true, configurable: true });
  };
  define('random', function random(): number {
    return source.random();
  });
  define('pow', function pow_(x: unknown, y: unknown): number {
    return pow(Number(x), Number(y));
  });
  Object.defineProperty(Math.pow, 'name', { value: 'pow' });
}

function defineDisposeSymbols(): void {
  for (const name of ['dispose', 'asyncDispose']) {
    if (name in Symbol) continue;
    Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
  }
}

/** Makes the current context a realm for workflow code. Called once, before any other code runs in it. */
export function install(global: Record<string, unknown>, { host, scriptName }: InstallInput): InstalledRealm {
  const { names, objects } = prune(global);
  const source = { now: (): number => 0, random: (): number => 0 };
  installLocale(source);
  installSegmenter();
  defineMath(source);
  defineDisposeSymbols();
  finishPromise();
  const globals: Record<string, unknown> = {};
  for (const name of names) if (name !== 'globalThis') globals[name] = global[name];
  Object.assign(globals, forbiddenGlobals(), makeUrlClasses(host), {
    Promise: WorkflowPromise,
    Date: installDate(source),
    Error: installErrors({
      scriptName,
      mapPosition: (line, column) => host.mapPosition(line, column),
      asyncFunctionAt: (line) => host.asyncFunctionAt(line),
    }),
    TextEncoder,
    TextDecoder,
    atob,
    btoa,
    structuredClone,
    Event,
    EventTarget,
    DOMException,
    AbortSignal,
    AbortController,
    queueMicrotask: makeQueueMicrotask(),
  });
  for (const [name, value] of Object.entries(globals)) {
    if (name === 'undefined' || name === 'NaN' || name === 'Infinity') continue;
    Object.defineProperty(global, name, { value, writable: true, configurable: true });
  }
  return {
    realm: {
      context: contextCell as { current: AsyncContext | undefined },
      runJobs,
      clearJobs,
      takeUnhandledRejection,
      markHandled,
      source,
      captureStack,
      formatStack,
      host,
    },
    globals,
    helpers: { runAsync, runAsyncGenerator, yieldStar, Await, pow: powerOperator, caught },
    lockDown(more) {
      const prototypes = new Set(objects.filter((object) => typeof object === 'object'));
      harden([...Object.values(globals), ...objects, ...more], prototypes);
    },
  };
}

function makeQueueMicrotask(): (callback: () => void) => void {
  return function queueMicrotask(callback) {
    if (typeof callback !== 'function')
      throw new TypeError('queueMicrotask: the callback must be a function');
    const context = contextCell.current;
    enqueue(() => {
      contextCell.current = context;
      // An error becomes an unhandled rejection, which fails the workflow task.
      new WorkflowPromise((resolve) => resolve(callback()));
    });
  };
}
