import { AsyncLocalStorage } from 'node:async_hooks';
import assert from 'node:assert';
import vm from 'node:vm';
import type { TextCodec } from '../converter/base64.js';
import { makeUrlHost } from '../sandbox/url-host.js';
import type { TemporalBundle } from './bundle.js';
import type { createDriver, DrivenExecution, DriverOptions } from './inside/driver.js';
import type { GlobalsHost } from './inside/globals.js';
import type { SdkModules, UserExports } from './inside/sdk-types.js';

/** A V8 context in which one bundle's SDK is loaded; its executions share it. */
export interface TemporalContext {
  newExecution(options: DriverOptions): DrivenExecution;
  /** Names of the workflows that the bundle exports. Throws what its modules throw when they load. */
  workflowTypes(): string[];
  /** Calls into the context, then runs the microtasks that the call queued, and those that they queue. */
  run<T>(call: () => T): T;
  /** A value of this context's realm. */
  owns(promise: unknown): boolean;
}

interface SdkExports extends Omit<SdkModules, 'setConverters'> {
  readonly driver: { createDriver: typeof createDriver };
  readonly modules: Readonly<Record<string, () => unknown>>;
}

type ModuleFunction = (
  require: (name: string) => unknown,
  module: { exports: Record<string, unknown> },
  exports: Record<string, unknown>,
  textCodec: TextCodec,
) => void;

export function createTemporalContext(bundle: TemporalBundle): TemporalContext {
  // Microtasks of the context run when a script of it ends, and only then: the driver decides when.
  // An ordinary global object where Node has it: with a contextified one each access to a global is a call.
  const context = vm.createContext(vm.constants.DONT_CONTEXTIFY ?? {}, { microtaskMode: 'afterEvaluate' });
  defineSymbols(context);
  const run = makeRun(context);
  const compile = (code: string, filename: string): ModuleFunction =>
    vm.compileFunction(code, ['require', 'module', 'exports', '__refrain_text_codec__'], {
      filename,
      parsingContext: context,
    }) as unknown as ModuleFunction;
  const evaluate = (load: ModuleFunction, require: (name: string) => unknown) => {
    const module = { exports: newObject() };
    load(require, module, module.exports, textCodec);
    return module.exports;
  };
  const newObject = vm.runInContext('() => ({})', context) as () => Record<string, unknown>;

  let converters: UserExports | undefined;
  const sdk = run(() =>
    evaluate(compileSdk(bundle.sdkCode, context), (name) => {
      if (name === '__refrain_host') return globalsHost();
      if (name === '__temporal_custom_payload_converter') return converters!.payloadConverter();
      if (name === '__temporal_custom_failure_converter') return converters!.failureConverter();
      throw new Error(`the SDK requires ${name}`);
    }),
  ) as unknown as SdkExports;
  const shared = new Map<string, unknown>();
  const loadUserCode = compile(bundle.userCode, bundle.filename);
  const requireShared = (name: string): unknown => {
    let loaded = shared.get(name);
    if (loaded === undefined) {
      const load = sdk.modules[name];
      if (!load) throw new Error(`Cannot find module '${name}'`);
      loaded = load();
      shared.set(name, loaded);
    }
    return loaded;
  };
  // All of them now: what they set up must not depend on which execution comes first.
  run(() => Object.keys(sdk.modules).forEach(requireShared));
  const driver = run(() =>
    sdk.driver.createDriver(
      { ...sdk, setConverters: (user) => (converters = user) },
      () => evaluate(loadUserCode, requireShared) as unknown as UserExports,
    ),
  );
  const realmPromise = vm.runInContext('Promise', context) as PromiseConstructor;
  return {
    newExecution: (options) => driver.newExecution(options),
    workflowTypes: () => [...run(() => driver.workflowTypes())],
    run,
    owns: (promise) => promise instanceof realmPromise,
  };
}

/** Calls from inside the context, so that its microtasks run when the call ends. */
function makeRun(context: vm.Context): TemporalContext['run'] {
  const slot: { call: (() => unknown) | undefined } = { call: undefined };
  Object.defineProperty(context, '__refrain_slot', { value: slot, configurable: true });
  vm.runInContext(
    '{ const slot = __refrain_slot; delete globalThis.__refrain_slot; Object.defineProperty(globalThis, "__refrain_enter", { value: () => slot.call() }); }',
    context,
  );
  const enter = new vm.Script('__refrain_enter()');
  return <T>(call: () => T): T => {
    slot.call = call;
    try {
      return enter.runInContext(context) as T;
    } finally {
      slot.call = undefined;
    }
  };
}

/**
 * Constructors and namespaces that the SDK reads over and over and that nobody replaces. In a contextified realm each
 * read of a global is a call into the host, some hundred times the cost of a variable.
 */
const sdkConstants = (
  'Object Array Map Set WeakMap WeakSet Symbol Reflect Proxy JSON Number String Boolean BigInt RegExp ' +
  'Error TypeError RangeError Uint8Array ArrayBuffer DataView isNaN parseInt parseFloat'
).split(' ');

function compileSdk(code: string, context: vm.Context): ModuleFunction {
  const source = `(({ ${sdkConstants.join(', ')} }) => function (require, module, exports, __refrain_text_codec__) {\n${code}\n})(globalThis)`;
  const script = new vm.Script(source, { filename: 'temporal-sdk.js', lineOffset: -1 });
  return script.runInContext(context) as ModuleFunction;
}

function defineSymbols(context: vm.Context): void {
  vm.runInContext(
    `for (const [name, key] of [['dispose', 'nodejs.dispose'], ['asyncDispose', 'nodejs.asyncDispose']]) {
       if (typeof Symbol[name] !== 'symbol') Object.defineProperty(Symbol, name, { value: Symbol.for(key) });
     }`,
    context,
  );
}

const assertions = assert as unknown as Record<string, (...args: unknown[]) => unknown>;

/** See inside/globals.ts. */
function globalsHost(): GlobalsHost {
  return {
    ...makeUrlHost(),
    assertNames: Object.keys(assertions)
      .filter((name) => /^[a-z]/.test(name) && name !== 'strict' && typeof assertions[name] === 'function')
      .join(','),
    callAssert(name, args) {
      try {
        assertions[name]!(...args);
        return undefined;
      } catch (error) {
        if (error instanceof assert.AssertionError) return error.message;
        throw error;
      }
    },
    newStorage: () => new AsyncLocalStorage<unknown>(),
    bind: (fn) => AsyncLocalStorage.bind(fn),
  };
}

const textCodec: TextCodec = {
  textToBase64: (text) => Buffer.from(text, 'utf8').toString('base64'),
  textFromBase64: (base64) => Buffer.from(base64, 'base64').toString('utf8'),
  binaryToBase64: (binary) => Buffer.from(binary, 'latin1').toString('base64'),
  binaryFromBase64: (base64) => Buffer.from(base64, 'base64').toString('latin1'),
};
