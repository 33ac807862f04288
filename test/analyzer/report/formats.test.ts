import type { CheckReport, Diagnostic } from '@refrain/analyzer';
import { formatReport, sarifLog } from '@refrain/analyzer/internal';
import type { Log } from 'sarif';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';

/** Everything that a format has to escape. */
const hostile = `100% "a<b>" & 'c' ]]> \u0001\ufffe\u001b[31m\r\n::error::x, y: z \ud83d\ude00`;

const diagnostic: Diagnostic = {
  ruleId: 'wall-clock',
  severity: 'error',
  message: hostile,
  file: 'src/a b/ü,x:y%.ts',
  line: 3,
  column: 5,
  endLine: 3,
  endColumn: 15,
  workflow: 'run',
  reaches: 'command',
  chain: [
    { function: 'run', file: 'src/w.ts', line: 1, column: 1 },
    { function: '<anonymous>', file: 'src/a b/ü,x:y%.ts', line: 3, column: 5 },
  ],
  suggestion: hostile,
  docs: 'docs/rules/wall-clock.md',
};

function reportOf(diagnostics: readonly Diagnostic[], complete = true): CheckReport {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return {
    version: 1,
    profile: 'temporal',
    summary: {
      workflows: 1,
      functions: 2,
      unresolvedCalls: 0,
      errors,
      warnings: diagnostics.length - errors,
      complete,
      durationMs: 0,
    },
    workflows: [{ name: 'run', file: 'src/w.ts', line: 1 }],
    diagnostics,
    unresolved: [],
  };
}

const warning: Diagnostic = { ...diagnostic, severity: 'warning', ruleId: 'unused-suppression', chain: [] };
const reports = [reportOf([]), reportOf([diagnostic, warning]), reportOf([diagnostic], false)];
const context = { verbose: false, readLine: () => undefined };

describe('SARIF', () => {
  it.each(reports)('is a log of the format’s types, whose references hold (%#)', (report) => {
    const log: Log = sarifLog(report);
    expect(JSON.parse(formatReport(report, 'sarif', context))).toEqual(JSON.parse(JSON.stringify(log)));
    const [run] = log.runs;
    const rules = run?.tool.driver.rules?.map(({ id }) => id) ?? [];
    expect(new Set(rules).size).toBe(rules.length);
    for (const result of run?.results ?? []) {
      expect(rules[result.ruleIndex ?? -1]).toBe(result.ruleId);
      const steps = result.codeFlows?.flatMap(({ threadFlows }) =>
        threadFlows.flatMap((flow) => flow.locations),
      );
      for (const { physicalLocation } of [
        ...(result.locations ?? []),
        ...(steps ?? []).flatMap(({ location }) => location ?? []),
      ]) {
        const { uri = '', uriBaseId = '' } = physicalLocation?.artifactLocation ?? {};
        expect(Object.keys(run?.originalUriBaseIds ?? {})).toContain(uriBaseId);
        // A reference that is relative, and stays below its base.
        const url = new URL(uri, 'file:///base/');
        expect(decodeURIComponent(url.pathname)).toMatch(/^\/base\/src\//);
        expect(physicalLocation?.region?.startLine).toBeGreaterThanOrEqual(1);
      }
    }
  });
});

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
