import { UsageError } from '../usage-error.js';

/** Reads a JSON array off the command line. Throws `UsageError` RFN7011 that names the option. */
export function parseArguments(option: string, text: string | undefined): unknown[] {
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError('RFN7011', `--${option} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!Array.isArray(value)) {
    throw new UsageError(
      'RFN7011',
      `--${option} takes a JSON array with one element for each argument: '[${text}]'`,
    );
  }
  return value;
}
