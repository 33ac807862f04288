/**
 * Syntax that is rewritten: async functions become generators that the sandbox's own promises drive (so that no native
 * promise exists), `**` becomes a call that gives the same bits on each Node, `import()` becomes a bundled module.
 */
export const loweredSyntax = {
  'async-await': false,
  'async-generator': false,
  'for-await': false,
  'exponent-operator': false,
  'dynamic-import': false,
  using: false,
} as const;

/** The bundler's helpers, replaced by the sandbox's own; the number of lines stays the same. */
const helperPatterns: readonly [pattern: RegExp, replacement: string][] = [
  [/^( *)var __async = \([\s\S]*?^\1\};$/m, 'var __async = __refrain_helpers__.runAsync;'],
  [
    /^( *)var __asyncGenerator = \([\s\S]*?^\1\};$/m,
    'var __asyncGenerator = __refrain_helpers__.runAsyncGenerator;',
  ],
  [/^( *)var __yieldStar = \([\s\S]*?^\1\};$/m, 'var __yieldStar = __refrain_helpers__.yieldStar;'],
  [/^( *)var __await = function\([\s\S]*?^\1\};$/m, 'var __await = __refrain_helpers__.Await;'],
  [/^ *var __pow = Math\.pow;$/m, 'var __pow = __refrain_helpers__.pow;'],
];

export function replaceHelpers(code: string): string {
  let result = code;
  for (const [pattern, replacement] of helperPatterns) {
    result = result.replace(pattern, (text) => replacement + '\n'.repeat(text.split('\n').length - 1));
  }
  return result;
}

const catchLine = /^(\s*\} catch)(?: \((.+)\))? \{$/;

/**
 * Puts a call first into every `catch` block, at the end of its line so that no other position changes. (The line of a
 * catch clause has several mappings; a line inside a template literal that looks like one has a single one.)
 */
export function guardCatchBlocks(code: string, sourceMap: string): string {
  const { mappings } = JSON.parse(sourceMap) as { mappings: string };
  const mapped = mappings.split(';');
  const lines = code.split('\n');
  for (const [i, line] of lines.entries()) {
    const match = mapped[i]?.includes(',') ? catchLine.exec(line) : null;
    if (!match) continue;
    const [, head, binding] = match;
    const isName = binding !== undefined && /^[\w$]+$/.test(binding);
    const name = isName ? binding : '__refrain_error__';
    const rest = binding === undefined || isName ? '' : ` let ${binding} = ${name};`;
    lines[i] = `${head} (${name}) { __refrain_caught__(${name});${rest}`;
  }
  return lines.join('\n');
}
