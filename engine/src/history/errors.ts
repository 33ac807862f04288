import { InputError } from '../errors.js';

/** The input is not a history: `path` says where in the file. */
export class HistoryFormatError extends InputError {
  readonly path: string;
  /** The message without the path. */
  readonly detail: string;

  constructor(code: string, path: string, detail: string) {
    super(code, path ? `${path}: ${detail}` : detail);
    this.path = path;
    this.detail = detail;
  }

  /** The same error, seen from the value that holds the faulty one: paths are made only when something is wrong. */
  within(outer: string): HistoryFormatError {
    return new HistoryFormatError(this.code, outer + this.path, this.detail);
  }
}

/** Adds where a fault was found, and lets other errors pass. */
export function located(error: unknown, outer: string): unknown {
  return error instanceof HistoryFormatError ? error.within(outer) : error;
}
