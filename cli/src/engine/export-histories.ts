import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeHistory } from '@refrain/engine';
import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { UsageError } from '../usage-error.js';
import { connect, type Connection, type ConnectionArguments } from './connection.js';

export interface ExportArguments extends ConnectionArguments {
  readonly 'workflow-id': string | undefined;
  readonly 'run-id': string | undefined;
  readonly query: string | undefined;
  readonly limit: number;
  readonly output: string | undefined;
  readonly directory: string | undefined;
  readonly gzip: boolean;
}

/** `refrain history export`: one history to a file or standard output, or those of a query into a folder. */
export async function runExport(given: ExportArguments, terminal: Terminal): Promise<ExitCode> {
  const { 'workflow-id': workflowId, 'run-id': runId, query, directory, output } = given;
  if ((workflowId === undefined) === (query === undefined)) {
    throw new UsageError('RFN7032', 'Say which histories to export: either --workflow-id or --query.');
  }
  if (query !== undefined && directory === undefined) {
    throw new UsageError(
      'RFN7032',
      'The histories of a --query are written into a folder: give --directory.',
    );
  }
  await using connection = await connect(given, terminal);
  const { stdout, cwd } = terminal;
  if (directory === undefined) {
    const bytes = await historyOf(connection, { workflowId: workflowId!, runId }, given.gzip);
    if (output === undefined) stdout.write(bytes);
    else await writeFile(resolve(cwd, output), bytes);
    return 0;
  }
  const folder = resolve(cwd, directory);
  await mkdir(folder, { recursive: true });
  let written = 0;
  for await (const execution of executionsOf(connection, given)) {
    const name = `${fileSafe(execution.workflowId)}.${execution.runId}.json${given.gzip ? '.gz' : ''}`;
    await writeFile(join(folder, name), await historyOf(connection, execution, given.gzip));
    written += 1;
  }
  stdout.write(`${written} ${written === 1 ? 'history' : 'histories'} written to ${directory}\n`);
  return 0;
}

interface Execution {
  readonly workflowId: string;
  readonly runId: string | undefined;
}

async function* executionsOf({ client }: Connection, given: ExportArguments): AsyncIterable<Execution> {
  const { 'workflow-id': workflowId, 'run-id': runId, query, limit } = given;
  if (workflowId !== undefined) {
    const described = await client.workflow.getHandle(workflowId, runId).describe();
    yield { workflowId, runId: described.runId };
    return;
  }
  let found = 0;
  for await (const execution of client.workflow.list({ query: query! })) {
    if (found++ >= limit) return;
    yield { workflowId: execution.workflowId, runId: execution.runId };
  }
}

async function historyOf(
  { client }: Connection,
  { workflowId, runId }: Execution,
  gzip: boolean,
): Promise<Uint8Array> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return writeHistory(events, 'json', { gzip });
}

/** Workflow ids may hold anything; a file's name may not. */
function fileSafe(workflowId: string): string {
  return workflowId
    .replace(/[^\w.-]/g, (character) => `%${character.codePointAt(0)!.toString(16)}`)
    .slice(0, 150);
}
