import type { ExitCode } from '../command.js';
import type { Terminal } from '../terminal.js';
import { connect, type Connection, type ConnectionArguments } from './connection.js';

/** What every command over a connection is given. */
export interface CommonArguments extends ConnectionArguments {
  readonly format: string;
}

/** A command's answer, for machines and for people. */
export interface Answer {
  readonly json: unknown;
  readonly text: string;
  readonly exitCode?: ExitCode;
}

/** Opens the connection, does the work, prints its answer, closes. */
export async function withConnection(
  given: CommonArguments,
  terminal: Terminal,
  work: (connection: Connection) => Promise<Answer>,
): Promise<ExitCode> {
  await using connection = await connect(given, terminal);
  const { json, text, exitCode = 0 } = await work(connection);
  terminal.stdout.write(given.format === 'json' ? `${JSON.stringify(json, null, 2)}\n` : text && `${text}\n`);
  return exitCode;
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows
    .map((row) =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('  '),
    )
    .join('\n');
}
