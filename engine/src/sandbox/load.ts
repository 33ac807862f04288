import vm from 'node:vm';
import type { Activation, Completion, WorkflowInstance } from '../core/activation.js';
import type { TextCodec } from '../converter/base64.js';
import type { Realm, RealmHost } from '../runtime/realm.js';
import type { RuntimeInstance, WorkflowModules } from '../runtime/instance.js';
import type { ActivatorOptions } from '../runtime/activator.js';
import type { WorkflowBundle } from './bundle.js';
import { underDeadline } from './deadline.js';
import { WorkflowBundleError, WorkflowDeadlineError } from './errors.js';
import { copyOut } from './copy.js';
import { SourcePositions } from './source-positions.js';
import { makeUrlHost } from './url-host.js';

export interface LoadOptions {
  /** Commands carry `callSite`, the raw stack of the call (see `mapCallSite`). Default false: stacks are slow. */
  readonly captureCallSites?: boolean;
  /** Keep the stacks of what is waited for, for the query `__stack_trace`. Default false: it costs some 20 µs a command. */
  readonly stackTraces?: boolean;
  /** Error classes, by name, that fail the run rather than the workflow task. */
  readonly workflowFailureErrorTypes?: readonly string[];
  /** How long workflow code may run without giving control back. Default 2000; 0 turns the deadline off. */
  readonly deadlineMs?: number;
  /** Log entries, metrics and calls of the user's sinks, after each activation. */
  readonly onSinkCall?: (call: HostSinkCall) => void;
}

export interface InstanceOptions extends Pick<
  LoadOptions,
  'captureCallSites' | 'stackTraces' | 'deadlineMs'
> {
  /** Not needed here, where the first activation says both; hosts of other runtimes take them at this place. */
  readonly namespace?: string;
  readonly taskQueue?: string;
}

export interface HostSinkCall {
  readonly ifaceName: string;
  readonly fnName: string;
  readonly args: readonly unknown[];
  readonly workflowInfo: Readonly<Record<string, unknown>> & {
    readonly workflowId: string;
    readonly runId: string;
    readonly workflowType: string;
    readonly namespace: string;
    readonly taskQueue: string;
    readonly unsafe: { readonly isReplaying: boolean };
  };
}

export interface SandboxInstance extends WorkflowInstance {
  /** Names of the queries that have a handler now, the built-in ones too. */
  queryNames(): readonly string[];
}

export interface LoadedBundle {
  /** Names of the exported functions. */
  readonly workflowTypes: readonly string[];
  /** For `mapCallSite`. */
  readonly positions: SourcePositions;
  /**
   * A new execution. Its first activation must hold `initializeWorkflow`. `options` override those of the bundle: to
   * answer `__stack_trace` without paying for stacks always, replay the execution with `stackTraces: true`.
   */
  createInstance(options?: InstanceOptions): SandboxInstance;
  /**
   * Runs `fn` under one deadline for all activations in it: cheaper than one for each.
   *
   * @throws WorkflowDeadlineError; the activation that ran, and its instance, are lost then.
   */
  withDeadline<T>(fn: () => T): T;
}

const scriptName = 'refrain:workflow-bundle';
const defaultDeadlineMs = 2000;

/** What realm/install.ts and workflow/realm-entry.ts give, seen from the host. */
interface InsideRealm {
  readonly makeInstance: (evaluate: () => WorkflowModules, options: ActivatorOptions) => RuntimeInstance;
  readonly evaluate: () => WorkflowModules;
  /** Copies plain data of the host into the realm. */
  readonly copyIn: (value: unknown) => unknown;
  readonly reset: () => void;
}

const textCodec: TextCodec = {
  textToBase64: (text) => Buffer.from(text, 'utf8').toString('base64'),
  textFromBase64: (base64) => Buffer.from(base64, 'base64').toString('utf8'),
  binaryToBase64: (binary) => Buffer.from(binary, 'latin1').toString('base64'),
  binaryFromBase64: (base64) => Buffer.from(base64, 'base64').toString('latin1'),
};

function makeHost(positions: SourcePositions): RealmHost {
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    mapPosition(line, column) {
      try {
        return positions.map(line, column);
      } catch {
        return undefined;
      }
    },
    asyncFunctionAt: (line) => positions.asyncFunctionAt(line),
    sourceText: (file) => positions.text(file),
    ...makeUrlHost(),
  };
}

