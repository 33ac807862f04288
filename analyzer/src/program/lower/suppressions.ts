import type { SuppressionIr } from '../../graph/ir.js';

const pattern = /refrain-ignore(?:-next-line)?[ \t]+([\w@/-]+)[ \t]*(?:--[ \t]*([^\n]*))?/g;

/** Comments of the form `// refrain-ignore <rule> -- <reason>`; each applies to the next line of code. */
export function suppressionsIn(text: string, lineStarts: readonly number[]): SuppressionIr[] {
  if (!text.includes('refrain-ignore')) return [];
  const found: SuppressionIr[] = [];
  for (const match of text.matchAll(pattern)) {
    const line = lineAt(lineStarts, match.index);
    const before = text.slice(lineStarts[line], match.index);
    if (!/^\s*(\/\/|\/\*|\*|\{\/\*)\s*$/.test(before)) continue;
    const reason = (match[2] ?? '').replace(/\*\/.*$/, '').trim();
    const at = match.index;
    found.push({
      rule: match[1]!,
      reason,
      line: nextCodeLine(text, lineStarts, line),
      at,
      end: at + match[0].trimEnd().length,
    });
  }
  return found;
}

export function lineAt(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Comments may follow one another; they all apply to the code below them. */
function nextCodeLine(text: string, lineStarts: readonly number[], line: number): number {
  let next = line + 1;
  while (next < lineStarts.length) {
    const content = text.slice(lineStarts[next], lineStarts[next + 1] ?? text.length).trim();
    if (content !== '' && !content.startsWith('//') && !content.startsWith('*')) break;
    next += 1;
  }
  return next;
}
