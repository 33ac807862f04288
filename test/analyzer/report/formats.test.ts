import type { Diagnostic } from '@refrain/analyzer';
import { formatReport } from '@refrain/analyzer/internal';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { context, diagnostic, hostile, reportOf, reports, warning } from './reports.js';

describe('JUnit', () => {
  it.each(reports)('is well-formed XML whose counts are right (%#)', (report) => {
    const found = { cases: 0, failures: 0, tests: 0, failed: 0, files: [] as string[] };
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ name, attributes }) => {
      if (name === 'testcase') {
        found.cases += 1;
        if (attributes['line'] !== undefined) found.files.push(String(attributes['file']));
      }
      if (name === 'failure') found.failures += 1;
      else if (name === 'testsuites') {
        found.tests = Number(attributes['tests']);
        found.failed = Number(attributes['failures']);
      }
    });
    parser.write(formatReport(report, 'junit', { ...context, prefix: 'packages/a/' })).close();
    expect([found.cases, found.failures]).toEqual([found.tests, found.failed]);
    // As many as make the exit code 1 or 2.
    const { diagnostics, summary } = report;
    expect(found.failures).toBe(diagnostics.length + (summary.complete ? 0 : 1));
    expect(found.files).toEqual(diagnostics.map(({ file }) => `packages/a/${file}`));
  });
});

describe('GitHub annotations', () => {
  it('are one command for each line, whatever a message holds', () => {
    const lines = formatReport(reportOf([diagnostic, warning], false), 'github', context)
      .trimEnd()
      .split(/[\r\n]+/);
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatch(/^::(?:error|warning) [^:]*::/);
    const [, properties = '', text = ''] = /^::error ([^:]*)::(.*)$/.exec(lines[0] ?? '') ?? [];
    const unescape = (value: string): string =>
      value
        .replace(/%3A/g, ':')
        .replace(/%2C/g, ',')
        .replace(/%0D/g, '\r')
        .replace(/%0A/g, '\n')
        .replace(/%25/g, '%');
    expect(properties.split(',').map(unescape)).toContain(`file=${diagnostic.file}`);
    expect(unescape(text)).toContain(hostile);
  });
});

describe('text', () => {
  const line = '\tconst \u001b[31mred = Date.now(); \u0000\u009b';
  const textOf = (diagnostics: Diagnostic[]) =>
    formatReport(reportOf(diagnostics), 'text', { ...context, readLine: () => line });

  it('shows the line, the place in it, and nothing that a terminal would obey', () => {
    const text = textOf([{ ...diagnostic, column: 2, endColumn: 7, message: 'A clock.' }]);
    expect(text).toContain('  3 | \tconst \ufffd[31mred = Date.now(); \ufffd\ufffd\n    | \t^^^^^\n');
  });
});
