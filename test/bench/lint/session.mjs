// An editor's session: one long-lived ESLint with type information over a project of 200 files.
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import { helperFile, helperText, workflowFile, workflowText, writeProject } from './project.mjs';

const rounds = 40;

/** `[{ what, preset, p50, p95 }]` in milliseconds; `parser only` is what ESLint costs without the preset. */
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
    const [{ messages }] = await editor.lintText(text, { filePath: join(directory, file) });
    return { ms: performance.now() - started, messages };
  };
  const opened = [];
  for (let index = 0; index < shape.workflows; index++) opened.push((await lint(workflowFile(index))).ms);
  const typed = [];
  const helper = [];
  const after = [];
  const hops = shape.depth - 2;
  for (let round = 0; round < rounds; round++) {
    typed.push((await lint(workflowFile(0), workflowText(0, 0, `\n  total += ${round};`))).ms);
    const dirty = round % 2 === 0;
    const body = dirty ? `\n  void fetch('https://example.org/${round}');` : `\n  void ${round};`;
    helper.push((await lint(helperFile(hops), helperText(hops, true, body))).ms);
    const { ms, messages } = await lint(workflowFile(0));
    after.push(ms);
    const seen = messages.length > 0;
    if (preset === 'temporalTypeChecked' && seen !== dirty)
      throw new Error(
        `round ${round}: the workflow file ${dirty ? 'misses' : 'still shows'} its helper's edit`,
      );
  }
  return [
    { what: 'first file of the session', preset, p50: opened[0], p95: opened[0] },
    { what: 'workflow files opened after it', preset, ...summary(opened.slice(1)) },
    { what: 'workflow file, edited itself', preset, ...summary(typed) },
    { what: 'helper file, edited', preset, ...summary(helper) },
    { what: 'workflow file, after the helper', preset, ...summary(after) },
  ];
}

function summary(times) {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { p50: at(0.5), p95: at(0.95) };
}
