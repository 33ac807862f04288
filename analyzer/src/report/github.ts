import { incompleteText, type CheckReport, type Diagnostic } from './model.js';

/** Workflow commands of GitHub Actions, which show findings at their lines in a pull request. */
export function githubReport(report: CheckReport): string {
  const lines = report.diagnostics.map((diagnostic) => `${annotation(diagnostic)}\n`);
  if (!report.summary.complete)
    lines.push(`::error title=refrain%3A incomplete::${escapeData(incompleteText)}\n`);
  return lines.join('');
}

function annotation(diagnostic: Diagnostic): string {
  const properties = [
    `file=${escapeProperty(diagnostic.file)}`,
    `line=${String(diagnostic.line)}`,
    `col=${String(diagnostic.column)}`,
    `endLine=${String(diagnostic.endLine)}`,
    `endColumn=${String(diagnostic.endColumn)}`,
    `title=${escapeProperty(`refrain: ${diagnostic.ruleId}`)}`,
  ];
  const way = diagnostic.chain.map((frame) => frame.function).join(' → ');
  const text = [diagnostic.message, way === '' ? '' : `via ${way}`, diagnostic.suggestion]
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
