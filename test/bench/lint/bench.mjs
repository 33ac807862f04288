// `npm run bench -- lint [session | table [engine]] [--json]`: what an editor's session costs, and what linters catch of the labelled corpus.
// The peers are installed with `npm ci --prefix test/bench/lint/peers --ignore-scripts --legacy-peer-deps`.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plugin } from '@refrain/eslint-plugin';
import * as parser from '@typescript-eslint/parser';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { print, row as rowOf } from '../harness.mjs';
import { loadScenarios } from '../analyzer/corpus.mjs';
import { installedPeers } from './peers/installed.mjs';
import { measureSessions } from './session.mjs';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/analyzer');
const compilerOptions = {
  noLib: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  allowJs: true,
  noEmit: true,
  types: [],
  // The files are all named, and the declarations of packages would cost seconds a scenario.
  noResolve: true,
};
const isJson = process.argv.includes('--json');
const [only, askedEngine] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const rows = [];
if (only !== 'table') await printSessions();
if (only !== 'session') await printTable();
if (isJson) print(rows);

/** For people a line, for machines rows. */
function tell(line, made) {
  if (isJson) rows.push(...made);
  else console.log(line);
}

async function printSessions() {
  if (!isJson)
    console.log('One ESLint run over one file, 200 files in the project, milliseconds (budget: 50)');
  for (const { what, preset, p50, p95, cpu50 } of await measureSessions()) {
    const head = { bench: 'lint', system: 'refrain', case: `${preset}: ${what}`, unit: 'ms' };
    tell(
      `${preset.padEnd(20)} ${what.padEnd(32)} p50 ${format(p50)}  p95 ${format(p95)}  cpu ${format(cpu50)}`,
      [
        rowOf({ ...head, metric: 'time, median' }, [p50]),
        rowOf({ ...head, metric: 'time, 95th percentile' }, [p95]),
        rowOf({ ...head, metric: 'CPU time, median' }, [cpu50]),
      ],
    );
  }
}

async function printTable() {
  const corpus = loadScenarios(fixtures);
  tell(`\nThe labelled corpus: ${corpus.length} scenarios; a line counts once`, []);
  tell(`${'linter'.padEnd(40)} ${'engine'.padEnd(11)} caught missed false alarms`, []);
  const ours = (rule) => rule.startsWith('@refrain/');
  const engines = [...new Set(corpus.map(({ profile }) => profile))]
    .filter((engine) => askedEngine === undefined || engine === askedEngine)
    .sort();
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
        else tell(`${name.padEnd(40)} ${engine.padEnd(11)} not run: ${missing}`, []);
      }
  }
}

async function row(name, engine, scenarios, config, counts, typed = false) {
  let caught = 0;
  let missed = 0;
  let falseAlarms = 0;
  let failed;
  for (const { directory, expected } of scenarios) {
    const files = sourcesIn(directory);
    const linter = new ESLint({
      cwd: directory,
      overrideConfigFile: true,
      overrideConfig: [{ files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'] }, language(files, typed), config],
    });
    for (const path of files) {
      const file = relative(directory, path).replaceAll('\\', '/');
      const lines = new Set(expected.filter((label) => label.file === file).map(({ line }) => line));
      const text = readFileSync(path, 'utf8');
      let reported;
      try {
        const [result] = await linter.lintText(text, { filePath: path });
        const fatal = result.messages.find((message) => message.fatal);
        if (fatal !== undefined) failed = fatal.message.split('\n')[0];
        reported = new Set(
          result.messages.filter((message) => stands(message, counts)).map(({ line }) => line),
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
  const head = { bench: 'lint', system: name, case: `labelled corpus of ${engine}`, unit: 'lines' };
  tell(
    `${name.padEnd(40)} ${engine.padEnd(11)} ${figures} ${failed === undefined ? '' : `(failed: ${failed})`}`,
    Object.entries({ caught, missed, falseAlarms }).map(([metric, n]) => rowOf({ ...head, metric }, [n])),
  );
}

/** At a workflow's call our rule repeats what it reports at the source: the source counts. */
function stands({ ruleId, message }, counts) {
  return (
    counts(ruleId ?? '') &&
    !(ruleId.endsWith('/no-transitive-nondeterminism') && message.startsWith('Reaches '))
  );
}

/** What a person lints: packages, declarations and tests are left out. */
function sourcesIn(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) && !/\.d\.[cm]?ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .sort();
}

/** With types: one program over the scenario's files, as `parserOptions.project` would build. */
function language(files, typed) {
  const programs = typed ? [ts.createProgram(files, compilerOptions)] : undefined;
  return { languageOptions: { parser, parserOptions: typed ? { programs } : {} } };
}

function format(ms) {
  return ms.toFixed(1).padStart(7);
}
