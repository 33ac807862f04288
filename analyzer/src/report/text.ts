import { incompleteText, type CheckReport, type Diagnostic } from './model.js';
import { stepName } from './placement.js';
import type { ReportContext } from './reporter.js';

const maxUnresolved = 10;

/** For people: one block per finding, with the code and the way there. */
export function textReport(report: CheckReport, context: ReportContext): string {
  const blocks = report.diagnostics.map((diagnostic) => block(diagnostic, context));
  const unresolved = unresolvedLines(report, context);
  const incomplete = report.summary.complete ? [] : [incompleteText];
  return [...blocks, ...unresolved, ...incomplete, summaryLine(report), ...baselineLines(report), ''].join(
    '\n',
  );
}

function block(diagnostic: Diagnostic, context: ReportContext): string {
  const place = `${diagnostic.file}:${String(diagnostic.line)}:${String(diagnostic.column)}`;
  const lines = [
    `${place.replace(control, '\ufffd')}  ${diagnostic.severity}  ${diagnostic.message}  ${diagnostic.ruleId}`,
  ];
  lines.push(...codeFrame(diagnostic, context));
  if (diagnostic.chain.length > 1) lines.push(`  ${wayOf(diagnostic, context)}`);
  if (diagnostic.reaches !== 'nothing')
    lines.push(`  The value reaches: ${reachesText[diagnostic.reaches]}.`);
  if (diagnostic.suggestion !== '') lines.push(`  ${diagnostic.suggestion}`);
  return `${lines.join('\n')}\n`;
}

const reachesText = {
  command: 'a command',
  branch: 'a branch around commands',
  identity: 'the name or id of a command',
  result: "the workflow's result",
  state: "the workflow's state",
  nothing: 'nothing that is recorded',
};

/** Short: the functions on the way. Verbose: each with its place. */
function wayOf(diagnostic: Diagnostic, context: ReportContext): string {
  const { chain } = diagnostic;
  if (context.verbose) {
    return chain
      .map((frame, index) => {
        const arrow = index === 0 ? 'from' : '  at';
        return `${arrow} ${stepName(frame)} (${frame.file}:${String(frame.line)}:${String(frame.column)})`;
      })
      .join('\n  ');
  }
  const names = chain.map(stepName);
  const shown = names.length <= 6 ? names : [...names.slice(0, 3), '…', ...names.slice(-2)];
  return `via ${shown.join(' → ')}`;
}

/** What would move the cursor, or write in colours of its own; tabs stay. */
const control = /[^\P{Cc}\t]/gu;

function codeFrame(diagnostic: Diagnostic, context: ReportContext): string[] {
  const text = context.readLine(diagnostic.file, diagnostic.line);
  if (text === undefined || text.length > 200) return [];
  const line = text.replace(control, '\ufffd');
  const number = String(diagnostic.line);
  const end = diagnostic.endLine === diagnostic.line ? diagnostic.endColumn : text.length + 1;
  const indent = text.slice(0, diagnostic.column - 1).replace(/[^\t]/g, ' ');
  const marks = '^'.repeat(Math.max(1, end - diagnostic.column));
  return [`  ${number} | ${line}`, `  ${' '.repeat(number.length)} | ${indent}${marks}`];
}

function unresolvedLines(report: CheckReport, context: ReportContext): string[] {
  if (report.unresolved.length === 0) return [];
  const shown = context.verbose ? report.unresolved : report.unresolved.slice(0, maxUnresolved);
  const lines = shown.map(
    (entry) => `  ${entry.file}:${String(entry.line)}:${String(entry.column)}  ${entry.reason}`,
  );
  const rest = report.unresolved.length - shown.length;
  if (rest > 0) lines.push(`  … and ${String(rest)} more (--verbose lists them)`);
  return ['Not resolved, so neither safe nor unsafe:', ...lines, ''];
}

function summaryLine(report: CheckReport): string {
  const { summary } = report;
  const findings =
    summary.errors + summary.warnings === 0
      ? 'no findings'
      : `${plural(summary.errors, 'error')}, ${plural(summary.warnings, 'warning')}`;
  const looked = `${plural(summary.workflows, 'workflow')}, ${plural(summary.functions, 'function')} (${report.profile})`;
  return `${looked}: ${findings}, ${plural(summary.unresolvedCalls, 'unresolved call')}.`;
}

function baselineLines({ baseline }: CheckReport): string[] {
  if (baseline === undefined) return [];
  const held = plural(baseline.known, 'finding');
  if (baseline.made) return [`The baseline is new, and holds back ${held} from now on. Commit it.`];
  const lines = [`The baseline holds back ${held}.`];
  if (baseline.obsolete > 0)
    lines.push(
      `${plural(baseline.obsolete, 'finding')} of the baseline ${baseline.obsolete === 1 ? 'is' : 'are'} gone: take them out with --update-baseline.`,
    );
  return lines;
}

function plural(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
