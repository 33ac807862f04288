import type { Writable } from 'node:stream';

/** Where a command reads its surroundings from and writes to; tests pass their own. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly stdin: NodeJS.ReadableStream;
  /** Whether a person reads standard output. */
  readonly isInteractive: boolean;
  /** Width to wrap at. */
  readonly columns: number;
  readonly useColor: boolean;
  /** Aborted by the first interrupt (Ctrl-C, SIGTERM): end cleanly. */
  readonly interrupted: AbortSignal;
}

export function processTerminal(): Terminal {
  const interrupt = new AbortController();
  const { stdout, stderr, stdin, env } = process;
  const onInterrupt = (name: NodeJS.Signals) => {
    // A second interrupt, whichever it is, finds no listener and ends the process at once.
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
    interrupt.abort(name);
  };
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  const isInteractive = stdout.isTTY === true;
  return {
    cwd: process.cwd(),
    env,
    stdout,
    stderr,
    stdin,
    isInteractive,
    columns: stdout.columns ?? 80,
    useColor: colorWanted(env, isInteractive),
    interrupted: interrupt.signal,
  };
}

export function whenInterrupted({ interrupted }: Terminal): Promise<void> {
  return new Promise((done) => {
    if (interrupted.aborted) done();
    interrupted.addEventListener('abort', () => done(), { once: true });
  });
}

/** NO_COLOR and FORCE_COLOR as their conventions say, else colours only on a terminal. */
export function colorWanted(
  env: Readonly<Record<string, string | undefined>>,
  isInteractive: boolean,
): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return isInteractive && env['TERM'] !== 'dumb';
}
