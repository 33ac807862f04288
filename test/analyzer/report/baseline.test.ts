import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCheck, type CheckOutcome } from '@refrain/analyzer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let baseline: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'refrain-baseline-'));
  baseline = join(root, 'refrain-baseline.json');
  write(
    'src/s.ts',
    "import * as restate from '@restatedev/restate-sdk';\nimport { now } from './now';\nexport const s = restate.service({ name: 's', handlers: { run: async (ctx: restate.Context) => { await ctx.sleep(now()); } } });\n",
  );
  write('src/now.ts', 'export function now() {\n  return Date.now();\n}\n');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const check = (updateBaseline = false): CheckOutcome => runCheck({ path: root, baseline, updateBaseline });
const found = ({ report }: CheckOutcome): string[] =>
  (report?.diagnostics ?? []).map(({ file, line, ruleId }) => `${file}:${String(line)} ${ruleId}`);

describe('a baseline', () => {
  it('is made by the first run, which says so and passes', () => {
    const first = check();
    expect(first.exitCode).toBe(0);
    expect(first.output).toContain('The baseline is new, and holds back 1 finding from now on. Commit it.');
    expect(JSON.parse(readFileSync(baseline, 'utf8'))).toEqual({
      version: 1,
      findings: { 'wall-clock | src/now.ts | now | return Date.now();': 1 },
    });
    const second = check();
    expect(second.exitCode).toBe(0);
    expect(second.output).toContain('The baseline holds back 1 finding.\n');
    expect(second.report?.baseline).toEqual({ known: 1, obsolete: 0, made: false });
  });

  it('knows a finding whose lines have moved and been indented anew', () => {
    check();
    write('src/now.ts', '// A clock.\n\n\nexport function now() {\n\t\treturn  Date.now();\n}\n');
    expect(found(check())).toEqual([]);
  });

  it('knows a finding whose file has another name now', () => {
    check();
    renameSync(join(root, 'src/now.ts'), join(root, 'src/clock.ts'));
    write('src/s.ts', readFileSync(join(root, 'src/s.ts'), 'utf8').replace('./now', './clock'));
    const renamed = check();
    expect(found(renamed)).toEqual([]);
    expect(renamed.report?.baseline).toMatchObject({ known: 1, obsolete: 0 });
  });

  it('does not excuse another place by a finding that still has its file', () => {
    check();
    write('src/now.ts', "export { now } from './clock';\n");
    write('src/clock.ts', 'export function now() {\n  return Date.now();\n}\n');
    const moved = check();
    expect(found(moved)).toEqual(['src/clock.ts:2 wall-clock']);
    expect(moved.exitCode).toBe(1);
  });

  it('does not excuse a second finding like the first', () => {
    check();
    write('src/now.ts', 'export function now() {\n  return Date.now();\n  }\n');
    write(
      'src/now.ts',
      'export function now() {\n  if (later)\n    return Date.now();\n  return Date.now();\n}\ndeclare const later: boolean;\n',
    );
    expect(found(check())).toEqual(['src/now.ts:4 wall-clock']);
  });

  it('does not excuse the same line under another rule', () => {
    check();
    write('src/now.ts', 'export function now() {\n  return Math.random();\n}\n');
    const changed = check();
    expect(found(changed)).toEqual(['src/now.ts:2 randomness']);
    expect(changed.report?.baseline).toMatchObject({ known: 0, obsolete: 1 });
  });

  it('says what has been mended, until it is made anew', () => {
    check();
    write('src/now.ts', 'export function now() {\n  return 1000;\n}\n');
    const mended = check();
    expect(mended.exitCode).toBe(0);
    expect(mended.output).toContain(
      '1 finding of the baseline is gone: take them out with --update-baseline.',
    );
    check(true);
    expect(JSON.parse(readFileSync(baseline, 'utf8'))).toEqual({ version: 1, findings: {} });
    expect(check().output).toContain('The baseline holds back 0 findings.\n');
  });

  it.each(['', '[]', '{"version":2,"findings":{}}', '{"version":1}'])(
    'that is none is refused: %s',
    (text) => {
      writeFileSync(baseline, text);
      expect(check().problem?.code).toBe('RFN5003');
      expect(readFileSync(baseline, 'utf8')).toBe(text);
    },
  );

  it('that is a folder is refused', () => {
    mkdirSync(baseline);
    expect(check().problem?.code).toBe('RFN5003');
  });
});
