/** One line an event, by scenario. */
export function runTricky(options: {
  readonly client: unknown;
  readonly historyOf: (workflowId: string, runId?: string) => Promise<readonly unknown[]>;
  readonly taskQueue: string;
  readonly prefix: string;
  readonly only?: readonly string[];
}): Promise<Readonly<Record<string, readonly string[]>>>;
