import { defineCommand } from '../command.js';

export const run = defineCommand({
  usage: 'run <type>',
  describe: 'Run one workflow, and print its result',
  examples: [
    [
      'refrain run orderWorkflow --workflows src/workflows.ts --activities src/activities.ts --args \'[{"orderId":"7"}]\'',
      'in memory',
    ],
    [
      'refrain run trial --workflows src/workflows.ts --file app.db --workflow-id trial-7',
      'durable: the same command goes on with it after a crash',
    ],
  ],
  positionals: { type: { type: 'string', demandOption: true, describe: 'The workflow’s exported name' } },
  options: {
    workflows: {
      type: 'string',
      demandOption: true,
      requiresArg: true,
      describe: 'Module that exports workflows',
    },
    activities: { type: 'string', requiresArg: true, describe: 'Module that exports activities' },
    args: { type: 'string', requiresArg: true, describe: 'The workflow’s arguments, as a JSON array' },
    file: { type: 'string', requiresArg: true, describe: 'Database file; without it nothing is kept' },
    'workflow-id': { type: 'string', requiresArg: true, describe: 'Default: a new id' },
    'task-queue': {
      type: 'string',
      default: 'default',
      requiresArg: true,
      describe: 'Task queue of the worker',
    },
    format: {
      type: 'string',
      default: 'text',
      choices: ['text', 'json'],
      describe: 'How to print the result',
    },
  },
  run: async (given, terminal) => (await import('../engine/run.js')).runWorkflowCommand(given, terminal),
});
