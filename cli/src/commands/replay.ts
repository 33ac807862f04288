import { resolve } from 'node:path';
import {
  exitCodeOf,
  summaryOf,
  findHistories,
  formatReplay,
  reportFormats,
  type ReplayOptions,
} from '@refrain/engine';
import { defineCommand } from '../command.js';
import { progressBar } from '../progress.js';
import { replayInParallel } from '../replay/parallel.js';

export const replay = defineCommand({
  usage: 'replay <histories..>',
  describe: 'Replay recorded histories with today’s code, and grade the result',
  examples: [
    ['refrain replay histories/ --workflows src/workflows.ts', 'every history below a folder'],
    ['refrain replay "histories/**/*.json" --workflows src/workflows.ts --strict', 'fail on drift, too'],
  ],
  positionals: {
    histories: { type: 'string', array: true, demandOption: true, describe: 'Files, folders or globs' },
  },
  options: {
    workflows: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'The module that exports the workflows',
    },
    strict: { type: 'boolean', default: false, describe: '`drift` and `vacuous` fail, too' },
    cuts: {
      type: 'string',
      default: 'last',
      choices: ['all', 'last'],
      describe: 'Replay at every workflow task',
    },
    concurrency: {
      type: 'number',
      default: 1,
      requiresArg: true,
      describe: 'Histories replayed at once, each on a thread',
    },
    format: { type: 'string', default: 'text', choices: reportFormats, describe: 'How to print the results' },
    namespace: { type: 'string', requiresArg: true, describe: 'What workflowInfo().namespace answers' },
    interceptors: { type: 'string', array: true, describe: 'Modules that export workflow interceptors' },
    'payload-converter': {
      type: 'string',
      requiresArg: true,
      describe: 'Module that exports `payloadConverter`',
    },
    'failure-converter': {
      type: 'string',
      requiresArg: true,
      describe: 'Module that exports `failureConverter`',
    },
  },
  run: async (given, terminal) => {
    const path = (file: string) => resolve(terminal.cwd, file);
    const { interceptors, namespace } = given;
    const options: ReplayOptions = {
      workflowsPath: path(given.workflows),
      cuts: given.cuts as 'all' | 'last',
      ...(namespace !== undefined && { namespace }),
      ...(interceptors && { workflowInterceptorModules: interceptors.map(path) }),
      ...(given['payload-converter'] && { payloadConverterPath: path(given['payload-converter']) }),
      ...(given['failure-converter'] && { failureConverterPath: path(given['failure-converter']) }),
    };
    const sources = await findHistories(given.histories, terminal.cwd);
    const progress = progressBar('replaying', sources.length, terminal);
    const results = await replayInParallel(
      options,
      sources,
      given.concurrency,
      terminal.cwd,
      progress.advance,
    );
    progress.end();
    const { strict } = given;
    terminal.stdout.write(formatReplay(results, given.format as never, { strict, cwd: terminal.cwd }));
    return exitCodeOf(summaryOf(results), strict);
  },
});
