import { SourceMap } from 'node:module';

/** Positions in a bundle → positions in sources. The map is read when the first position is asked for. */
export class SourcePositions {
  readonly #json: string;
  #map: SourceMap | undefined;
  #texts: Map<string, string> | undefined;

  constructor(json: string) {
    this.#json = json;
  }

  /** `file:line:column`, all counted from 1; `undefined` for code that the bundler added. */
  map(line: number, column: number): string | undefined {
    this.#map ??= new SourceMap(JSON.parse(this.#json) as ConstructorParameters<typeof SourceMap>[0]);
    const entry = this.#map.findEntry(line - 1, column - 1);
    if (!('originalSource' in entry) || !entry.originalSource) return undefined;
    const file = cleanSource(entry.originalSource);
    if (file.startsWith('refrain-api:') || file.startsWith('<')) return undefined;
    return `${file}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
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
    const place = positions.map(Number(match[2]), Number(match[3]));
    if (place !== undefined) lines.push(`${match[1]}${place}${match[4]}`);
  }
  return lines.join('\n');
}
