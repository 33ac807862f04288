import type { ReportFormat } from '@refrain/analyzer';
import { defineCommand } from '../command.js';
import { profileIds } from '../project/profile-ids.js';

const formats = ['text', 'json', 'sarif', 'github', 'junit'] as const satisfies readonly ReportFormat[];

export const check = defineCommand({
  usage: 'check [path]',
  describe: 'Prove workflow code deterministic',
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
      choices: ['auto', ...profileIds],
    },
    format: {
      type: 'string',
      default: 'text',
      choices: formats,
      describe: 'How to print the findings',
    },
    workflows: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'Modules whose exported functions are workflows: paths, and globs in quotes',
    },
    'list-workflows': { type: 'boolean', default: false, describe: 'Show the workflows, and check nothing' },
    baseline: {
      type: 'string',
      requiresArg: true,
      describe: 'Leave out the findings of this file; it is made if it is missing, but not in CI',
    },
    'update-baseline': {
      type: 'boolean',
      default: false,
      describe: 'Make the baseline anew, as after a repair',
    },
    level: {
      type: 'string',
      default: 'warning',
      choices: ['warning', 'error'] as const,
      describe: 'The least severity that is reported',
    },
    verbose: { type: 'boolean', default: false, describe: 'Show the whole chain of calls of each finding' },
    watch: { type: 'boolean', default: false, describe: 'Check again whenever a file changes' },
    'cache-dir': { type: 'string', describe: 'Where results are kept between runs' },
    cache: { type: 'boolean', default: true, describe: 'Keep results between runs' },
  },
  run: async (given, terminal) => (await import('../check/run.js')).runCheckCommand(given, terminal),
});
