import { SourceMap } from 'node:module';

/** Positions in a bundle → positions in sources. The map is read when the first position is asked for. */
export class SourcePositions {
  readonly #json: string;
  readonly #code: string;
  #lines: string[] | undefined;
  #map: SourceMap | undefined;
  #texts: Map<string, string> | undefined;

  constructor(code: string, sourceMap: string) {
    this.#code = code;
    this.#json = sourceMap;
  }

  /** `file:line:column`, all counted from 1; `undefined` for code that the bundler added. */
  map(line: number, column: number): string | undefined {
    // The call that starts an async function's body is the bundler's, not the author's.
    if (this.#line(line).startsWith('__async', column - 1)) return undefined;
    this.#map ??= new SourceMap(JSON.parse(this.#json) as ConstructorParameters<typeof SourceMap>[0]);
    const entry = this.#map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || !entry.originalSource) return undefined;
    const file = cleanSource(entry.originalSource);
    if (file.startsWith('refrain-api:') || file.startsWith('<')) return undefined;
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }

  /** The name of the async function whose body the line is in: the bundler makes a nameless generator of it. */
  asyncFunctionAt(line: number): string | undefined {
    let indent = indentOf(this.#line(line));
    for (let i = line - 1; i >= 1; i--) {
      const text = this.#line(i);
      if (text.trim() === '' || indentOf(text) >= indent) continue;
      indent = indentOf(text);
      if (!/\b__async(?:Generator)?\(.*function\* ?\(/.test(text)) continue;
      return nameIn(text) ?? (/^\s*return __async/.test(text) ? nameIn(this.#line(i - 1)) : undefined);
    }
    return undefined;
  }

  #line(line: number): string {
    this.#lines ??= this.#code.split('\n');
    return this.#lines[line - 1] ?? '';
  }

  text(file: string): string | undefined {
    if (this.#texts === undefined) {
      const { sources, sourcesContent } = JSON.parse(this.#json) as {
        sources: string[];
        sourcesContent?: (string | null)[];
      };
      this.#texts = new Map(sources.map((source, i) => [cleanSource(source), sourcesContent?.[i] ?? '']));
    }
    return this.#texts.get(file);
  }
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function nameIn(line: string): string | undefined {
  return (
    /function\*? ([\w$]+)\(/.exec(line)?.[1] ??
    /(?:const|let|var) ([\w$]+) = /.exec(line)?.[1] ??
    /^\s*(?:static )?([\w$]+)\(.*\) \{$/.exec(line)?.[1] ??
    /([\w$]+): (?:\(|__async)/.exec(line)?.[1]
  );
}

/** esbuild writes sources relative to its output folder, which is `/refrain`. */
function cleanSource(source: string): string {
  return source
    .replace(/^(?:\.\.\/)+/, '/')
    .replace(/^\/(refrain-source|refrain-api|refrain-stand-in):/, '$1:');
}

const framePattern = /^(\s*at (?:.*? \()?)refrain:workflow-bundle:(\d+):(\d+)(\)?)$/;

/**
 * A raw stack (positions in the bundle), as commands carry it in `callSite`, with positions in the sources instead.
 * Frames without a source are left out.
 */
export function mapCallSite(positions: SourcePositions, stack: string): string {
  const lines: string[] = [];
  for (const line of stack.split('\n')) {
    const match = framePattern.exec(line);
    if (!match) {
      lines.push(line);
      continue;
    }
    const row = Number(match[2]);
    const place = positions.map(row, Number(match[3]));
    if (place === undefined) continue;
    const name = match[4] ? undefined : positions.asyncFunctionAt(row);
    lines.push(name ? `    at ${name} (${place})` : `${match[1]}${place}${match[4]}`);
  }
  return lines.join('\n');
}
