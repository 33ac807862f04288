/**
 * The globals that Temporal's worker injects into workflow code, made inside the realm: an object of the host would
 * hand workflow code the host's `Function`, and with it everything else.
 */
import {
  AbortController,
  AbortSignal,
  DOMException,
  Event,
  EventTarget,
} from '../../sandbox/realm/events.js';
import { TextDecoder, TextEncoder } from '../../sandbox/realm/text.js';
import { makeUrlClasses } from '../../sandbox/realm/url.js';

/** What the host does for the globals. What crosses are strings, functions of the realm and values that only pass. */
export interface GlobalsHost {
  parseUrl(url: string, base?: string): string | undefined;
  setUrlPart(href: string, part: string, value: string): string;
  /** Names of the functions of Node's `assert`, with a comma between. */
  readonly assertNames: string;
  /** The message of the failed assertion. */
  callAssert(name: string, args: unknown[]): string | undefined;
  newStorage(): StorageHost;
  bind(fn: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown;
}

export interface StorageHost {
  run(store: unknown, fn: () => unknown): unknown;
  exit(fn: () => unknown): unknown;
  getStore(): unknown;
  enterWith(store: unknown): void;
  disable(): void;
}

type Callback = (...args: unknown[]) => unknown;

export function installGlobals(host: GlobalsHost): void {
  const { URL, URLSearchParams } = makeUrlClasses(host as Parameters<typeof makeUrlClasses>[0]);
  const globals: Record<string, unknown> = {
    URL,
    URLSearchParams,
    TextEncoder,
    TextDecoder,
    AbortController,
    AbortSignal,
    Event,
    EventTarget,
    DOMException,
    AsyncLocalStorage: storageClass(host),
    assert: makeAssert(host),
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, {
      value,
      writable: false,
      enumerable: true,
      configurable: false,
    });
  }
  const quiet = () => undefined;
  const console = { log: quiet, warn: quiet, error: quiet, info: quiet, debug: quiet };
  Object.defineProperty(globalThis, 'console', { value: console, writable: true, configurable: true });
}

function storageClass(host: GlobalsHost) {
  return class AsyncLocalStorage {
    readonly #storage = host.newStorage();

    run(store: unknown, fn: Callback, ...args: unknown[]): unknown {
      return this.#storage.run(store, () => fn(...args));
    }

    exit(fn: Callback, ...args: unknown[]): unknown {
      return this.#storage.exit(() => fn(...args));
    }

    getStore(): unknown {
      return this.#storage.getStore();
    }

    enterWith(store: unknown): void {
      this.#storage.enterWith(store);
    }

    disable(): void {
      this.#storage.disable();
    }

    static bind(fn: Callback): Callback {
      const bound = host.bind(fn);
      return (...args) => bound(...args);
    }
  };
}

function makeAssert(host: GlobalsHost): unknown {
  class AssertionError extends Error {
    override readonly name = 'AssertionError';
    readonly code = 'ERR_ASSERTION';
  }
  const asserting =
    (name: string) =>
    (...args: unknown[]) => {
      const message = host.callAssert(name, args);
      if (message !== undefined) throw new AssertionError(message);
    };
  const assert = asserting('ok') as unknown as Callback & Record<string, unknown>;
  for (const name of host.assertNames.split(',')) assert[name] = asserting(name);
  assert['strict'] = assert;
  assert['AssertionError'] = AssertionError;
  return assert;
}
