import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  diffHistories,
  readHistory,
  readHistoryJson,
  redactHistory,
  writeHistory,
  type HistoryForm,
} from '@refrain/engine';
import { timeline } from '@refrain/test-env/internal';
import type { CommandGroup } from '../command.js';
import { defineCommand } from '../command.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';

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
  run: async (given, terminal) => {
    const events = await readHistory(await bytesOf(given.file, terminal));
    if (given.format === 'json') terminal.stdout.write(`${asText(await writeHistory(events, 'json'))}\n`);
    else terminal.stdout.write(`${timeline(events)}\n`);
    return 0;
  },
});

const validate = defineCommand({
  usage: 'validate <file>',
  describe: 'Check that a file is a whole history',
  examples: [['refrain history validate order.json', 'exit 2 and the reason if it is not']],
  positionals: { file },
  options: {},
  run: async (given, terminal) => {
    const events = await readHistory(await bytesOf(given.file, terminal));
    terminal.stdout.write(`${given.file}: ${events.length} events\n`);
    return 0;
  },
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
  run: async (given, terminal) => {
    const [left, right] = await Promise.all(
      [given.left, given.right].map(async (path) => readHistory(await bytesOf(path, terminal))),
    );
    const differences = diffHistories(left!, right!, { everything: given.everything });
    if (given.format === 'json') terminal.stdout.write(`${JSON.stringify(differences, null, 2)}\n`);
    else for (const difference of differences) terminal.stdout.write(`${differenceLine(difference)}\n`);
    return differences.length > 0 ? 1 : 0;
  },
});

function differenceLine(difference: ReturnType<typeof diffHistories>[number]): string {
  const at = (id: number | undefined) => (id === undefined ? '' : `#${id}`);
  const head = `${difference.type} ${difference.eventType} ${at(difference.leftEventId)} → ${at(difference.rightEventId)}`;
  if (difference.field === undefined) return head;
  return `${head} ${difference.field}: ${JSON.stringify(difference.left)} → ${JSON.stringify(difference.right)}`;
}

const convert = defineCommand({
  usage: 'convert <file>',
  describe: 'Write a history in another form',
  examples: [['refrain history convert order.bin --to json -o order.json', 'from protobuf to JSON']],
  positionals: { file },
  options: {
    to: {
      type: 'string',
      default: 'json',
      choices: ['json', 'json-pascal', 'binary'],
      describe: 'The form to write',
    },
    gzip: { type: 'boolean', default: false, describe: 'Compress it' },
    output,
  },
  run: async (given, terminal) => {
    const events = await readHistory(await bytesOf(given.file, terminal));
    const bytes = await writeHistory(events, given.to as HistoryForm, { gzip: given.gzip });
    await emit(bytes, given.output, terminal);
    return 0;
  },
});

const redact = defineCommand({
  usage: 'redact <file>',
  describe: 'Replace payloads by placeholders of the same shape',
  examples: [['refrain history redact order.json -o redacted.json', 'a history that can be shared']],
  positionals: { file },
  options: { output },
  run: async (given, terminal) => {
    const redacted = redactHistory(await readHistoryJson(await bytesOf(given.file, terminal)));
    await emit(Buffer.from(`${JSON.stringify(redacted, null, 2)}\n`), given.output, terminal);
    return 0;
  },
});

async function bytesOf(path: string, { cwd }: Terminal): Promise<Uint8Array> {
  try {
    return await readFile(resolve(cwd, path));
  } catch (error) {
    throw new UsageError('RFN7007', `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function emit(bytes: Uint8Array, path: string | undefined, { cwd, stdout }: Terminal): Promise<void> {
  if (path === undefined) stdout.write(bytes);
  else await writeFile(resolve(cwd, path), bytes);
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

export const history: CommandGroup = {
  usage: 'history',
  describe: 'Show, check, compare, convert and redact history files',
  members: [show, validate, diff, convert, redact],
};
