// `npm run bench -- analyzer`: precision and recall over the labelled corpus, by rule, by profile, by
// group and by kind of call. With `--detail`, every label that was missed and every finding too many. With `--json`, rows
// as all benchmarks print them. `--folder DIR` measures another corpus of the same form (`DIR/<group>/<scenario>`),
// `--group NAME` one group of it, and `--totals` prints only the last two lines: what is held out stays unseen.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkProject } from '@refrain/analyzer';
import { print as printRows, row as rowOf } from '../harness.mjs';
import { compare, loadScenarios, precision, recall, tally, totalOf } from './corpus.mjs';

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? undefined : process.argv[at + 1];
};
const ownCorpus = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/analyzer');
const root = resolve(option('folder') ?? ownCorpus);
const group = option('group');
const detail = process.argv.includes('--detail');
const started = performance.now();
const results = loadScenarios(root)
  .filter((scenario) => group === undefined || scenario.group === group)
  .map((scenario) => ({
    scenario,
    result: compare(
      scenario,
      checkProject({ path: scenario.directory, profile: scenario.profile, ...scenario.options }).diagnostics,
    ),
  }));
const durationMs = Math.round(performance.now() - started);

const percent = (ratio) => `${(100 * ratio).toFixed(1)} %`.padStart(8);
const isJson = process.argv.includes('--json');
const totalsOnly = process.argv.includes('--totals');
const jsonRows = [];
const print = (title, rows) => {
  if (isJson) return jsonRows.push(...[...rows, totalOf(rows)].flatMap((row) => rowsOf(title, row)));
  if (totalsOnly) return;
  console.log(`\n${title.padEnd(34)} precision   recall   found  missed  surplus`);
  for (const row of [...rows, totalOf(rows)]) {
    const counts = [row.matched, row.missed, row.surplus].map((n) => String(n).padStart(8)).join('');
    console.log(`${row.name.padEnd(34)} ${percent(precision(row))} ${percent(recall(row))}${counts}`);
  }
};

function rowsOf(title, row) {
  const head = { bench: 'analyzer', system: 'refrain', case: `${title}: ${row.name}`, unit: '%' };
  return [
    rowOf({ ...head, metric: 'precision' }, [100 * precision(row)]),
    rowOf({ ...head, metric: 'recall' }, [100 * recall(row)]),
  ];
}

const calls = results.filter(({ scenario }) => scenario.group === 'calls');
print(
  'by rule',
  tally(results, (_, finding) => finding.ruleId),
);
print(
  'by profile',
  tally(results, (scenario) => scenario.profile),
);
print(
  'by group',
  tally(results, (scenario) => scenario.group),
);
print(
  'by kind of call',
  tally(calls, (scenario) => scenario.name.slice('calls/'.length)),
);

if (totalsOnly) {
  const all = totalOf(tally(results, () => 'all'));
  console.log(`precision ${percent(precision(all)).trim()}\nrecall ${percent(recall(all)).trim()}`);
}

const isExact = ({ result }) => result.missed.length + result.surplus.length === 0;
if (detail && !isJson && !totalsOnly) {
  for (const { scenario, result } of results.filter((item) => !isExact(item))) {
    console.log(`\n${scenario.name} (${scenario.profile})`);
    for (const { file, line, ruleId } of result.missed) console.log(`  missed  ${file}:${line} ${ruleId}`);
    for (const { file, line, ruleId } of result.surplus) console.log(`  surplus ${file}:${line} ${ruleId}`);
  }
}
const inexact = results.reduce((sum, { result }) => sum + result.inexact.length, 0);
if (isJson) printRows(jsonRows);
else if (!totalsOnly) {
  console.log(
    `\n${results.filter(isExact).length} of ${results.length} scenarios exact; ` +
      `${inexact} findings with another severity or reach; ${durationMs} ms`,
  );
}
