import { activatorFor, maybeActivator } from './activator.js';
import type { WorkflowInfo } from './info.js';
import { composeInterceptors } from './interceptors.js';
import { updateScope } from './update-scope.js';

/** A function of the host that workflow code may call but that gives nothing back. */
export type SinkFunction = (...args: never[]) => void;
export type Sink = Record<string, SinkFunction>;
export type Sinks = Record<string, Sink>;

/** Functions that run on the host after the activation; see the worker's `sinks` option. */
export function proxySinks<T extends Sinks>(): T {
  return new Proxy({} as T, {
    get: (_sinks, ifaceName) =>
      new Proxy(
        {},
        {
          get:
            (_sink, fnName) =>
            (...args: unknown[]) =>
              callSink(String(ifaceName), String(fnName), args),
        },
      ),
  });
}

export function callSink(ifaceName: string, fnName: string, args: unknown[]): void {
  const activator = activatorFor('proxySinks');
  activator.sinkCalls.push({ ifaceName, fnName, args: structuredClone(args), workflowInfo: activator.info });
}

export interface WorkflowLogger {
  trace(message: string, attrs?: Record<string, unknown>): void;
  debug(message: string, attrs?: Record<string, unknown>): void;
  info(message: string, attrs?: Record<string, unknown>): void;
  warn(message: string, attrs?: Record<string, unknown>): void;
  error(message: string, attrs?: Record<string, unknown>): void;
}

/** The sink that log entries go to. */
export const loggerSinkName = '__refrain_logger';

type Level = keyof WorkflowLogger;

function write(level: Level, message: string, attrs?: Record<string, unknown>): void {
  const activator = activatorFor('log');
  // Replayed entries were written when the code first ran.
  if (activator.info.unsafe.isReplayingHistoryEvents) return;
  const attributesOf = composeInterceptors(
    activator.interceptors.outbound,
    'getLogAttributes',
    (input) => input,
  );
  const attributes = attributesOf(workflowLogAttributes(activator.info));
  const meta = { sdkComponent: 'workflow', ...attributes, ...attrs };
  activator.sinkCalls.push({
    ifaceName: loggerSinkName,
    fnName: level,
    args: [String(message), toLoggable(meta, 0)],
    workflowInfo: activator.info,
  });
}

/** Silent during replay, so that each entry is written once. */
export const log: WorkflowLogger = {
  trace: (message, attrs) => write('trace', message, attrs),
  debug: (message, attrs) => write('debug', message, attrs),
  info: (message, attrs) => write('info', message, attrs),
  warn: (message, attrs) => write('warn', message, attrs),
  error: (message, attrs) => write('error', message, attrs),
};

export function workflowLogAttributes(info: WorkflowInfo): Record<string, unknown> {
  const update = maybeActivator() ? updateScope.getStore() : undefined;
  return {
    namespace: info.namespace,
    taskQueue: info.taskQueue,
    workflowId: info.workflowId,
    runId: info.runId,
    workflowType: info.workflowType,
    ...(update ? { updateId: update.id, updateName: update.name } : {}),
  };
}

const maxLogDepth = 6;
const maxLogItems = 100;

/** A plain copy of what is logged: no functions, no cycles, bounded in depth and width. */
export function toLoggable(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[Function ${value.name}]`;
  if (typeof value === 'symbol') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= maxLogDepth) return '[…]';
  if (value instanceof Error) {
    const cause = value.cause === undefined ? {} : { cause: toLoggable(value.cause, depth + 1) };
    return { name: value.name, message: value.message, stack: value.stack, ...cause };
  }
  if (value instanceof Date) return isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (Array.isArray(value)) return value.slice(0, maxLogItems).map((item) => toLoggable(item, depth + 1));
  if (value instanceof Map) return toLoggable(Object.fromEntries(value), depth);
  if (value instanceof Set) return toLoggable([...value], depth);
  const copy: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value).slice(0, maxLogItems)) {
    copy[key] = toLoggable(field, depth + 1);
  }
  return copy;
}