/** Prefix and suffix that put a bundle into functions. Line breaks in them are taken off the line numbers. */
function compile(
  code: string,
  prefix: string,
  suffix: string,
  filename: string,
  context: vm.Context,
): unknown {
  const lineOffset = -prefix.split('\n').length;
  const script = new vm.Script(`${prefix}\n${code}\n${suffix}`, { filename, lineOffset });
  return script.runInContext(context);
}

const copyInSource = `
  (function () {
    'use strict';
    const { keys } = Object;
    const { isArray } = Array;
    return function copyIn(value) {
      if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
      if (isArray(value)) {
        const copy = [];
        for (let i = 0; i < value.length; i++) copy[i] = copyIn(value[i]);
        return copy;
      }
      const copy = {};
      for (const key of keys(value)) {
        if (key === '__proto__') continue;
        const field = copyIn(value[key]);
        if (field !== undefined) copy[key] = field;
      }
      return copy;
    };
  })()`;

/** `globalThis` of one execution: it inherits the realm's globals, and what is set on it stays there. */
const newGlobalSource = `
  (function (globals) {
    'use strict';
    const base = Object.create(null);
    for (const key of Object.keys(globals)) {
      const value = globals[key];
      const { get, set } = {
        get() { return value; },
        set(changed) {
          Object.defineProperty(this, key, { value: changed, writable: true, enumerable: true, configurable: true });
        },
      };
      Object.freeze(get);
      Object.freeze(set);
      Object.defineProperty(base, key, { get, set });
    }
    Object.freeze(base);
    return () => {
      const own = Object.create(base);
      own.globalThis = own;
      return own;
    };
  })`;

type Install = (
  codec: TextCodec,
  global: object,
  host: RealmHost,
) => {
  readonly realm: Realm;
  readonly globals: Record<string, unknown>;
  readonly helpers: { readonly caught: unknown };
  lockDown(more: readonly unknown[]): void;
};

type Evaluated = {
  readonly RuntimeInstance: typeof RuntimeInstance;
  readonly api: object;
  readonly globals: Record<string, unknown>;
  readonly make: InsideRealm['makeInstance'];
};

const notDeclarable = new Set(['undefined', 'NaN', 'Infinity', 'eval']);

/** `const { Object, Array, … } = …`: globals become variables, which are faster and cannot be changed. */
function declareGlobals(names: readonly string[]): string {
  return `const { ${names.filter((name) => !notDeclarable.has(name)).join(', ')} } = __refrain_globals__;`;
}

function enterRealm(bundle: WorkflowBundle, positions: SourcePositions): InsideRealm {
  const context = vm.createContext(Object.create(null) as object, {
    codeGeneration: { strings: false, wasm: false },
    name: 'refrain workflows',
  });
  const copyIn = vm.runInContext(copyInSource, context) as InsideRealm['copyIn'];
  const install = compile(
    bundle.runtime.realm,
    "(function (__refrain_text_codec__, global, host) { 'use strict';",
    `return __refrain_install__.install(global, { host, scriptName: '${scriptName}' }); })`,
    'refrain:realm',
    context,
  ) as Install;
  const global = vm.runInContext('globalThis', context) as object;
  const { realm, globals, helpers, lockDown } = install(textCodec, global, makeHost(positions));
  const names = Object.keys(globals);
  const evaluateRuntime = compile(
    bundle.runtime.runtime,
    `(function (__refrain_text_codec__, __refrain_realm__, __refrain_globals__, __refrain_helpers__) { 'use strict'; ${declareGlobals(names)}`,
    'const { RuntimeInstance } = __refrain_runtime__;' +
      'return { ...__refrain_runtime__, make: (evaluate, options) => new RuntimeInstance(evaluate, options) }; })',
    'refrain:runtime',
    context,
  ) as (...args: unknown[]) => Evaluated;
  const runtime = evaluateRuntime(textCodec, realm, globals, helpers);
  Object.assign(globals, runtime.globals);
  lockDown([...Object.values(runtime.api), ...Object.values(runtime.globals), helpers]);
  const makeModules = compile(
    bundle.code,
    `(function (__refrain_globals__, __refrain_api__, __refrain_helpers__, __refrain_caught__) { 'use strict'; ${declareGlobals(Object.keys(globals))}
      return function (globalThis) {`,
    'return __refrain_bundle__; }; })',
    scriptName,
    context,
  ) as (...args: unknown[]) => (globalThis: object) => WorkflowModules;
  const evaluateModules = makeModules(globals, runtime.api, helpers, helpers.caught);
  const newGlobal = (vm.runInContext(newGlobalSource, context) as (globals: object) => () => object)(globals);
  return {
    makeInstance: runtime.make,
    evaluate: () => evaluateModules(newGlobal()),
    copyIn,
    reset: () => realm.clearJobs(),
  };
}

