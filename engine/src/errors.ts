/**
 * The three kinds of errors (never mixed), each with a stable code that has a page in `docs/errors/`:
 * `UserCodeError` (the user's workflow or activity code), `InputError` (a file, option or request that
 * cannot be accepted) and `InvariantViolation` (a defect of Refrain).
 */
export abstract class RefrainError extends Error {
  /** `RFN####`, the page `docs/errors/RFN####.md`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

export class UserCodeError extends RefrainError {}

export class InputError extends RefrainError {}

export class InvariantViolation extends RefrainError {}

/** For the end of an exhaustive `switch`. */
export function assertNever(value: never): never {
  throw new InvariantViolation('RFN1000', `Unexpected variant: ${JSON.stringify(value)}`);
}
