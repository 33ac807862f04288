/** A signal that a workflow sent to a mocked workflow. */
export interface ReceivedSignal {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Virtual time of the delivery. */
  readonly atMs: number;
}

/**
 * A workflow outside of the test that the workflow under test signals or cancels, by its id. It takes signals and
 * does nothing else; `refuses()` makes it look as if there were no such workflow.
 */
export class ExternalWorkflowMock {
  readonly workflowId: string;
  /** What came in, in order. */
  readonly signals: readonly ReceivedSignal[] = [];
  readonly #state = { refuses: false, cancelRequested: false };

  constructor(workflowId: string) {
    this.workflowId = workflowId;
  }

  get cancelRequested(): boolean {
    return this.#state.cancelRequested;
  }

  get isRefusing(): boolean {
    return this.#state.refuses;
  }

  /** Signals and cancellations fail, as for a workflow that does not exist. */
  refuses(): this {
    this.#state.refuses = true;
    return this;
  }

  record(received: ReceivedSignal): void {
    (this.signals as ReceivedSignal[]).push(received);
  }

  recordCancelRequest(): void {
    this.#state.cancelRequested = true;
  }
}
