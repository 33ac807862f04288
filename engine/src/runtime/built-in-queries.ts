import { RawValue } from '../converter/payload-converter.js';
import { IllegalStateError } from '../failures/errors.js';
import type { Activator, QueryEntry } from './activator.js';
import { enhancedStackTraceQueryName, metadataQueryName, stackTraceQueryName } from './reserved-names.js';
import { realm } from './realm.js';

export interface StackTraceSDKInfo {
  name: string;
  version: string;
}

export interface StackTraceFileSlice {
  line_offset: number;
  content: string;
}

export interface StackTraceFileLocation {
  file_path?: string;
  line?: number;
  column?: number;
  function_name?: string;
  internal_code: boolean;
}

export interface StackTrace {
  locations: StackTraceFileLocation[];
}

export interface EnhancedStackTrace {
  sdk: StackTraceSDKInfo;
  sources: Record<string, StackTraceFileSlice[]>;
  stacks: StackTrace[];
}

/** One stack, mapped to sources, for each thing that the execution waits for; equal ones once. */
function waitingStacks(activator: Activator): string[] {
  if (!activator.options.stackTraces) {
    throw new IllegalStateError('Workflow stack traces are not enabled on this worker (option stackTraces)');
  }
  const stacks = new Set<string>();
  for (const holder of activator.waitingStacks.values()) {
    const text = realm?.formatStack(holder, true) ?? '';
    if (text) stacks.add(text);
  }
  return [...stacks];
}

const framePattern = /^\s*at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

function locationsOf(stack: string): StackTraceFileLocation[] {
  const locations: StackTraceFileLocation[] = [];
  for (const line of stack.split('\n')) {
    const match = framePattern.exec(line);
    if (!match) continue;
    const [, functionName, filePath, row, column] = match;
    locations.push({
      file_path: filePath!,
      line: Number(row),
      column: Number(column),
      ...(functionName ? { function_name: functionName } : {}),
      internal_code: false,
    });
  }
  return locations;
}

function enhancedStackTrace(activator: Activator): EnhancedStackTrace {
  const stacks = waitingStacks(activator).map((stack) => ({ locations: locationsOf(stack) }));
  const sources: Record<string, StackTraceFileSlice[]> = {};
  for (const { file_path: file } of stacks.flatMap((stack) => stack.locations)) {
    const content = file === undefined ? undefined : realm?.host.sourceText(file);
    if (file !== undefined && content !== undefined) sources[file] = [{ line_offset: 0, content }];
  }
  return { sdk: { name: 'refrain', version: '0.1.0' }, stacks, sources };
}

function metadata(activator: Activator): object {
  const described = (entries: ReadonlyMap<string, { readonly description?: string | undefined }>) =>
    [...entries].map(([name, { description }]) => ({ name, description }));
  return {
    definition: {
      type: activator.info.workflowType,
      queryDefinitions: described(activator.queryHandlers),
      signalDefinitions: described(activator.signalHandlers),
      updateDefinitions: described(activator.updateHandlers),
    },
    currentDetails: activator.currentDetails,
  };
}

export function addBuiltInQueries(activator: Activator): void {
  const add = (name: string, description: string, answer: () => unknown): void => {
    const entry: QueryEntry = { handler: () => new RawValue(answer()), description };
    activator.queryHandlers.set(name, entry);
  };
  add(stackTraceQueryName, 'Returns a sensible stack trace.', () => waitingStacks(activator).join('\n\n'));
  add(enhancedStackTraceQueryName, 'Returns a stack trace annotated with source information.', () =>
    enhancedStackTrace(activator),
  );
  add(metadataQueryName, 'Returns metadata associated with this workflow.', () => metadata(activator));
}
