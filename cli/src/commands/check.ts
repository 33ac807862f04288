import { existsSync, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { profiles, reportFormats, runCheck, type RunCheckOptions } from '@refrain/analyzer';
import { defineCommand, type ExitCode } from '../command.js';
import { projectConfig } from '../project/config.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';

/** How long files must be quiet before a watched project is checked again. */
const quietMs = 100;

export const check = defineCommand({
  usage: 'check [path]',
  describe: 'Prove workflow code deterministic, or show the calls that break it',
  examples: [
    ['refrain check', 'check the project in this folder'],
    ['refrain check . --profile temporal --format sarif > refrain.sarif', 'for code scanning'],
    ['refrain check --list-workflows', 'show what was found, and why'],
    ['refrain check --baseline refrain-baseline.json', 'report only what is new'],
  ],
  positionals: { path: { type: 'string', default: '.', describe: 'The project’s folder, or one file' } },
  options: {
    profile: {
      type: 'string',
      describe: 'The engine whose rules apply; `auto` picks by imports',
      choices: ['auto', ...Object.keys(profiles)],
    },
    format: {
      type: 'string',
      default: 'text',
      choices: reportFormats,
      describe: 'How to print the findings',
    },
    workflows: { type: 'string', array: true, describe: 'Modules whose exported functions are workflows' },
    'list-workflows': { type: 'boolean', default: false, describe: 'Show the workflows, and check nothing' },
    baseline: {
      type: 'string',
      describe: 'Leave out the findings of this file; it is made if it is missing',
    },
    'update-baseline': { type: 'boolean', default: false, describe: 'Make the baseline anew' },
    strict: { type: 'boolean', default: false, describe: 'Warnings are findings, too' },
    verbose: { type: 'boolean', default: false, describe: 'Show the whole chain of calls of each finding' },
    watch: { type: 'boolean', default: false, describe: 'Check again whenever a file changes' },
    'cache-dir': { type: 'string', describe: 'Where results are kept between runs' },
    cache: { type: 'boolean', default: true, describe: 'Keep results between runs' },
  },
  run: async (given, terminal) => {
    const path = resolve(terminal.cwd, given.path);
    const config = projectConfig(path);
    const cacheDirectory = given['cache-dir'] ?? (given.cache ? defaultCacheDirectory(path) : undefined);
    const options: RunCheckOptions = {
      path,
      profile: (given.profile ?? config.profile) as RunCheckOptions['profile'],
      workflows: given.workflows ?? config.workflows,
      format: given.format as RunCheckOptions['format'],
      verbose: given.verbose,
      baseline: given.baseline && resolve(terminal.cwd, given.baseline),
      updateBaseline: given['update-baseline'],
      listWorkflows: given['list-workflows'],
      strict: given.strict,
      cacheDirectory,
    };
    return given.watch ? watchAndCheck(options, terminal) : checkOnce(options, terminal);
  },
});

function checkOnce(options: RunCheckOptions, { stdout }: Terminal): ExitCode {
  const { output, problem, exitCode } = runCheck(options);
  if (problem) throw new UsageError(problem.code, problem.message);
  stdout.write(output);
  return exitCode;
}

/** Beside the installed packages, where tools keep their caches; nowhere when nothing is installed. */
function defaultCacheDirectory(path: string): string | undefined {
  const modules = join(path, 'node_modules');
  return existsSync(modules) ? join(modules, '.cache', 'refrain') : undefined;
}

async function watchAndCheck(options: RunCheckOptions, terminal: Terminal): Promise<ExitCode> {
  let exitCode = checkOnce(options, terminal);
  terminal.stderr.write('Watching for changes; Ctrl-C ends.\n');
  let quiet: NodeJS.Timeout | undefined;
  const watcher = watch(options.path, { recursive: true }, (_event, file) => {
    if (file === null || /(^|[\\/])(node_modules|\.git|dist)([\\/]|$)/.test(file)) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      exitCode = checkOnce(options, terminal);
    }, quietMs);
  });
  await new Promise<void>((resolveWait) => {
    terminal.interrupted.addEventListener('abort', () => resolveWait(), { once: true });
  });
  clearTimeout(quiet);
  watcher.close();
  return exitCode;
}
