import { InputError, UserCodeError } from '../errors.js';

/** Workflow code does not compile, or imports what a workflow cannot have. */
export class WorkflowBundleError extends InputError {}

/** Workflow code did not give control back within the deadline. */
export class WorkflowDeadlineError extends UserCodeError {
  constructor(deadlineMs: number) {
    super(
      'RFN1101',
      `Workflow code ran for more than ${deadlineMs} ms without awaiting anything. Is there an endless loop? Move long ` +
        'computations into an activity.',
    );
  }
}
