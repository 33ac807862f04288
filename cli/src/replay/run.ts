import { resolve } from 'node:path';
import {
  exitCodeOf,
  findHistories,
  formatReplay,
  summaryOf,
  type ReplayOptions,
  type ReportFormat,
} from '@refrain/engine';
import type { ExitCode } from '../command.js';
import { progressBar } from '../progress.js';
import type { Terminal } from '../terminal.js';
import { replayInParallel } from './parallel.js';

/** What the command line of `refrain replay` gives. */
export interface ReplayArguments {
  readonly histories: readonly string[];
  readonly workflows: string;
  readonly strict: boolean;
  readonly cuts: 'all' | 'last';
  readonly concurrency: number;
  readonly format: ReportFormat;
  readonly namespace: string | undefined;
  readonly interceptors: readonly string[] | undefined;
  readonly 'payload-converter': string | undefined;
  readonly 'failure-converter': string | undefined;
}

export async function runReplayCommand(given: ReplayArguments, terminal: Terminal): Promise<ExitCode> {
  const path = (file: string) => resolve(terminal.cwd, file);
  const { interceptors, namespace } = given;
  const options: ReplayOptions = {
    workflowsPath: path(given.workflows),
    cuts: given.cuts,
    ...(namespace !== undefined && { namespace }),
    ...(interceptors && { workflowInterceptorModules: interceptors.map(path) }),
    ...(given['payload-converter'] && { payloadConverterPath: path(given['payload-converter']) }),
    ...(given['failure-converter'] && { failureConverterPath: path(given['failure-converter']) }),
  };
  const sources = await findHistories(given.histories, terminal.cwd);
  const progress = progressBar('replaying', sources.length, terminal);
  const results = await replayInParallel(options, sources, given.concurrency, terminal.cwd, progress.advance);
  progress.end();
  const { strict } = given;
  terminal.stdout.write(formatReplay(results, given.format, { strict, cwd: terminal.cwd }));
  return exitCodeOf(summaryOf(results), strict);
}
