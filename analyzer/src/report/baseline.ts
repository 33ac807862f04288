/**
 * A baseline lists findings of old code that are not to fail the check. Findings are known by rule,
 * file, function and the text of their line, so that they survive code moving up and down.
 */

import type { CheckReport, Diagnostic } from './model.js';
import type { ReportContext } from './reporter.js';

interface Baseline {
  readonly version: 1;
  readonly findings: Readonly<Record<string, number>>;
}

function keyOf(diagnostic: Diagnostic, context: ReportContext): string {
  const line = context.readLine(diagnostic.file, diagnostic.line) ?? '';
  const within = diagnostic.chain.at(-1)?.function ?? '';
  return [diagnostic.ruleId, diagnostic.file, within, line.trim().replace(/\s+/g, ' ')].join(' | ');
}

export function writeBaseline(report: CheckReport, context: ReportContext): string {
  const findings: Record<string, number> = {};
  for (const key of report.diagnostics.map((diagnostic) => keyOf(diagnostic, context)).sort()) {
    findings[key] = (findings[key] ?? 0) + 1;
  }
  const baseline: Baseline = { version: 1, findings };
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** The baseline in a file's text, or undefined when it is none. */
export function readBaseline(text: string): Baseline | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || !('version' in json) || !('findings' in json))
    return undefined;
  if (json.version !== 1 || typeof json.findings !== 'object' || json.findings === null) return undefined;
  const findings: Record<string, number> = {};
  for (const [key, count] of Object.entries(json.findings))
    if (typeof count === 'number') findings[key] = count;
  return { version: 1, findings };
}

/** The report without what the baseline knows. */
export function applyBaseline(report: CheckReport, baseline: Baseline, context: ReportContext): CheckReport {
  const left = new Map(Object.entries(baseline.findings));
  const diagnostics = report.diagnostics.filter((diagnostic) => {
    const key = keyOf(diagnostic, context);
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count <= 0;
  });
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return { ...report, diagnostics, summary: { ...report.summary, errors, warnings } };
}
