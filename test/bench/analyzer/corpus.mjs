/**
 * The labelled corpus: one folder one scenario, `<group>/<scenario>/`. Each expected finding is marked
 * on its line by a trailing comment `// expect <rule>`, several separated by commas, each followed by
 * what else is known of it (`reaches=branch`, `severity=warning`). Nothing else may be reported.
 * `scenario.json` may name the profile; without it the profile is found by `auto`. With `"resolved": true`
 * nothing but the packages that are not installed may be unresolved.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const MARK = /\/\/ expect (.+)$/;
const SOURCE = /\.[cm]?[jt]sx?$/;

export function loadScenarios(root) {
  const groups = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return groups.flatMap((group) =>
    readdirSync(join(root, group.name), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => loadScenario(root, group.name, entry.name)),
  );
}

function loadScenario(root, group, scenario) {
  const directory = join(root, group, scenario);
  const file = join(directory, 'scenario.json');
  const settings = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return {
    name: `${group}/${scenario}`,
    group,
    directory,
    profile: settings.profile ?? 'auto',
    options: settings.options ?? {},
    note: settings.note,
    resolved: settings.resolved === true,
    expected: filesIn(directory).flatMap((path) => labelsIn(directory, path)),
  };
}

function filesIn(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function labelsIn(directory, path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((text, index) => {
    const match = MARK.exec(text);
    if (match === null) return [];
    return match[1].split(',').map((part) => {
      const [ruleId, ...facts] = part.trim().split(/\s+/);
      const label = { file: relative(directory, path).replaceAll('\\', '/'), line: index + 1, ruleId };
      for (const fact of facts) {
        const [key, value] = fact.split('=');
        label[key] = value;
      }
      return label;
    });
  });
}

const keyOf = (finding) => `${finding.file}:${finding.line} ${finding.ruleId}`;

/** Findings of one rule on one line are one. */
export function compare(scenario, diagnostics) {
  const found = new Map(diagnostics.map((diagnostic) => [keyOf(diagnostic), diagnostic]));
  const expected = new Map(scenario.expected.map((label) => [keyOf(label), label]));
  const matched = [...expected.values()].filter((label) => found.has(keyOf(label)));
  return {
    matched,
    missed: [...expected.values()].filter((label) => !found.has(keyOf(label))),
    surplus: [...found.values()].filter((diagnostic) => !expected.has(keyOf(diagnostic))),
    /** Found, but with another severity, or said to reach something else. */
    inexact: matched.flatMap((label) => {
      const diagnostic = found.get(keyOf(label));
      return ['severity', 'reaches']
        .filter((key) => label[key] !== undefined && label[key] !== diagnostic[key])
        .map((key) => `${keyOf(label)}: ${key} is ${diagnostic[key]}, expected ${label[key]}`);
    }),
  };
}

/** Rows of `{ name, matched, missed, surplus }`, one for each value of `nameOf`, sorted. */
export function tally(results, nameOf) {
  const rows = new Map();
  const add = (name, column) => {
    const row = rows.get(name) ?? { name, matched: 0, missed: 0, surplus: 0 };
    row[column] += 1;
    rows.set(name, row);
  };
  for (const { scenario, result } of results) {
    for (const column of ['matched', 'missed', 'surplus']) {
      for (const finding of result[column]) add(nameOf(scenario, finding), column);
    }
  }
  return [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

export const precision = (row) => ratio(row.matched, row.matched + row.surplus);
export const recall = (row) => ratio(row.matched, row.matched + row.missed);
const ratio = (part, whole) => (whole === 0 ? 1 : part / whole);

export function totalOf(rows) {
  return rows.reduce(
    (sum, row) => ({
      name: 'all',
      matched: sum.matched + row.matched,
      missed: sum.missed + row.missed,
      surplus: sum.surplus + row.surplus,
    }),
    { name: 'all', matched: 0, missed: 0, surplus: 0 },
  );
}