function typesOf(inside: InsideRealm): string[] {
  try {
    const { workflows } = inside.evaluate();
    return Object.keys(workflows).filter((name) => typeof workflows[name] === 'function');
  } catch (error) {
    const { message = String(error), stack } = error as Error;
    throw new WorkflowBundleError(
      'RFN1113',
      `Workflow code fails while its modules load: ${message}\n${stack}`,
    );
  } finally {
    inside.reset();
  }
}

/**
 * Makes a realm for the bundle, in which all its executions live. They share the language's frozen objects and nothing
 * else: each evaluates the bundle's modules for itself.
 *
 * @throws WorkflowBundleError when the modules throw while they load (RFN1113).
 */
export function loadBundle(bundle: WorkflowBundle, options: LoadOptions = {}): LoadedBundle {
  const positions = new SourcePositions(bundle.code, bundle.sourceMap);
  const inside = enterRealm(bundle, positions);
  const { onSinkCall } = options;
  const activatorOptions: ActivatorOptions = {
    captureCallSites: options.captureCallSites ?? false,
    stackTraces: options.stackTraces ?? false,
    workflowFailureErrorTypes: options.workflowFailureErrorTypes ?? [],
  };
  const guard = guardOf(options.deadlineMs);
  return {
    workflowTypes: guard(() => typesOf(inside)),
    positions,
    createInstance({ deadlineMs, ...overrides } = {}) {
      const own = deadlineMs === undefined ? guard : guardOf(deadlineMs);
      return new SandboxedInstance(inside, { ...activatorOptions, ...overrides }, own, onSinkCall);
    },
    withDeadline: (fn) => guard(fn),
  };
}

type Guard = <T>(fn: () => T) => T;

function guardOf(deadlineMs = defaultDeadlineMs): Guard {
  return (fn) => underDeadline(deadlineMs, fn, () => new WorkflowDeadlineError(deadlineMs));
}

/** The host's side of one execution: copies what goes in and comes out, so that no object crosses. */
class SandboxedInstance implements SandboxInstance {
  readonly #inside: InsideRealm;
  readonly #instance: RuntimeInstance;
  readonly #guard: Guard;
  readonly #onSinkCall: LoadOptions['onSinkCall'];

  constructor(
    inside: InsideRealm,
    options: ActivatorOptions,
    guard: Guard,
    onSinkCall: LoadOptions['onSinkCall'],
  ) {
    this.#inside = inside;
    this.#guard = guard;
    this.#onSinkCall = onSinkCall;
    this.#instance = inside.makeInstance(inside.evaluate, inside.copyIn(options) as ActivatorOptions);
  }

  activate(activation: Activation): Completion {
    let completion: Completion;
    try {
      completion = this.#guard(() => this.#activate(activation));
    } catch (error) {
      this.#inside.reset();
      if (!(error instanceof WorkflowDeadlineError)) throw error;
      completion = { status: 'failed', failure: deadlineFailure(error) };
    }
    this.#deliverSinkCalls();
    return completion;
  }

  #activate(activation: Activation): Completion {
    const inside = this.#inside.copyIn(activation) as Activation;
    return copyOut(this.#instance.activate(inside)) as Completion;
  }

  queryNames(): readonly string[] {
    return copyOut(this.#instance.queryNames()) as string[];
  }

  #deliverSinkCalls(): void {
    const calls = this.#instance.takeSinkCalls();
    if (calls.length === 0 || this.#onSinkCall === undefined) return;
    for (const call of calls) this.#onSinkCall(copyOut(call) as HostSinkCall);
  }

  dispose(): void {
    this.#instance.dispose();
  }
}

function deadlineFailure({
  message,
  code,
}: WorkflowDeadlineError): Extract<Completion, { status: 'failed' }>['failure'] {
  const applicationFailureInfo = { type: `WorkflowDeadlineError`, nonRetryable: false };
  return { message: `[${code}] ${message}`, source: 'TypeScriptSDK', stackTrace: '', applicationFailureInfo };
}
