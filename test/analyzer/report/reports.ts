/** Reports with everything that a format has to cope with. */

import type { CheckReport, Diagnostic } from '@refrain/analyzer';

/** Everything that a format has to escape. */
export const hostile = `100% "a<b>" & 'c' ]]> \u0001\ufffe\u001b[31m\r\n::error::x, y: z \ud83d\ude00`;

export const diagnostic: Diagnostic = {
  ruleId: 'wall-clock',
  severity: 'error',
  message: hostile,
  file: 'src/a b/ü,x:y%.ts',
  line: 3,
  column: 5,
  endLine: 3,
  endColumn: 15,
  workflow: 'run',
  reaches: 'command',
  chain: [
    { function: 'run', file: 'src/w.ts', line: 1, column: 1 },
    { function: '<anonymous>', file: 'src/a b/ü,x:y%.ts', line: 3, column: 5 },
  ],
  suggestion: hostile,
  docs: 'docs/rules/wall-clock.md',
};

export function reportOf(diagnostics: readonly Diagnostic[], complete = true): CheckReport {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return {
    version: 1,
    profile: 'temporal',
    summary: {
      workflows: 1,
      functions: 2,
      unresolvedCalls: 0,
      errors,
      warnings: diagnostics.length - errors,
      complete,
      durationMs: 0,
    },
    workflows: [{ name: 'run', file: 'src/w.ts', line: 1 }],
    diagnostics,
    unresolved: [{ file: 'src/ä b.ts', line: 1, column: 2, reason: hostile }],
  };
}

export const warning: Diagnostic = {
  ...diagnostic,
  severity: 'warning',
  ruleId: 'unused-suppression',
  chain: [],
};
export const reports = [reportOf([]), reportOf([diagnostic, warning]), reportOf([diagnostic], false)];
export const context = { verbose: false, prefix: '', readLine: () => undefined };
