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
import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';

export async function show(given: { file: string; format: string }, terminal: Terminal): Promise<ExitCode> {
  const events = await readHistory(await bytesOf(given.file, terminal));
  const text = given.format === 'json' ? asText(await writeHistory(events, 'json')) : timeline(events);
  terminal.stdout.write(`${text}\n`);
  return 0;
}

export async function validate(given: { file: string }, terminal: Terminal): Promise<ExitCode> {
  const events = await readHistory(await bytesOf(given.file, terminal));
  terminal.stdout.write(`${given.file}: ${events.length} events\n`);
  return 0;
}

interface DiffArguments {
  readonly left: string;
  readonly right: string;
  readonly everything: boolean;
  readonly format: string;
}

export async function diff(given: DiffArguments, terminal: Terminal): Promise<ExitCode> {
  const [left, right] = await Promise.all(
    [given.left, given.right].map(async (path) => readHistory(await bytesOf(path, terminal))),
  );
  const differences = diffHistories(left!, right!, { everything: given.everything });
  if (given.format === 'json') terminal.stdout.write(`${JSON.stringify(differences, null, 2)}\n`);
  else for (const difference of differences) terminal.stdout.write(`${differenceLine(difference)}\n`);
  return differences.length > 0 ? 1 : 0;
}

function differenceLine(difference: ReturnType<typeof diffHistories>[number]): string {
  const at = (id: number | undefined) => (id === undefined ? '' : `#${id}`);
  const head = `${difference.type} ${difference.eventType} ${at(difference.leftEventId)} → ${at(difference.rightEventId)}`;
  if (difference.field === undefined) return head;
  return `${head} ${difference.field}: ${JSON.stringify(difference.left)} → ${JSON.stringify(difference.right)}`;
}

interface ConvertArguments {
  readonly file: string;
  readonly to: HistoryForm;
  readonly gzip: boolean;
  readonly output: string | undefined;
}

export async function convert(given: ConvertArguments, terminal: Terminal): Promise<ExitCode> {
  const events = await readHistory(await bytesOf(given.file, terminal));
  await emit(await writeHistory(events, given.to, { gzip: given.gzip }), given.output, terminal);
  return 0;
}

export async function redact(
  given: { file: string; output: string | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  const redacted = redactHistory(await readHistoryJson(await bytesOf(given.file, terminal)));
  await emit(Buffer.from(`${JSON.stringify(redacted, null, 2)}\n`), given.output, terminal);
  return 0;
}

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
