import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { root } from '../integrity/repository.js';
import { runCli } from '../cli/run-cli.js';

/** The example projects: each is linted with its own config, checked, compiled, and has what people look for. */
const folder = join(root, 'docs', 'examples');
const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'package.json')));

/** These are analysed only: the SDKs of their engines are not installed here, so nothing resolves their types. */
const analysedOnly = ['inngest', 'restate'];

describe.each(names)('the example %s', (name) => {
  const project = join(folder, name);

  it('has a README, and histories where it has tests', () => {
    expect(existsSync(join(project, 'README.md'))).toBe(true);
    expect(existsSync(join(project, 'histories'))).toBe(existsSync(join(project, 'test')));
  });

  it('passes `refrain check` without warnings or excuses', async () => {
    const { exitCode, stdout, stderr } = await runCli(['check', project, '--format', 'json', '--no-cache']);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { summary: { workflows: number }; diagnostics: unknown[] };
    expect(report.diagnostics).toEqual([]);
    expect(report.summary.workflows).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
  });

  it('is clean in ESLint, with its own config', async () => {
    const eslint = new ESLint({ cwd: project });
    const results = await eslint.lintFiles(['src']);
    expect(results.length).toBeGreaterThan(0);
    expect(results.flatMap(({ messages }) => messages)).toEqual([]);
  });
});

/** Files and options by the project's own tsconfig. */
function configOf(name: string): ts.ParsedCommandLine {
  const project = join(folder, name);
  const read = ts.readConfigFile(join(project, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  return ts.parseJsonConfigFileContent(read.config, ts.sys, project);
}

describe('the examples', () => {
  const configs = names.filter((name) => !analysedOnly.includes(name)).map(configOf);

  it('have one set of compiler options', () => {
    const different = configs.map(({ options }) => ({ ...options, configFilePath: undefined }));
    expect(new Set(different.map((options) => JSON.stringify(options))).size).toBe(1);
  });

  it('compile', () => {
    const files = configs.flatMap(({ fileNames }) => fileNames);
    const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram(files, configs[0]!.options));
    const text = ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (file) => file,
      getCurrentDirectory: () => root,
      getNewLine: () => '\n',
    });
    expect(text).toBe('');
  });
});
