import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { checkProject } from '@refrain/analyzer';
import { plugin } from '@refrain/eslint-plugin';
import { ruleNames } from '@refrain/eslint-plugin/internal';
import * as parser from '@typescript-eslint/parser';
import { ESLint, type Linter } from 'eslint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { loadScenarios, type Scenario } from '../bench/analyzer/corpus.mjs';
import { root } from '../integrity/repository.js';

const scenarios = loadScenarios(join(root, 'test/fixtures/analyzer'));
const transitive = '@refrain/no-transitive-nondeterminism';
const names: Readonly<Record<string, string>> = ruleNames;

function sourcesIn(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(({ name }) => /\.[cm]?[jt]sx?$/.test(name) && !/\.d\.[cm]?ts$/.test(name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
    .sort();
}

interface Expected {
  /** `file:line rule` */
  readonly key: string;
  /** Visible without looking at another file. */
  readonly oneFile: boolean;
  readonly warning: boolean;
}

const kept = new Map<string, readonly Expected[]>();

/** What the analyzer finds in the project's own files. */
function analysed({ name, directory, profile }: Scenario): readonly Expected[] {
  let expected = kept.get(name);
  if (expected === undefined) {
    const { diagnostics, workflows } = checkProject({ path: directory, profile: profile as 'auto' });
    const withWorkflows = new Set(workflows.map(({ file }) => file));
    expected = diagnostics
      .filter(({ ruleId, file }) => ruleId in names && !file.includes('node_modules/'))
      .map(({ file, line, ruleId, chain, severity }) => ({
        warning: severity === 'warning',
        key: `${file}:${String(line)} @refrain/${String(names[ruleId])}`,
        oneFile: withWorkflows.has(file) && chain.length > 0 && chain.every((frame) => frame.file === file),
      }));
    kept.set(name, expected);
  }
  return expected;
}

async function linted(
  { directory, profile }: Scenario,
  typed: boolean,
): Promise<readonly { key: string; line: string; atCall: boolean }[]> {
  const files = sourcesIn(directory);
  const options = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    allowJs: true,
    types: [],
    noLib: true,
    // The files are all named, and the declarations of packages would cost seconds a scenario.
    noResolve: true,
  };
  const programs = typed ? [ts.createProgram([...files], options)] : [];
  const preset = plugin.configs[`${profile}${typed ? 'TypeChecked' : ''}` as keyof typeof plugin.configs];
  const engine = new ESLint({
    cwd: directory,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
        languageOptions: { parser: parser as Linter.Parser, parserOptions: typed ? { programs } : {} },
      },
      preset as Linter.Config,
    ],
  });
  const results = await Promise.all(
    files.map((path) => engine.lintText(readFileSync(path, 'utf8'), { filePath: path })),
  );
  return results.flat().flatMap(({ filePath, messages }) => {
    const file = relative(directory, filePath).replaceAll('\\', '/');
    return messages.map(({ ruleId, line, message }) => ({
      // What is said at a call of a source that is reported in its own file.
      atCall: message.startsWith('Reaches '),
      key: `${file}:${String(line)} ${String(ruleId)}`,
      line: `${file}:${String(line)}`,
    }));
  });
}

/** Where other files or packages exist, one file alone may know less, or take a step for a plain call. */
function isOneFile({ directory }: Scenario): boolean {
  return sourcesIn(directory).length === 1 && !existsSync(join(directory, 'node_modules'));
}

const groups = [...new Set(scenarios.map(({ group }) => group))];

describe.each(groups)('analyzer and linter agree on the scenarios of %s', (group) => {
  const mine = scenarios.filter((scenario) => scenario.group === group);

  it('that one file shows', { timeout: 300_000 }, async () => {
    const differences: string[] = [];
    for (const scenario of mine.filter(isOneFile)) {
      const expected = analysed(scenario);
      const found = await linted(scenario, false);
      // A file that ESLint cannot parse has no rules run over it.
      if (found.some(({ key }) => key.endsWith(' null'))) continue;
      const keys = new Set(found.map(({ key }) => key));
      const all = new Set(expected.map(({ key }) => key));
      for (const { key, oneFile } of expected)
        if (oneFile && !keys.has(key)) differences.push(`${scenario.name}: only the analyzer reports ${key}`);
      for (const key of keys)
        if (!all.has(key)) differences.push(`${scenario.name}: only the linter reports ${key}`);
    }
    expect(differences).toEqual([]);
  });

  it('that need the whole program', { timeout: 300_000 }, async () => {
    const differences: string[] = [];
    for (const scenario of mine.filter((item) => analysed(item).some(({ oneFile }) => !oneFile))) {
      const found = await linted(scenario, true);
      if (found.some(({ key }) => key.endsWith(' null'))) continue;
      const lines = new Set(found.flatMap(({ line, atCall }) => (atCall ? [] : [line])));
      const expected = new Set(analysed(scenario).map(({ key }) => key.split(' ')[0] ?? ''));
      // A preset whose engine copes with a source leaves it to `refrain check` in files that no workflow is in.
      for (const { key, warning } of analysed(scenario))
        if (!warning && !lines.has(key.split(' ')[0] ?? ''))
          differences.push(`${scenario.name}: only the analyzer reports ${key}`);
      // The other rules look at one file, and may take a step of another file's for a plain call.
      for (const { key, line, atCall } of found)
        if (key.endsWith(transitive) && !atCall && !expected.has(line))
          differences.push(`${scenario.name}: only the linter reports ${line}`);
    }
    expect(differences).toEqual([]);
  });
});
