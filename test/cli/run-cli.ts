import { PassThrough, Readable } from 'node:stream';
import { main, type ExitCode, type Terminal } from '@refrain/cli';

export interface CliResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the CLI in this process with a terminal of its own. */
export async function runCli(
  args: readonly string[],
  surroundings: Partial<Terminal> = {},
): Promise<CliResult> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exitCode = await main(args, {
    cwd: process.cwd(),
    env: {},
    stdout,
    stderr,
    stdin: Readable.from([]),
    isInteractive: false,
    showsProgress: false,
    columns: 100,
    useColor: false,
    interrupted: new AbortController().signal,
    ...surroundings,
  });
  return { exitCode, stdout: drain(stdout), stderr: drain(stderr) };
}

function drain(stream: PassThrough): string {
  return (stream.read() as Buffer | null)?.toString('utf8') ?? '';
}
