/** `Event`, `EventTarget`, `DOMException`, `AbortSignal` and `AbortController` of the realm. */

type Listener = ((event: Event) => void) | { handleEvent(event: Event): void };

export class Event {
  readonly type: string;
  readonly cancelable: boolean;
  readonly bubbles: boolean;
  target: EventTarget | null = null;
  currentTarget: EventTarget | null = null;
  defaultPrevented = false;
  isStopped = false;

  constructor(type: string, init: { cancelable?: boolean; bubbles?: boolean } = {}) {
    this.type = String(type);
    this.cancelable = Boolean(init.cancelable);
    this.bubbles = Boolean(init.bubbles);
  }

  preventDefault(): void {
    if (this.cancelable) this.defaultPrevented = true;
  }

  stopPropagation(): void {
    this.isStopped = true;
  }

  stopImmediatePropagation(): void {
    this.isStopped = true;
  }
}

interface Registered {
  readonly listener: Listener;
  readonly once: boolean;
}

export class EventTarget {
  #listeners = new Map<string, Registered[]>();

  addEventListener(
    type: string,
    listener: Listener | null,
    options: boolean | { once?: boolean; signal?: AbortSignal } = {},
  ): void {
    if (listener === null || listener === undefined) return;
    const list = this.#listeners.get(type) ?? [];
    if (list.some((entry) => entry.listener === listener)) return;
    const { once = false, signal } = typeof options === 'object' ? options : {};
    if (signal?.aborted) return;
    this.#listeners.set(type, [...list, { listener, once }]);
    signal?.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true });
  }

  removeEventListener(type: string, listener: Listener | null): void {
    const list = this.#listeners.get(type) ?? [];
    this.#listeners.set(
      type,
      list.filter((entry) => entry.listener !== listener),
    );
  }

  dispatchEvent(event: Event): boolean {
    event.target = this;
    event.currentTarget = this;
    for (const { listener, once } of this.#listeners.get(event.type) ?? []) {
      if (event.isStopped) break;
      if (once) this.removeEventListener(event.type, listener);
      if (typeof listener === 'function') Reflect.apply(listener, this, [event]);
      else listener.handleEvent(event);
    }
    return !event.defaultPrevented;
  }
}

const codes: Readonly<Record<string, number>> = { AbortError: 20, TimeoutError: 23, DataCloneError: 25 };

export class DOMException extends Error {
  readonly code: number;

  constructor(message = '', name = 'Error') {
    super(message);
    Object.defineProperty(this, 'name', { value: name, configurable: true });
    this.code = codes[name] ?? 0;
  }
}

const internal = Symbol('internal');
let abortSignal: (signal: AbortSignal, reason: unknown) => void;

export class AbortSignal extends EventTarget {
  #isAborted = false;
  #reason: unknown = undefined;
  onabort: ((event: Event) => void) | null = null;

  static {
    abortSignal = (signal, reason) => {
      if (signal.#isAborted) return;
      signal.#isAborted = true;
      signal.#reason =
        reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
      const event = new Event('abort');
      signal.onabort?.(event);
      signal.dispatchEvent(event);
    };
  }

  constructor(key?: unknown) {
    super();
    if (key !== internal) throw new TypeError('Illegal constructor');
  }

  get aborted(): boolean {
    return this.#isAborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  throwIfAborted(): void {
    if (this.#isAborted) throw this.#reason;
  }

  static abort(reason?: unknown): AbortSignal {
    const signal = new AbortSignal(internal);
    abortSignal(signal, reason);
    return signal;
  }

  static any(signals: Iterable<AbortSignal>): AbortSignal {
    const list = [...signals];
    const combined = new AbortSignal(internal);
    const aborted = list.find((signal) => signal.aborted);
    if (aborted) abortSignal(combined, aborted.reason);
    else {
      for (const signal of list) {
        signal.addEventListener('abort', () => abortSignal(combined, signal.reason), { once: true });
      }
    }
    return combined;
  }
}

export class AbortController {
  readonly signal = new AbortSignal(internal);

  abort(reason?: unknown): void {
    abortSignal(this.signal, reason);
  }
}
