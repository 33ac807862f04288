import type { CommandGroup } from '../command.js';
import { defineCommand } from '../command.js';
import { connectionOptions } from '../engine/connection-options.js';

/** Loads the engine, and only when a command needs it. */
const actions = () => import('../history/actions.js');

const file = { type: 'string', demandOption: true, describe: 'A history: JSON, gzip or protobuf' } as const;
const output = {
  type: 'string',
  alias: 'o',
  requiresArg: true,
  describe: 'File to write; default: standard output',
} as const;

const show = defineCommand({
  usage: 'show <file>',
  describe: 'Print a history as a timeline',
  examples: [['refrain history show order.json', 'what happened, event by event']],
  positionals: { file },
  options: {
    format: {
      type: 'string',
      default: 'text',
      choices: ['text', 'json'],
      describe: 'For people or machines',
    },
  },
  run: async (given, terminal) => (await actions()).show(given, terminal),
});

const validate = defineCommand({
  usage: 'validate <file>',
  describe: 'Check that a file is a whole history',
  examples: [['refrain history validate order.json', 'exit 2 and the reason if it is not']],
  positionals: { file },
  options: {},
  run: async (given, terminal) => (await actions()).validate(given, terminal),
});

const diff = defineCommand({
  usage: 'diff <left> <right>',
  describe: 'Compare two histories, apart from ids, times and identities',
  examples: [['refrain history diff before.json after.json', 'exit 1 if they differ']],
  positionals: { left: file, right: file },
  options: {
    everything: { type: 'boolean', default: false, describe: 'Compare ids, times and identities, too' },
    format: {
      type: 'string',
      default: 'text',
      choices: ['text', 'json'],
      describe: 'For people or machines',
    },
  },
  run: async (given, terminal) => (await actions()).diff(given, terminal),
});

const convert = defineCommand({
  usage: 'convert <file>',
  describe: 'Write a history in another form',
  examples: [['refrain history convert order.bin --to json -o order.json', 'from protobuf to JSON']],
  positionals: { file },
  options: {
    to: {
      type: 'string',
      default: 'json',
      choices: ['json', 'json-pascal', 'binary'] as const,
      describe: 'The form to write',
    },
    gzip: { type: 'boolean', default: false, describe: 'Compress it' },
    output,
  },
  run: async (given, terminal) => (await actions()).convert(given, terminal),
});

const redact = defineCommand({
  usage: 'redact <file>',
  describe: 'Replace payloads by placeholders of the same shape',
  examples: [['refrain history redact order.json -o redacted.json', 'a history that can be shared']],
  positionals: { file },
  options: { output },
  run: async (given, terminal) => (await actions()).redact(given, terminal),
});

const exportHistories = defineCommand({
  usage: 'export',
  describe: 'Write histories of an engine or a Temporal server to files',
  examples: [
    ['refrain history export -w order-7 -o order-7.json', 'one execution'],
    [
      'refrain history export -q \'WorkflowType = "orderWorkflow"\' --directory histories/',
      'those of a query',
    ],
  ],
  positionals: {},
  options: {
    ...connectionOptions,
    'workflow-id': { type: 'string', alias: 'w', requiresArg: true, describe: 'The execution to export' },
    'run-id': { type: 'string', alias: 'r', requiresArg: true, describe: 'A run of it; default: the newest' },
    query: { type: 'string', alias: 'q', requiresArg: true, describe: 'A list filter instead of an id' },
    limit: { type: 'number', default: 100, requiresArg: true, describe: 'At most this many of the query' },
    output,
    directory: {
      type: 'string',
      alias: 'd',
      requiresArg: true,
      describe: 'Folder for a file of each execution: <workflow id>.<run id>.json',
    },
    gzip: { type: 'boolean', default: false, describe: 'Compress them' },
  },
  run: async (given, terminal) => (await import('../engine/export-histories.js')).runExport(given, terminal),
});

export const history: CommandGroup = {
  usage: 'history',
  describe: 'Show, check, compare, redact, export histories',
  members: [show, validate, diff, convert, redact, exportHistories],
};
