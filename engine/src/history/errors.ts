import { InputError } from '../errors.js';

/** The input is not a history: `path` says where in the file. */
export class HistoryFormatError extends InputError {
  readonly path: string;

  constructor(code: string, path: string, message: string) {
    super(code, path ? `${path}: ${message}` : message);
    this.path = path;
  }
}
