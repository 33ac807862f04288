import { SourceMap } from 'node:module';
import type { SourceMapping } from 'node:module';
import type { SourceLocation } from './target.js';

/**
 * Finds the user's line in a stack of bundled code: the innermost frame whose source is not in node_modules, and
 * else the innermost one that has a source.
 */
export function createLocator(
  filename: string,
  sourceMapJson: string,
): (stack: string) => SourceLocation | undefined {
  let map: SourceMap | undefined;
  return (stack) => {
    let dependency: SourceLocation | undefined;
    for (const [line, column] of framesOf(stack, filename)) {
      map ??= new SourceMap(JSON.parse(sourceMapJson) as ConstructorParameters<typeof SourceMap>[0]);
      const entry = map.findEntry(line - 1, column - 1) as Partial<SourceMapping>;
      if (!entry.originalSource || entry.originalLine === undefined) continue;
      if (entry.originalSource.endsWith('refrain-entry.js')) continue;
      const location = {
        file: entry.originalSource,
        line: entry.originalLine + 1,
        column: (entry.originalColumn ?? 0) + 1,
      };
      if (!/[\\/]node_modules[\\/]/.test(location.file)) return location;
      dependency ??= location;
    }
    return dependency;
  };
}

function* framesOf(stack: string, filename: string): Generator<[number, number]> {
  for (const frame of stack.split('\n')) {
    const at = frame.lastIndexOf(`${filename}:`);
    if (at < 0) continue;
    const [line, column] = frame.slice(at + filename.length + 1).split(':');
    const position: [number, number] = [Number.parseInt(line!, 10), Number.parseInt(column ?? '1', 10)];
    if (position.every((n) => n > 0)) yield position;
  }
}
