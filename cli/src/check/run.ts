import { existsSync, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { runCheck, type RunCheckOptions } from '@refrain/analyzer';
import type { ExitCode } from '../command.js';
import { projectConfig } from '../project/config.js';
import { progressCount } from '../progress.js';
import { whenInterrupted, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';

/** How long files must be quiet before a watched project is checked again. */
const quietMs = 100;

/** What the command line of `refrain check` gives. */
export interface CheckArguments {
  readonly path: string;
  readonly profile: string | undefined;
  readonly format: string;
  readonly workflows: readonly string[] | undefined;
  readonly 'list-workflows': boolean;
  readonly baseline: string | undefined;
  readonly 'update-baseline': boolean;
  readonly level: 'warning' | 'error';
  readonly verbose: boolean;
  readonly watch: boolean;
  readonly 'cache-dir': string | undefined;
  readonly cache: boolean;
}

export async function runCheckCommand(given: CheckArguments, terminal: Terminal): Promise<ExitCode> {
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
    level: given.level,
    cacheDirectory,
  };
  return given.watch ? watchAndCheck(options, terminal) : checkOnce(options, terminal);
}

const counted = { files: 'files read', functions: 'functions followed' } as const;

function checkOnce(options: RunCheckOptions, terminal: Terminal): ExitCode {
  const { stdout } = terminal;
  const progress = progressCount(terminal);
  const { output, problem, exitCode } = runCheck({
    ...options,
    onProgress: (what, count) => {
      progress.show(counted[what], count);
    },
  });
  progress.end();
  if (problem) throw new UsageError(problem.code, problem.message);
  stdout.write(output);
  return exitCode;
}

/** Beside the installed packages, where tools keep their caches; nowhere when nothing is installed. */
function defaultCacheDirectory(path: string): string | undefined {
  const modules = join(path, 'node_modules');
  return existsSync(modules) ? join(modules, '.cache', 'refrain') : undefined;
}

/** While somebody edits there may be no workflow for a moment: said, and watched on. */
function checkAgain(options: RunCheckOptions, terminal: Terminal): ExitCode {
  try {
    return checkOnce(options, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.stderr.write(`${error.code}: ${error.message}\n`);
    return 2;
  }
}

async function watchAndCheck(options: RunCheckOptions, terminal: Terminal): Promise<ExitCode> {
  let exitCode = checkOnce(options, terminal);
  terminal.stderr.write('Watching for changes; Ctrl-C ends.\n');
  let quiet: NodeJS.Timeout | undefined;
  const watcher = watch(options.path, { recursive: true }, (_event, file) => {
    if (file === null || /(^|[\\/])(node_modules|\.git|dist)([\\/]|$)/.test(file)) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      exitCode = checkAgain(options, terminal);
    }, quietMs);
  });
  await whenInterrupted(terminal);
  clearTimeout(quiet);
  watcher.close();
  return exitCode;
}
