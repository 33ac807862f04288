import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CheckReport, Diagnostic } from '@refrain/analyzer';
import { formatReport, sarifLog } from '@refrain/analyzer/internal';
import Ajv from 'ajv';
import type { Location, Log, Run } from 'sarif';
import { describe, expect, it } from 'vitest';
import { context, diagnostic, hostile, reportOf, reports, warning } from './reports.js';

const require = createRequire(import.meta.url);
const readJson = (specifier: string): object =>
  JSON.parse(readFileSync(require.resolve(specifier), 'utf8')) as object;

/** The schema of the format is a draft-04 schema. */
const isSarif = new Ajv({ schemaId: 'id', meta: false, allErrors: true })
  .addMetaSchema(readJson('ajv/lib/refs/json-schema-draft-04.json'))
  .compile(readJson('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'));

function faultsOf(report: CheckReport): unknown {
  const log: unknown = JSON.parse(formatReport(report, 'sarif', context));
  return isSarif(log) === true ? [] : isSarif.errors;
}

function runOf(report: CheckReport, prefix = ''): Run {
  const log: Log = sarifLog(report, { ...context, prefix });
  return log.runs[0]!;
}

const inPackage: Diagnostic = {
  ...diagnostic,
  file: 'node_modules/lib/index.js',
  chain: [...diagnostic.chain, { function: 'now', file: 'node_modules/lib/index.js', line: 9, column: 2 }],
};

describe('SARIF', () => {
  it.each([...reports, reportOf([inPackage])])('follows the schema of the format (%#)', (report) => {
    expect(faultsOf(report)).toEqual([]);
  });

  it('is refused by the schema when it is wrong', () => {
    expect(faultsOf(reportOf([{ ...diagnostic, line: 0 }]))).not.toEqual([]);
    expect(faultsOf(reportOf([{ ...diagnostic, severity: 'fatal' as 'error' }]))).not.toEqual([]);
  });

  it.each(reports)('has references that hold (%#)', (report) => {
    const run = runOf(report);
    const rules = run.tool.driver.rules?.map(({ id }) => id) ?? [];
    expect(new Set(rules).size).toBe(rules.length);
    for (const result of run.results ?? []) {
      expect(rules[result.ruleIndex ?? -1]).toBe(result.ruleId);
      expect(placesOf(result).length).toBeGreaterThan(0);
      for (const { physicalLocation } of placesOf(result)) {
        const { uri = '', uriBaseId = '' } = physicalLocation?.artifactLocation ?? {};
        expect(Object.keys(run.originalUriBaseIds ?? {})).toContain(uriBaseId);
        // A reference that is relative, and stays below its base.
        const url = new URL(uri, 'file:///base/');
        expect(decodeURIComponent(url.pathname)).toMatch(/^\/base\/src\//);
        expect(uri).toMatch(/^[\w./%-]+$/);
      }
    }
  });

  it('tells code scanning all that it asks of a rule', () => {
    const rules = runOf(reportOf([])).tool.driver.rules ?? [];
    for (const { id, name, shortDescription, fullDescription, help, properties } of rules) {
      expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
      for (const text of [shortDescription?.text, fullDescription?.text, help?.text, help?.markdown]) {
        expect((text ?? '').length, id).toBeGreaterThan(10);
        expect((text ?? '').length, id).toBeLessThan(1024);
      }
      expect(properties?.tags?.length).toBeLessThanOrEqual(10);
      expect(properties?.['precision']).toBe('high');
    }
  });

  it('names files by their path in the repository, and folders as categories', () => {
    const run = runOf(reportOf([{ ...diagnostic, file: '../shared/a.ts', chain: [] }]), 'packages/orders/');
    expect(run.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe(
      'packages/shared/a.ts',
    );
    expect(run.automationDetails?.id).toBe('refrain/packages/orders/');
  });

  it('shows what is in a package at the call that leads there, and the package beside it', () => {
    const [result] = runOf(reportOf([inPackage])).results ?? [];
    const uris = (places: Location[] | undefined) =>
      places?.map(({ physicalLocation }) => physicalLocation?.artifactLocation?.uri);
    expect(uris(result?.locations)).toEqual(['src/a%20b/%C3%BC%2Cx%3Ay%25.ts']);
    expect(uris(result?.relatedLocations)).toEqual(['node_modules/lib/index.js', 'src/w.ts']);
    expect(result?.codeFlows?.[0]?.threadFlows[0]?.locations).toHaveLength(3);
  });

  it('notes what was not resolved, where, and that it gave up', () => {
    const [invocation] = runOf(reportOf([], false)).invocations ?? [];
    const notes = invocation?.toolExecutionNotifications?.map(({ level, descriptor }) => [
      level,
      descriptor?.id,
    ]);
    expect(invocation?.executionSuccessful).toBe(false);
    expect(notes).toEqual([
      ['error', 'incomplete'],
      ['note', 'unresolved'],
    ]);
    expect(invocation?.toolExecutionNotifications?.[1]?.message.text).toContain(hostile);
  });

  it('fits code scanning, which takes 25,000 results', () => {
    const run = runOf(reportOf(Array.from({ length: 25_001 }, () => diagnostic)));
    expect(run.results).toHaveLength(25_000);
    expect(run.invocations?.[0]?.toolExecutionNotifications?.[0]?.message.text).toContain('1 more');
  });
});

describe('fingerprints', () => {
  const printsOf = (texts: readonly string[], diagnostics: readonly Diagnostic[]): string[] => {
    const readLine = (_file: string, line: number): string | undefined => texts[line - 1];
    const log: Log = sarifLog(reportOf(diagnostics), { ...context, readLine });
    return (
      log.runs[0]?.results?.map((result) => Object.values(result.partialFingerprints ?? {}).join()) ?? []
    );
  };
  const at = (line: number): Diagnostic => ({ ...diagnostic, line, endLine: line });

  it('stay when lines move and are indented anew', () => {
    expect(printsOf(['', '  f( 1 );'], [at(2)])).toEqual(printsOf(['', '', '', 'f( 1 );'], [at(4)]));
  });

  it('differ by rule, file, function, text, and among equal findings', () => {
    const others: Diagnostic[] = [
      at(1),
      at(1),
      { ...at(1), ruleId: 'io' },
      { ...at(1), file: 'src/other.ts' },
      { ...at(1), chain: [] },
      at(2),
      warning,
    ];
    const prints = printsOf(['f();', 'g();', 'h();'], others);
    expect(new Set(prints).size).toBe(others.length);
  });
});

function placesOf(result: NonNullable<Run['results']>[number]): Location[] {
  const steps = result.codeFlows?.flatMap(({ threadFlows }) => threadFlows.flatMap((flow) => flow.locations));
  return [
    ...(result.locations ?? []),
    ...(result.relatedLocations ?? []),
    ...(steps ?? []).flatMap(({ location }) => location ?? []),
  ];
}
