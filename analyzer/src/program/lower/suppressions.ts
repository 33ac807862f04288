import type { SuppressionIr } from '../../graph/ir.js';

const pattern = /refrain-ignore(?:-next-line)?(?![\w-])([^\n]*)/g;

/**
 * Comments of the form `// refrain-ignore <rule>, <rule> -- <reason>`; each applies to the next line of code. One
 * that names no rule is given with an empty name.
 */
export function suppressionsIn(text: string, lineStarts: readonly number[]): SuppressionIr[] {
  if (!text.includes('refrain-ignore')) return [];
  const found: SuppressionIr[] = [];
  for (const match of text.matchAll(pattern)) {
    const line = lineAt(lineStarts, match.index);
    const marker = /^\s*(\/\/|\/\*\*?|\*|\{\s*\/\*)\s*$/.exec(text.slice(lineStarts[line], match.index))?.[1];
    if (marker === undefined) continue;
    const rest = match[1]!;
    const closes = rest.includes('*/');
    const [names = '', ...reason] = rest.replace(/\*\/.*$/, '').split('--');
    const rules = [...names.matchAll(/[^\s,]+/g)].slice(0, reason.length === 0 ? 1 : undefined);
    // Prose about such comments: `refrain-ignore <rule>`.
    if (rules[0] !== undefined && !/^[\w@/-]+$/.test(rules[0][0])) continue;
    const applies = {
      reason: reason.join('--').trim(),
      line: nextCodeLine(text, lineStarts, line, marker !== '//' && !closes),
      end: match.index + match[0].trimEnd().length,
    };
    for (const [index, rule] of (rules.length === 0 ? [undefined] : rules).entries()) {
      const at = index === 0 ? match.index : match.index + match[0].length - rest.length + rule!.index;
      found.push({ ...applies, rule: rule?.[0].replace(/^@?refrain\//, '') ?? '', at });
    }
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

/** Comments may follow one another, those of other tools among them; they all apply to the code below them. */
function nextCodeLine(text: string, lineStarts: readonly number[], line: number, inComment: boolean): number {
  let next = line + 1;
  let open = inComment;
  for (; next < lineStarts.length; next += 1) {
    const content = text.slice(lineStarts[next], lineStarts[next + 1] ?? text.length);
    const rest = afterComments(content, open);
    if (rest.text !== '') break;
    open = rest.open;
  }
  return next;
}

/** What of a line is not comment, and whether a comment is open at its end. */
function afterComments(
  content: string,
  inComment: boolean,
): { readonly text: string; readonly open: boolean } {
  let text = content.trim();
  let open = inComment;
  for (;;) {
    if (open) {
      const end = text.indexOf('*/');
      if (end < 0) return { text: '', open };
      // The comment of JSX stands in braces.
      text = text.slice(end + 2).replace(/^\s*\}?\s*/, '');
      open = false;
    }
    if (text.startsWith('//')) return { text: '', open };
    const start = /^\{?\s*\/\*/.exec(text)?.[0].length;
    if (start === undefined) return { text, open };
    text = text.slice(start);
    open = true;
  }
}
