import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/**
 * The text for an error that ended a command: what happened, and the page that says more. A stack is
 * shown only for what looks like a defect of ours, and with REFRAIN_DEBUG set.
 */
export function describeFailure(thrown: unknown, terminal: Terminal): string {
  const error = systemFailure(thrown) ?? thrown;
  const { message, code, stack } = factsOf(error);
  const red = (text: string) => (terminal.useColor ? `\u001b[31m${text}\u001b[39m` : text);
  const lines = [`${red('error')}${code ? ` ${code}` : ''}: ${message}`];
  if (code) lines.push(`\`refrain explain ${code}\` says more.`);
  if (stack && (isDefect(error) || terminal.env['REFRAIN_DEBUG'])) lines.push(stack);
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause)) {
    const { message: why } = factsOf(cause);
    // Errors that wrap another one often quote it.
    if (!lines.some((line) => line.includes(why))) lines.push(`caused by: ${why}`);
  }
  return lines.join('\n');
}

function factsOf(error: unknown): { message: string; code?: string; stack?: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = (error as { code?: unknown }).code;
  return {
    message: error.message,
    ...(typeof code === 'string' && /^RFN\d{4}$/.test(code) && { code }),
    ...(error.stack !== undefined && { stack: error.stack }),
  };
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the system does not allow it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EEXIST: 'something else stands there',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EADDRINUSE: 'another process listens there',
  EMFILE: 'too many files are open',
};

/** What the operating system refused, in words; undefined for all other errors. */
function systemFailure(error: unknown): UsageError | undefined {
  const { code, path, syscall, address, port } = (error ?? {}) as NodeJS.ErrnoException & {
    readonly address?: string;
    readonly port?: number;
  };
  const reason = reasons[code ?? ''];
  if (reason === undefined || syscall === undefined) return undefined;
  const what = path ?? (address === undefined ? 'the file' : `${address}:${port}`);
  return new UsageError('RFN7008', `${what}: ${reason} (${code} on ${syscall}).`);
}

/** Errors of the language itself: nobody threw them to tell a user something. */
function isDefect(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    /^(Error|TypeError|RangeError|ReferenceError|InvariantViolation)$/.test(error.name)
  );
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
