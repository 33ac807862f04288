import { SourceMap } from 'node:module';
import type { SourceMapping } from 'node:module';
import type { Completion } from '../core/activation.js';
import type { Failure } from '../history/messages.js';

const framePattern = /^(\s*at (?:.* \()?)([^()\s]+):(\d+):(\d+)(\)?)$/;

/** Stacks of bundled code as the author would have them: positions in the sources, without the frames that run it. */
export function createStackMapper(filename: string, sourceMapJson: string): (stack: string) => string {
  let map: SourceMap | undefined;
  const place = (frame: RegExpExecArray): string | undefined => {
    const [, start, file, line, column, end] = frame;
    if (file !== filename) return undefined;
    map ??= new SourceMap(JSON.parse(sourceMapJson) as ConstructorParameters<typeof SourceMap>[0]);
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1) as Partial<SourceMapping>;
    if (!entry.originalSource || entry.originalLine === undefined) return undefined;
    return `${start}${entry.originalSource}:${entry.originalLine + 1}:${(entry.originalColumn ?? 0) + 1}${end}`;
  };
  return (stack) =>
    stack
      .split('\n')
      .flatMap((line) => {
        const frame = framePattern.exec(line);
        return frame ? (place(frame) ?? []) : line;
      })
      .join('\n');
}

/** The frames of a readable stack, as the SDKs' enhanced stack traces have them. */
export function locationsOf(stack: string): readonly object[] {
  return stack.split('\n').flatMap((line) => {
    const frame = framePattern.exec(line);
    if (!frame) return [];
    const [, start, file, row, column] = frame;
    const name = /at (.*) \($/.exec(start!)?.[1];
    const place = { file_path: file, line: Number(row), column: Number(column), internal_code: false };
    return [{ ...place, ...(name !== undefined && { function_name: name }) }];
  });
}

/** A completion whose failures have readable stacks. */
export function withReadableStacks(completion: Completion, read: (stack: string) => string): Completion {
  if (completion.status === 'failed') return { ...completion, failure: readable(completion.failure, read) };
  if (!completion.commands.some(({ type }) => type === 'failWorkflowExecution')) return completion;
  return {
    ...completion,
    commands: completion.commands.map((command) =>
      command.type === 'failWorkflowExecution'
        ? { ...command, failure: readable(command.failure, read) }
        : command,
    ),
  };
}

function readable(failure: Failure, read: (stack: string) => string): Failure {
  const { stackTrace, cause } = failure;
  return {
    ...failure,
    ...(stackTrace ? { stackTrace: read(stackTrace) } : {}),
    ...(cause ? { cause: readable(cause, read) } : {}),
  };
}
