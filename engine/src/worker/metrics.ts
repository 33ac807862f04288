/** What a worker counts; `open-telemetry.ts` implements it. Durations are milliseconds. */
export interface WorkerMetrics {
  workflowTaskCompleted(workflowType: string, replayedEvents: number, durationMs: number): void;
  workflowTaskFailed(workflowType: string, cause: string): void;
  stickyCache(event: 'hit' | 'miss' | 'evicted', size: number): void;
  historySize(workflowType: string, events: number, bytes: number): void;
  signalsReceived(workflowType: string, count: number): void;
  continuedAsNew(workflowType: string): void;
  activityStarted(activityType: string, scheduleToStartMs: number): void;
  activityEnded(
    activityType: string,
    outcome: 'completed' | 'failed' | 'cancelled' | 'async',
    attempt: number,
    durationMs: number,
  ): void;
}

const nothing = (): void => undefined;

export const noMetrics: WorkerMetrics = {
  workflowTaskCompleted: nothing,
  workflowTaskFailed: nothing,
  stickyCache: nothing,
  historySize: nothing,
  signalsReceived: nothing,
  continuedAsNew: nothing,
  activityStarted: nothing,
  activityEnded: nothing,
};
