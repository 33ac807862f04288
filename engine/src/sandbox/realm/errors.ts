/**
 * Errors whose stacks are the same on every machine: only frames of the workflow bundle, in one format; and an
 * `Error` whose settings (`stackTraceLimit`, `prepareStackTrace`) workflow code cannot change.
 */
const Native = Error;
const { construct } = Reflect;
const nativeCapture = (Native as unknown as { captureStackTrace(target: object): void }).captureStackTrace;

interface CallSite {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | undefined;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  isAsync?(): boolean;
}

export interface StackOptions {
  /** The name that the bundle is compiled under. */
  readonly scriptName: string;
  readonly mapPosition: (line: number, column: number) => string | undefined;
  readonly asyncFunctionAt: (line: number) => string | undefined;
}

/** Frames of the runtime count too; each costs time for every error. */
const frameLimit = 30;
const shownFrames = 20;

let isMapping = true;
/** True while the runtime reads a stack that it captured itself: then there is no header. */
let isBare = false;

function formatFrames(frames: readonly CallSite[], options: StackOptions): string[] {
  const lines: string[] = [];
  for (const frame of frames) {
    if (lines.length >= shownFrames) break;
    if (frame.getScriptNameOrSourceURL() !== options.scriptName || frame.isAsync?.() === true) continue;
    const line = frame.getLineNumber() ?? 0;
    const column = frame.getColumnNumber() ?? 0;
    const mapped = isMapping ? options.mapPosition(line, column) : undefined;
    // Helpers that the bundler adds have no source.
    if (isMapping && mapped === undefined) continue;
    const place = mapped ?? `${options.scriptName}:${line}:${column}`;
    const name = frame.getFunctionName() || (isMapping ? options.asyncFunctionAt(line) : undefined);
    lines.push(name ? `    at ${name} (${place})` : `    at ${place}`);
  }
  return lines;
}

function headerOf(error: unknown): string {
  if (isBare) return '';
  try {
    return Reflect.apply(Native.prototype.toString, error, []);
  } catch {
    return 'Error';
  }
}

/** A stack that is not part of an error. Captured cheaply, formatted on demand, once. */
export function captureStack(holder: object): void {
  nativeCapture(holder);
}

export function formatStack(holder: object, mapped: boolean): string {
  isMapping = mapped;
  isBare = true;
  try {
    return (holder as { stack?: string }).stack ?? '';
  } finally {
    isMapping = true;
    isBare = false;
  }
}

/** Replaces `Error` in the realm. Native subclasses inherit from the new one. */
export function installErrors(options: StackOptions): ErrorConstructor {
  Native.stackTraceLimit = frameLimit;
  const prepare = (error: unknown, frames: readonly CallSite[]): string => {
    const header = headerOf(error);
    const lines = formatFrames(frames, options);
    return header === '' ? lines.join('\n') : [header, ...lines].join('\n');
  };
  const WorkflowError = function (this: unknown, ...args: unknown[]): unknown {
    return construct(Native, args, new.target ?? WorkflowError);
  };
  const define = (name: string, descriptor: PropertyDescriptor): void => {
    Object.defineProperty(WorkflowError, name, { configurable: true, ...descriptor });
  };
  Object.defineProperty(WorkflowError, 'name', { value: 'Error', configurable: true });
  Object.defineProperty(WorkflowError, 'length', { value: 1, configurable: true });
  Object.defineProperty(WorkflowError, 'prototype', { value: Native.prototype, writable: false });
  define('captureStackTrace', {
    value: function captureStackTrace(target: object, ..._rest: unknown[]): void {
      nativeCapture(target);
    },
  });
  // Libraries set these; here that has no effect, rather than being an error.
  define('stackTraceLimit', { get: () => 10, set: () => undefined });
  define('prepareStackTrace', { get: () => prepare, set: () => undefined });
  Object.defineProperty(Native.prototype, 'constructor', {
    value: WorkflowError,
    writable: true,
    configurable: true,
  });
  for (const subclass of [
    AggregateError,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ]) {
    Object.setPrototypeOf(subclass, WorkflowError);
  }
  return WorkflowError as unknown as ErrorConstructor;
}
