/** Comments that take findings away; those without effect or reason are findings of their own. */

import type { FileIr, SuppressionIr } from '../graph/ir.js';
import type { Unit } from '../graph/state.js';
import { docsBase, placeOf, relativePath } from './assemble.js';
import type { Diagnostic } from './model.js';
import { adviceRules, ruleIds } from './rule-list.js';

export interface Suppressed {
  /** What is left, and what is wrong with the comments. */
  readonly diagnostics: Diagnostic[];
  /** Places of the comments that took something away. */
  readonly used: ReadonlySet<string>;
}

/** `atCalls` are comments that took findings in packages away, at the calls that lead there. */
export function applySuppressions(
  root: string,
  units: Iterable<Unit>,
  diagnostics: readonly Diagnostic[],
  atCalls: ReadonlySet<SuppressionIr>,
): Suppressed {
  const byFile = new Map<string, Diagnostic[]>();
  for (const diagnostic of diagnostics) {
    const list = byFile.get(diagnostic.file) ?? [];
    list.push(diagnostic);
    byFile.set(diagnostic.file, list);
  }
  const dropped = new Set<Diagnostic>();
  const problems: Diagnostic[] = [];
  const used = new Set<string>();
  for (const { ir } of units) {
    const file = relativePath(root, ir.path);
    for (const item of ir.suppressions) {
      const matching = (byFile.get(file) ?? []).filter(
        ({ line, ruleId }) => line === item.line + 1 && ruleId === item.rule,
      );
      const problem = problemOf(item, matching.length > 0 || atCalls.has(item));
      if (problem === undefined) {
        for (const diagnostic of matching) dropped.add(diagnostic);
        used.add(placeKey({ file, ...placeOf(ir, item.at) }));
      } else if (ir.kind === 'source') {
        // Nobody can mend a comment in a package.
        problems.push(problemDiagnostic(ir, file, item, problem));
      }
    }
  }
  return { diagnostics: [...diagnostics.filter((item) => !dropped.has(item)), ...problems], used };
}

export function placeKey({ file, line, column }: Pick<Diagnostic, 'file' | 'line' | 'column'>): string {
  return [file, line, column].join('\0');
}

/** Whether a comment is such that it can take findings away. */
export function takesAway(comment: SuppressionIr): boolean {
  return problemOf(comment, true) === undefined;
}

interface Problem {
  readonly ruleId: 'unused-suppression' | 'suppression-without-reason';
  readonly message: string;
  readonly suggestion: string;
}

function problemOf({ rule, reason }: SuppressionIr, takesSomething: boolean): Problem | undefined {
  if (rule === '') {
    return {
      ruleId: 'unused-suppression',
      message: 'A suppression names the rule: `// refrain-ignore <rule> -- why it is safe`.',
      suggestion: 'Name the rule that the finding on the next line shows.',
    };
  }
  if (!ruleIds.includes(rule) || adviceRules.has(rule)) {
    return {
      ruleId: 'unused-suppression',
      message: `There is no rule \`${rule}\` to suppress.`,
      suggestion: '`refrain explain` lists the rules.',
    };
  }
  if (reason === '') {
    return {
      ruleId: 'suppression-without-reason',
      message: `A suppression needs a reason: \`// refrain-ignore ${rule} -- why it is safe\`.`,
      suggestion: 'Say why it is safe, after two dashes.',
    };
  }
  if (takesSomething) return undefined;
  return {
    ruleId: 'unused-suppression',
    message: `Nothing to suppress here: no \`${rule}\` finding on the next line.`,
    suggestion: 'Remove the comment.',
  };
}

function problemDiagnostic(ir: FileIr, file: string, item: SuppressionIr, problem: Problem): Diagnostic {
  const from = placeOf(ir, item.at);
  const to = placeOf(ir, item.end);
  return {
    ...problem,
    severity: 'warning',
    file,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    workflow: '',
    reaches: 'nothing',
    chain: [],
    docs: `${docsBase}${problem.ruleId}.md`,
  };
}
