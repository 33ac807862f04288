// `npm run bench -- lint`: what an editor's session costs, and what linters catch of the labelled corpus.
// The peers are installed with `npm ci --prefix test/bench/lint --ignore-scripts --legacy-peer-deps`.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { readCorpus } from './corpus.mjs';
import { installedPeers } from './peers.mjs';
import { measureSessions } from './session.mjs';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/analyzer');
const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  allowJs: true,
  noEmit: true,
  types: [],
};
const only = process.argv[2];
if (only !== 'table') await printSessions();
if (only !== 'session') await printTable();

async function printSessions() {
  console.log('One ESLint run over one file, 200 files in the project, milliseconds (budget: 50)');
  const rows = await measureSessions();
  for (const { what, preset, p50, p95 } of rows)
    console.log(`${preset.padEnd(20)} ${what.padEnd(32)} p50 ${format(p50)}  p95 ${format(p95)}`);
}

async function printTable() {
  const corpus = readCorpus(fixtures);
  console.log(`\nThe labelled corpus: ${corpus.length} scenarios; a line counts once`);
  console.log('linter'.padEnd(40), 'engine'.padEnd(11), 'caught', 'missed', 'false alarms');
  const ours = (rule) => rule.startsWith('@refrain/');
  const engines = [...new Set(corpus.map(({ profile }) => profile))].sort();
  for (const engine of engines) {
    const scenarios = corpus.filter(({ profile }) => profile === engine);
    const preset = engine in plugin.configs ? engine : 'auto';
    await row(`@refrain ${preset}`, engine, scenarios, plugin.configs[preset], ours);
    await row(
      `@refrain ${preset}TypeChecked`,
      engine,
      scenarios,
      plugin.configs[`${preset}TypeChecked`],
      ours,
      true,
    );
    for (const { name, engines: made, config, counts, missing } of installedPeers())
      if (made.includes(engine)) {
        if (missing === undefined) await row(name, engine, scenarios, config, counts, true);
        else console.log(`${name.padEnd(40)} ${engine.padEnd(11)} not run: ${missing}`);
      }
  }
}

async function row(name, engine, scenarios, config, counts, typed = false) {
  let caught = 0;
  let missed = 0;
  let falseAlarms = 0;
  let failed;
  for (const { directory, files } of scenarios) {
    const linter = new ESLint({
      cwd: directory,
      overrideConfigFile: true,
      overrideConfig: [
        { files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'] },
        language(
          files.map(({ path }) => path),
          typed,
        ),
        config,
      ],
    });
    for (const { path, text, expected } of files) {
      const lines = new Set(expected.map(({ line }) => line));
      let reported;
      try {
        const [result] = await linter.lintText(text, { filePath: path });
        reported = new Set(
          result.messages.filter((message) => counts(message.ruleId ?? '')).map(({ line }) => line),
        );
      } catch (error) {
        failed = error instanceof Error ? error.message.split('\n')[0] : String(error);
        reported = new Set();
      }
      for (const line of lines)
        if (reported.has(line)) caught++;
        else missed++;
      for (const line of reported) if (!lines.has(line)) falseAlarms++;
    }
  }
  const figures = `${String(caught).padStart(6)} ${String(missed).padStart(6)} ${String(falseAlarms).padStart(12)}`;
  console.log(name.padEnd(40), engine.padEnd(11), figures, failed === undefined ? '' : `(failed: ${failed})`);
}

/** With types: one program over the scenario's files, as `parserOptions.project` would build. */
function language(files, typed) {
  const programs = typed ? [ts.createProgram(files, compilerOptions)] : undefined;
  return { languageOptions: { parser, parserOptions: typed ? { programs } : {} } };
}

function format(ms) {
  return ms.toFixed(1).padStart(7);
}
