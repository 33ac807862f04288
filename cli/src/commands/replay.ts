import type { ReportFormat } from '@refrain/engine';
import { defineCommand } from '../command.js';

// Spelled out here so that the command line can be read without loading the engine.
const formats = ['text', 'json', 'junit', 'github'] as const satisfies readonly ReportFormat[];

export const replay = defineCommand({
  usage: 'replay <histories..>',
  describe: 'Grade today’s code against recorded histories',
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
      choices: ['all', 'last'] as const,
      describe: 'Replay at every workflow task',
    },
    concurrency: {
      type: 'number',
      default: 1,
      requiresArg: true,
      describe: 'Histories replayed at once, each on a thread',
    },
    format: { type: 'string', default: 'text', choices: formats, describe: 'How to print the results' },
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
  run: async (given, terminal) => (await import('../replay/run.js')).runReplayCommand(given, terminal),
});
