import { defineCommand } from '../command.js';

export const init = defineCommand({
  usage: 'init [path]',
  describe: 'Set Refrain up in a project, asking first',
  examples: [
    ['refrain init', 'show what would change, and ask'],
    ['refrain init --yes', 'write it without asking'],
    ['refrain init --dry-run', 'only show it'],
  ],
  positionals: { path: { type: 'string', default: '.', describe: 'The project’s folder' } },
  options: {
    yes: { type: 'boolean', alias: 'y', default: false, describe: 'Write without asking' },
    'dry-run': { type: 'boolean', default: false, describe: 'Show what would be written, and write nothing' },
  },
  run: async (given, terminal) => (await import('../init/run.js')).runInitCommand(given, terminal),
});
