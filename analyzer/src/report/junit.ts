import { incompleteText, type CheckReport, type Diagnostic } from './model.js';

/** One test suite per file with findings; a file without findings is one passed test. */
export function junitReport(report: CheckReport): string {
  const byFile = new Map<string, Diagnostic[]>();
  for (const workflow of report.workflows) if (!byFile.has(workflow.file)) byFile.set(workflow.file, []);
  for (const diagnostic of report.diagnostics) {
    const list = byFile.get(diagnostic.file);
    if (list === undefined) byFile.set(diagnostic.file, [diagnostic]);
    else list.push(diagnostic);
  }
  const suites = [...byFile]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([file, diagnostics]) => suite(file, diagnostics));
  const { complete } = report.summary;
  if (!complete) suites.push(incompleteSuite());
  const found = [...byFile.values()].reduce((sum, list) => sum + Math.max(1, list.length), 0);
  const total = found + (complete ? 0 : 1);
  const failures = report.summary.errors + (complete ? 0 : 1);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="refrain check" tests="${String(total)}" failures="${String(failures)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function incompleteSuite(): string {
  return [
    '  <testsuite name="refrain check" tests="1" failures="1">',
    `    <testcase classname="refrain check" name="complete"><failure type="RFN5006" message="${escapeXml(incompleteText)}"/></testcase>`,
    '  </testsuite>',
  ].join('\n');
}

function suite(file: string, diagnostics: readonly Diagnostic[]): string {
  const failures = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const tests = Math.max(1, diagnostics.length);
  const cases =
    diagnostics.length === 0
      ? [`    <testcase classname="${escapeXml(file)}" name="deterministic"/>`]
      : diagnostics.map((diagnostic) => testCase(file, diagnostic));
  return [
    `  <testsuite name="${escapeXml(file)}" tests="${String(tests)}" failures="${String(failures)}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

function testCase(file: string, diagnostic: Diagnostic): string {
  const place = `${diagnostic.file}:${String(diagnostic.line)}:${String(diagnostic.column)}`;
  const name = `${diagnostic.ruleId} at ${String(diagnostic.line)}:${String(diagnostic.column)}`;
  const way = diagnostic.chain
    .map((frame) => `${frame.function} (${frame.file}:${String(frame.line)})`)
    .join('\n');
  const body = escapeXml([place, way, diagnostic.suggestion].filter((part) => part !== '').join('\n'));
  const open = `    <testcase classname="${escapeXml(file)}" name="${escapeXml(name)}">`;
  const inner =
    diagnostic.severity === 'error'
      ? `<failure type="${escapeXml(diagnostic.ruleId)}" message="${escapeXml(diagnostic.message)}">${body}</failure>`
      : `<system-out>${escapeXml(diagnostic.message)}\n${body}</system-out>`;
  return `${open}${inner}</testcase>`;
}

/** What XML 1.0 has no way to say, not even escaped. */
const notXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

function escapeXml(text: string): string {
  return text
    .replace(notXml, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
