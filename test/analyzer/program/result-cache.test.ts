import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createAnalysis, type CheckReport } from '@refrain/analyzer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let root: string;
let cacheDirectory: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'refrain-results-'));
  cacheDirectory = join(root, '.cache');
  write('src/now.ts', 'export function now() {\n  return Date.now();\n}\n');
  write(
    'src/s.ts',
    "import * as restate from '@restatedev/restate-sdk';\nimport { now } from './now.js';\nexport const s = restate.service({ name: 's', handlers: { run: async (ctx: restate.Context) => { await ctx.sleep(now()); } } });\n",
  );
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** The report, and whether it came from the cache: then no file was lowered. */
function check(options: { workflows?: string[] } = {}): {
  rules: string[];
  cached: boolean;
  report: CheckReport;
} {
  const analysis = createAnalysis({ path: root, profile: 'restate', cacheDirectory, ...options });
  const report = analysis.report();
  const rules = report.diagnostics.map(({ ruleId }) => ruleId);
  return { rules, cached: analysis.project.loaded.size === 0, report };
}

describe('the cache of results', () => {
  test('gives the same report when nothing has changed', () => {
    const first = check();
    const second = check();
    expect([first.cached, second.cached]).toEqual([false, true]);
    const timeless = ({ report }: typeof first) => ({
      ...report,
      summary: { ...report.summary, durationMs: 0 },
    });
    expect(timeless(second)).toEqual(timeless(first));
    expect(second.rules).toEqual(['wall-clock']);
  });

  test('is passed over when a file that was read has changed', () => {
    check();
    write('src/now.ts', 'export function now() {\n  return 1000;\n}\n');
    expect(check()).toMatchObject({ rules: [], cached: false });
  });

  test('is passed over when a file appears that an import now leads to', () => {
    rmSync(join(root, 'src/now.ts'));
    write('src/now.js', 'export function now() {\n  return 1;\n}\n');
    expect(check().rules).toEqual([]);
    write('src/now.ts', 'export function now() {\n  return Date.now();\n}\n');
    expect(check()).toMatchObject({ rules: ['wall-clock'], cached: false });
  });

  test('is passed over when a workflow appears in a new file', () => {
    check();
    write(
      'src/deep/t.ts',
      "import * as restate from '@restatedev/restate-sdk';\nexport const t = restate.service({ name: 't', handlers: { go: async () => Math.random() } });\n",
    );
    const { cached, report } = check();
    expect(cached).toBe(false);
    expect(report.workflows).toHaveLength(2);
  });

  test('is kept by options, and stands a file that is no code', () => {
    check();
    write('notes.md', 'Nothing of interest.\n');
    expect(check().cached).toBe(true);
    expect(check({ workflows: ['src/now.ts'] }).cached).toBe(false);
  });

  test('is passed over when it is damaged', () => {
    check();
    const results = join(cacheDirectory, 'results');
    for (const name of readdirSync(results)) writeFileSync(join(results, name), '{"texts":[');
    expect(check()).toMatchObject({ rules: ['wall-clock'], cached: false });
  });
});
