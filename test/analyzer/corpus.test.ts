import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { checkProject, type ProfileId } from '@refrain/analyzer';
import { compare, loadScenarios, precision, recall, tally, totalOf } from '../bench/analyzer/corpus.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scenarios = loadScenarios(join(root, 'test/fixtures/analyzer'));

/** Scenarios whose labels are right and whose findings are not yet: each must still fail, or leave this list. */
const KNOWN_GAPS: Readonly<Record<string, string>> = {};

const results = scenarios.map((scenario) => {
  const { diagnostics, unresolved } = checkProject({
    path: scenario.directory,
    profile: scenario.profile as ProfileId | 'auto',
  });
  return { scenario, result: compare(scenario, diagnostics), unresolved };
});

describe('the labelled corpus', () => {
  it.each(results)('$scenario.name', ({ scenario, result }) => {
    const { missed, surplus } = result;
    const wrong = { missed: missed.map(place), surplus: surplus.map(place) };
    if (Object.hasOwn(KNOWN_GAPS, scenario.name)) expect(wrong).not.toEqual({ missed: [], surplus: [] });
    else expect(wrong).toEqual({ missed: [], surplus: [] });
  });

  it.each(results.filter(({ scenario }) => scenario.resolved))(
    '$scenario.name is resolved',
    ({ unresolved }) => {
      const calls = unresolved.filter(({ file }) => file !== 'package.json');
      expect(calls.map(({ file, line, reason }) => `${file}:${String(line)} ${reason}`)).toEqual([]);
    },
  );

  it('is found with recall and precision of at least 0.95', () => {
    const total = totalOf(tally(results, (scenario) => scenario.profile));
    expect(recall(total)).toBeGreaterThanOrEqual(0.95);
    expect(precision(total)).toBeGreaterThanOrEqual(0.95);
  });
});

const place = (finding: { file: string; line: number; ruleId: string }) =>
  `${finding.file}:${finding.line} ${finding.ruleId}`;
