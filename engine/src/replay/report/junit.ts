import type { ReplayResult, ReplaySummary } from '../result.js';
import { divergenceText } from './text.js';
import type { ReportOptions } from './report.js';

/** JUnit XML: each history a test case; `invalid` is an error, `incompatible` a failure, as are the others when strict. */
export function junitReport(
  results: readonly ReplayResult[],
  summary: ReplaySummary,
  options: ReportOptions,
): string {
  const failures = results.filter((result) => outcomeOf(result, options) === 'failure').length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${results.length}" failures="${failures}" errors="${summary.invalid}">`,
    `  <testsuite name="refrain replay" tests="${results.length}" failures="${failures}" errors="${summary.invalid}" skipped="0">`,
    ...results.map((result) => testCase(result, options)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function outcomeOf({ verdict }: ReplayResult, { strict = false }: ReportOptions) {
  if (verdict === 'invalid') return 'error';
  if (verdict === 'incompatible') return 'failure';
  return strict && verdict !== 'compatible' ? 'failure' : 'passed';
}

function testCase(result: ReplayResult, options: ReportOptions): string {
  const { history, workflowType, verdict, divergence } = result;
  const open = `    <testcase name="${escape(history)}" classname="${escape(workflowType || 'history')}"`;
  if (!divergence) return `${open}/>`;
  const text = escape(divergenceText(divergence, options.cwd));
  const outcome = outcomeOf(result, options);
  const body =
    outcome === 'passed'
      ? `<system-out>${escape(verdict)}: ${text}</system-out>`
      : `<${outcome} type="${verdict}" message="${escape(`${divergence.code}: ${divergence.message}`)}">${text}</${outcome}>`;
  return `${open}>${body}</testcase>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  // XML has no way to write most control characters.
  return text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
    .replaceAll(/[&<>"]/g, (char) => entities[char]!);
}
