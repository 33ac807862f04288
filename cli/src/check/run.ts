import { existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { runCheck, type RunCheckOptions } from '@refrain/analyzer';
import type { ExitCode } from '../command.js';
import { projectConfig, type FoundConfig } from '../project/config.js';
import { progressCount } from '../progress.js';
import { describeFailure } from '../failure-report.js';
import { isCi, whenInterrupted, type Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { isCode, watchFiles } from '../watch-files.js';
import { spareCompilation } from './spare-compilation.js';

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
  if (given.watch) return watchAndCheck(given, terminal);
  spareCompilation();
  return checkOnce(given, terminal);
}

function optionsOf(given: CheckArguments, terminal: Terminal): RunCheckOptions {
  const path = resolve(terminal.cwd, given.path);
  const config = projectConfig(path);
  const cacheDirectory = given['cache-dir'] && resolve(terminal.cwd, given['cache-dir']);
  return {
    path,
    profile: (given.profile ?? config.profile) as RunCheckOptions['profile'],
    ...workflowModules(given, config, path, terminal),
    format: given.format as RunCheckOptions['format'],
    verbose: given.verbose,
    baseline: baselineFile(given, terminal),
    updateBaseline: given['update-baseline'],
    listWorkflows: given['list-workflows'],
    level: given.level,
    cacheDirectory: cacheDirectory ?? (given.cache ? defaultCacheDirectory(path) : undefined),
  };
}

/** Those of the command line, which shells complete from where one stands; else those of the config. */
function workflowModules(
  given: CheckArguments,
  config: FoundConfig,
  path: string,
  { cwd }: Terminal,
): Pick<RunCheckOptions, 'workflows' | 'workflowsMayBeMissing'> {
  if (given.workflows !== undefined) {
    const fromHere = (name: string) => !existsSync(resolve(path, name)) && existsSync(resolve(cwd, name));
    return { workflows: given.workflows.map((name) => (fromHere(name) ? resolve(cwd, name) : name)) };
  }
  const { folder, workflows } = config;
  if (workflows === undefined || !existsSync(path)) return {};
  // A part of the project holds a part of its workflows.
  return { workflows, workflowsMayBeMissing: folder !== realpathSync(path) };
}

/** In CI nobody would commit a new baseline: one that is made there holds back everything, every time. */
function baselineFile(given: CheckArguments, { cwd, env }: Terminal): string | undefined {
  const { baseline } = given;
  if (baseline === undefined) {
    if (given['update-baseline'])
      throw new UsageError('RFN7001', '--update-baseline needs the file: --baseline refrain-baseline.json');
    return undefined;
  }
  const file = resolve(cwd, baseline);
  if (isCi(env) && !existsSync(file) && !given['update-baseline'])
    throw new UsageError('RFN7015', `There is no baseline at '${file}', and in CI none is made.`);
  if (!existsSync(dirname(file)))
    throw new UsageError('RFN7008', `${dirname(file)}: there is no such folder, to keep the baseline in.`);
  return file;
}

const counted = { files: 'files read', functions: 'functions followed' } as const;

function checkOnce(given: CheckArguments, terminal: Terminal): ExitCode {
  const progress = progressCount(terminal);
  try {
    const { output, problem, exitCode } = runCheck({
      ...optionsOf(given, terminal),
      onProgress: (what, count) => {
        progress.show(counted[what], count);
      },
    });
    progress.end();
    if (problem) throw new UsageError(problem.code, problem.message);
    terminal.stdout.write(output);
    return exitCode;
  } finally {
    progress.end();
  }
}

/** Beside the installed packages, where tools keep their caches; nowhere when nothing is installed. */
function defaultCacheDirectory(path: string): string | undefined {
  const modules = join(path, 'node_modules');
  return existsSync(modules) ? join(modules, '.cache', 'refrain') : undefined;
}

/** While somebody edits there may be no workflow for a moment, or no configuration: said, and watched on. */
function checkAgain(given: CheckArguments, terminal: Terminal): ExitCode {
  try {
    return checkOnce(given, terminal);
  } catch (error) {
    terminal.stderr.write(`${describeFailure(error, terminal)}\n`);
    return 2;
  }
}

async function watchAndCheck(given: CheckArguments, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(terminal.cwd, given.path);
  if (!existsSync(path)) return checkOnce(given, terminal);
  let exitCode: ExitCode = 0;
  const changes = new Set<string>();
  let quiet: NodeJS.Timeout | undefined;
  // Begun before the first check, so that what changes in the meantime is not missed.
  const stop = watchFiles([watchedFolder(path)], matters, (changed) => {
    changes.add(relative(terminal.cwd, changed));
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      terminal.stderr.write(`\nChanged: ${[...changes].sort().join(', ')}\n`);
      changes.clear();
      // Made anew once: what comes later is to be seen.
      exitCode = checkAgain({ ...given, 'update-baseline': false }, terminal);
    }, quietMs);
  });
  exitCode = checkAgain(given, terminal);
  terminal.stderr.write('Watching for changes; Ctrl-C ends.\n');
  await whenInterrupted(terminal);
  clearTimeout(quiet);
  stop();
  return exitCode;
}

/** Code, and what says where imports lead, what is installed, and what is known. */
const matters = (name: string): boolean => isCode(name) || /\.json$|^pnpm-workspace\.yaml$/.test(name);

/** What one file imports may lie anywhere in its project. */
function watchedFolder(path: string): string {
  if (statSync(path).isDirectory()) return path;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (['package.json', 'tsconfig.json'].some((name) => existsSync(join(folder, name)))) return folder;
    if (dirname(folder) === folder) return dirname(path);
  }
}
