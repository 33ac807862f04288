import { formatReport } from '@refrain/analyzer/internal';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { context, diagnostic, hostile, reportOf, reports, warning } from './reports.js';

describe('JUnit', () => {
  it.each(reports)('is well-formed XML whose counts are right (%#)', (report) => {
    const found = { cases: 0, failures: 0, tests: 0, failed: 0 };
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.on('opentag', ({ name, attributes }) => {
      if (name === 'testcase') found.cases += 1;
      else if (name === 'failure') found.failures += 1;
      else if (name === 'testsuites') {
        found.tests = Number(attributes['tests']);
        found.failed = Number(attributes['failures']);
      }
    });
    parser.write(formatReport(report, 'junit', context)).close();
    expect([found.cases, found.failures]).toEqual([found.tests, found.failed]);
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
