import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plugin } from '@refrain/eslint-plugin';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restate } from './rule-tester.js';

const run = promisify(execFile);
const oxlint = join(dirname(fileURLToPath(import.meta.resolve('oxlint'))), '..', 'bin', 'oxlint');
const specifier = fileURLToPath(import.meta.resolve('@refrain/eslint-plugin'));

interface OxlintReport {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly message: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'refrain-oxlint-'));
  const { rules, settings } = plugin.configs.recommended;
  const config = {
    categories: { correctness: 'off' },
    jsPlugins: [{ name: '@refrain', specifier }],
    settings,
    rules,
  };
  writeFileSync(join(directory, '.oxlintrc.json'), JSON.stringify(config));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function oxlintFindings(file: string, text: string): Promise<readonly string[]> {
  writeFileSync(join(directory, file), text);
  const args = [oxlint, '--format', 'json', '-c', '.oxlintrc.json', file];
  const { stdout } = await run(process.execPath, args, { cwd: directory }).catch(
    (error: unknown) => error as { readonly stdout: string },
  );
  const report = JSON.parse(stdout) as OxlintReport;
  return report.diagnostics.map(
    ({ code, labels, message }) => `${code}:${String(labels[0]?.span.line)}${code ? '' : message}`,
  );
}

it('finds in TypeScript what ESLint finds', async () => {
  const text = restate('      const at = Date.now();\n      return [at, Math.random(), process.env.A];');
  expect(await oxlintFindings('orders.ts', text)).toEqual([
    expect.stringMatching(/no-wall-clock.*:6$/),
    expect.stringMatching(/no-randomness.*:7$/),
    expect.stringMatching(/no-environment.*:7$/),
  ]);
});

it('finds nothing where nothing is', async () => {
  expect(await oxlintFindings('safe.ts', restate('      return ctx.date.now();'))).toEqual([]);
});
