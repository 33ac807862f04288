import { InputError, UserCodeError } from '@refrain/engine/internal';

/** Options of the test environment that cannot be used. */
export class TestConfigError extends InputError {}

/** Workflow code called an activity or a child in a way that the test did not expect. */
export class UnexpectedCallError extends UserCodeError {
  constructor(message: string) {
    super('RFN4002', message);
  }
}

/** Time was skipped again and again, and nothing that the test waits for came about. */
export class TimeSkipLimitError extends UserCodeError {
  constructor(message: string) {
    super('RFN4004', message);
  }
}

/** The test waits for something that nothing pending can bring about. */
export class StalledError extends UserCodeError {
  constructor(message: string) {
    super('RFN4005', message);
  }
}

/** An activity or a callback of the test does not end, and time stands still meanwhile. */
export class HeldUpError extends UserCodeError {
  constructor(message: string) {
    super('RFN4016', message);
  }
}

/** An execution's history does not replay: the workflow code is not deterministic. */
export class ReplayDivergenceError extends UserCodeError {
  constructor(message: string) {
    super('RFN4007', message);
  }
}

/** Workflow code threw what does not fail the workflow, or does not fit its history, or could not be loaded. */
export class WorkflowTaskFailedError extends UserCodeError {
  constructor(message: string) {
    super('RFN4013', message);
  }
}

/** Mocks with `once` or `times` that were used less often. */
export class UnmetExpectationError extends UserCodeError {
  constructor(message: string) {
    super('RFN4008', message);
  }
}
