import { readFileSync } from 'node:fs';
import type { SourceLocation } from './target.js';

/** The lines around a place, with a mark at it; undefined when the file cannot be read. */
export function codeFrame({ file, line, column }: SourceLocation, context = 2): string | undefined {
  const lines = linesOf(file);
  if (!lines || line > lines.length) return undefined;
  const from = Math.max(1, line - context);
  const to = Math.min(lines.length, line + context);
  const width = String(to).length;
  const frame: string[] = [];
  for (let number = from; number <= to; number++) {
    const mark = number === line ? '>' : ' ';
    frame.push(`${mark} ${String(number).padStart(width)} | ${lines[number - 1]!}`.trimEnd());
    if (number === line) frame.push(`  ${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1))}^`);
  }
  return frame.join('\n');
}

/** The statement at a place as far as one line shows it. */
export function sourceLine({ file, line }: SourceLocation): string | undefined {
  return linesOf(file)?.[line - 1]?.trim() || undefined;
}

function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    return undefined;
  }
}
