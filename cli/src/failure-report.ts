import type { Terminal } from './terminal.js';

/**
 * The text for an error that ended a command: what happened, and the page that says more. A stack is
 * shown only for what looks like a defect of ours, and with REFRAIN_DEBUG set.
 */
export function describeFailure(error: unknown, terminal: Terminal): string {
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
