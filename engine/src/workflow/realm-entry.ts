/** What the sandbox evaluates once in each realm: the runtime, the author API, and the globals that they provide. */
import { commandingActivator, maybeActivator } from '../runtime/activator.js';
import { fillWithRandom } from '../runtime/random.js';
import { DeterminismViolationError } from '../failures/errors.js';
import { log, type WorkflowLogger } from '../runtime/sinks.js';
import * as api from './index.js';
import { clearTimeout, setTimeout } from './timers.js';

export { RuntimeInstance } from '../runtime/instance.js';
export { api };

type ConsoleMethod = (...args: unknown[]) => void;

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.stack ?? String(value);
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value, (_key, field: unknown) =>
        typeof field === 'bigint' ? `${field}n` : field,
      );
    } catch {
      return Object.prototype.toString.call(value);
    }
  }
  return String(value);
}

/** `console` writes to the workflow's log, and so is silent during replay; while modules load it is silent too. */
function makeConsole(): Record<string, ConsoleMethod> {
  const to =
    (level: keyof WorkflowLogger): ConsoleMethod =>
    (...args) => {
      if (maybeActivator()) log[level](args.map(text).join(' '), { source: 'console' });
    };
  const silent: ConsoleMethod = () => undefined;
  const methods: Record<string, ConsoleMethod> = {
    log: to('info'),
    info: to('info'),
    debug: to('debug'),
    trace: to('trace'),
    warn: to('warn'),
    error: to('error'),
    dir: to('info'),
    table: to('info'),
    assert: (isTrue, ...args) => {
      if (!isTrue) to('error')('Assertion failed:', ...args);
    },
  };
  for (const name of [
    'group',
    'groupCollapsed',
    'groupEnd',
    'time',
    'timeEnd',
    'timeLog',
    'count',
    'countReset',
  ]) {
    methods[name] = silent;
  }
  return methods;
}

/** From the workflow's random stream: the same on replay, and so not for keys or other secrets. */
const crypto = {
  randomUUID: (): string => api.uuid4(),
  getRandomValues<T extends ArrayBufferView>(view: T): T {
    const activator = commandingActivator('crypto.getRandomValues');
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    fillWithRandom(() => activator.random.next(), bytes);
    return view;
  },
  get subtle(): never {
    throw new DeterminismViolationError(
      'crypto.subtle cannot be used in workflow code: it runs on other threads of the host. Instead, call an activity.',
    );
  },
};

export const globals: Readonly<Record<string, unknown>> = {
  setTimeout,
  clearTimeout,
  console: makeConsole(),
  crypto,
};
