// An editor's session: one long-lived ESLint with type information over a project of 200 files.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { helperFile, helperText, workflowFile, workflowText, writeProject } from './project.mjs';

const rounds = 40;

/** `[{ what, preset, p50, p95, cpu50 }]` in milliseconds; `parser only` is what ESLint costs without the preset. */
export async function measureSessions({ files = 200 } = {}) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-bench-lint-')));
  try {
    const shape = writeProject(directory, { files });
    const rows = [];
    for (const preset of ['parser only', 'temporal', 'temporalTypeChecked'])
      rows.push(...(await measure(directory, preset, shape)));
    return rows;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(directory, preset, shape) {
  const editor = new ESLint({
    cwd: directory,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.ts'],
        languageOptions: { parser, parserOptions: { projectService: true, tsconfigRootDir: directory } },
      },
      ...(preset === 'parser only' ? [] : [plugin.configs[preset]]),
    ],
  });
  const lint = async (file, text = readFileSync(join(directory, file), 'utf8')) => {
    const started = performance.now();
    const before = process.cpuUsage();
    const [{ messages }] = await editor.lintText(text, { filePath: join(directory, file) });
    const { user, system } = process.cpuUsage(before);
    return { cost: { ms: performance.now() - started, cpuMs: (user + system) / 1000 }, messages };
  };
  const opened = [];
  for (let index = 0; index < shape.workflows; index++) opened.push((await lint(workflowFile(index))).cost);
  const typed = [];
  const helper = [];
  const after = [];
  const hops = shape.depth - 2;
  for (let round = 0; round < rounds; round++) {
    typed.push((await lint(workflowFile(0), workflowText(0, 0, `\n  total += ${round};`))).cost);
    const dirty = round % 2 === 0;
    const body = dirty ? `\n  void fetch('https://example.org/${round}');` : `\n  void ${round};`;
    helper.push((await lint(helperFile(hops), helperText(hops, true, body))).cost);
    const { cost, messages } = await lint(workflowFile(0));
    after.push(cost);
    const seen = messages.length > 0;
    if (preset === 'temporalTypeChecked' && seen !== dirty)
      throw new Error(
        `round ${round}: the workflow file ${dirty ? 'misses' : 'still shows'} its helper's edit`,
      );
  }
  return [
    { what: 'first file of the session', preset, ...summary(opened.slice(0, 1)) },
    { what: 'workflow files opened after it', preset, ...summary(opened.slice(1)) },
    { what: 'workflow file, edited itself', preset, ...summary(typed) },
    { what: 'helper file, edited', preset, ...summary(helper) },
    { what: 'workflow file, after the helper', preset, ...summary(after) },
  ];
}

/** Wall time, and CPU time of all threads, which other work on the machine does not inflate. */
function summary(costs) {
  const quantile = (key, share) => {
    const sorted = costs.map((cost) => cost[key]).sort((left, right) => left - right);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  };
  return { p50: quantile('ms', 0.5), p95: quantile('ms', 0.95), cpu50: quantile('cpuMs', 0.5) };
}
