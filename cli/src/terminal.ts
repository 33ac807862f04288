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
  /** Whether a person watches standard error, so that a line may be drawn there and taken away again. */
  readonly showsProgress: boolean;
  /** Width to wrap at. */
  readonly columns: number;
  readonly useColor: boolean;
  /**
   * Aborted by the first interrupt (Ctrl-C, SIGTERM): end cleanly. Whoever does not ask for it is ended by the
   * interrupt itself, also in the midst of a long computation.
   */
  readonly interrupted: AbortSignal;
}

export function processTerminal(): Terminal {
  const { stdout, stderr, stdin, env } = process;
  const isInteractive = stdout.isTTY === true;
  let interrupted: AbortSignal | undefined;
  return {
    cwd: process.cwd(),
    env,
    stdout,
    stderr,
    stdin,
    isInteractive,
    showsProgress: stderr.isTTY === true && env['TERM'] !== 'dumb' && !isCi(env),
    columns: stdout.columns ?? 80,
    useColor: colorWanted(env, isInteractive),
    get interrupted() {
      return (interrupted ??= firstInterrupt());
    },
  };
}

function firstInterrupt(): AbortSignal {
  const interrupt = new AbortController();
  const onInterrupt = (name: NodeJS.Signals) => {
    // A second interrupt, whichever it is, finds no listener and ends the process at once.
    process.off('SIGINT', onInterrupt).off('SIGTERM', onInterrupt);
    interrupt.abort(name);
  };
  process.on('SIGINT', onInterrupt).on('SIGTERM', onInterrupt);
  return interrupt.signal;
}

/** `CI`, as the services for it set it. */
export function isCi(env: Terminal['env']): boolean {
  return env['CI'] !== undefined && !['', '0', 'false'].includes(env['CI']);
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
