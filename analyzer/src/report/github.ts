import { incompleteText, type CheckReport, type Diagnostic } from './model.js';
import { repositoryPath, shownAt, stepName } from './placement.js';
import type { ReportContext } from './reporter.js';

/** Workflow commands of GitHub Actions, which show findings at their lines in a pull request. */
export function githubReport(report: CheckReport, { prefix }: ReportContext): string {
  const lines = report.diagnostics.map((diagnostic) => `${annotation(diagnostic, prefix)}\n`);
  if (!report.summary.complete)
    lines.push(`::error title=refrain%3A incomplete::${escapeData(incompleteText)}\n`);
  return lines.join('');
}

function annotation(diagnostic: Diagnostic, prefix: string): string {
  const { file, line, column, endLine, endColumn } = shownAt(diagnostic);
  const properties = [
    `file=${escapeProperty(repositoryPath(prefix, file))}`,
    `line=${String(line)}`,
    ...(endLine === undefined ? [] : [`endLine=${String(endLine)}`]),
    // The runner drops columns of what spans several lines.
    ...(endLine !== undefined && endLine !== line ? [] : [`col=${String(column)}`]),
    ...(endColumn === undefined || endLine !== line ? [] : [`endColumn=${String(endColumn)}`]),
    `title=${escapeProperty(`refrain: ${diagnostic.ruleId}`)}`,
  ];
  const way = diagnostic.chain.map(stepName).join(' → ');
  const place = file === diagnostic.file ? '' : `in ${diagnostic.file}:${String(diagnostic.line)}`;
  const text = [diagnostic.message, place, way === '' ? '' : `via ${way}`, diagnostic.suggestion]
    .filter((part) => part !== '')
    .join('\n');
  return `::${diagnostic.severity} ${properties.join(',')}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
