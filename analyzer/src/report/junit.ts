import { incompleteText, type CheckReport, type Diagnostic } from './model.js';
import { repositoryPath, shownAt, stepName } from './placement.js';
import type { ReportContext } from './reporter.js';

/**
 * One test suite per file with findings; a file without findings is one passed test. Warnings are failures too: they
 * make the exit code 1, and a run is not to fail with all its tests passed.
 */
export function junitReport(report: CheckReport, { prefix }: ReportContext): string {
  const byFile = new Map<string, Diagnostic[]>();
  for (const workflow of report.workflows) if (!byFile.has(workflow.file)) byFile.set(workflow.file, []);
  for (const diagnostic of report.diagnostics) {
    const list = byFile.get(diagnostic.file);
    if (list === undefined) byFile.set(diagnostic.file, [diagnostic]);
    else list.push(diagnostic);
  }
  const suites = [...byFile]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([file, diagnostics]) => suite(file, diagnostics, prefix));
  const { complete } = report.summary;
  if (!complete) suites.push(incompleteSuite());
  const found = [...byFile.values()].reduce((sum, list) => sum + Math.max(1, list.length), 0);
  const total = found + (complete ? 0 : 1);
  const failures = report.diagnostics.length + (complete ? 0 : 1);
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

function suite(file: string, diagnostics: readonly Diagnostic[], prefix: string): string {
  const tests = Math.max(1, diagnostics.length);
  const cases =
    diagnostics.length === 0
      ? [`    <testcase classname="${escapeXml(file)}" name="deterministic"/>`]
      : diagnostics.map((diagnostic) => testCase(file, diagnostic, prefix));
  return [
    `  <testsuite name="${escapeXml(file)}" tests="${String(tests)}" failures="${String(diagnostics.length)}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

function testCase(file: string, diagnostic: Diagnostic, prefix: string): string {
  const place = `${diagnostic.file}:${String(diagnostic.line)}:${String(diagnostic.column)}`;
  const name = `${diagnostic.ruleId} at ${String(diagnostic.line)}:${String(diagnostic.column)}`;
  const way = diagnostic.chain
    .map((frame) => `${stepName(frame)} (${frame.file}:${String(frame.line)})`)
    .join('\n');
  const body = [`${diagnostic.severity}: ${place}`, way, diagnostic.suggestion];
  const shown = shownAt(diagnostic);
  const attributes = [
    `classname="${escapeXml(file)}"`,
    `name="${escapeXml(name)}"`,
    `file="${escapeXml(repositoryPath(prefix, shown.file))}"`,
    `line="${String(shown.line)}"`,
  ];
  return [
    `    <testcase ${attributes.join(' ')}>`,
    `<failure type="${escapeXml(diagnostic.ruleId)}" message="${escapeXml(diagnostic.message)}">`,
    escapeXml(body.filter((part) => part !== '').join('\n')),
    '</failure></testcase>',
  ].join('');
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
