/**
 * Bounds of the service (E10), with Temporal's defaults where Temporal has the limit. A run that reaches a
 * `…Error` limit is refused or ended; from the `…Warning` limit on `suggestContinueAsNew` is set.
 */
export const limits = {
  historyEventsWarning: 10_240,
  historyEventsSuggestContinueAsNew: 4 * 1024,
  historyEventsError: 50 * 1024,
  historyBytesSuggestContinueAsNew: 4 * 1024 * 1024,
  historyBytesWarning: 10 * 1024 * 1024,
  historyBytesError: 50 * 1024 * 1024,
  payloadBytesWarning: 256 * 1024,
  payloadBytesError: 2 * 1024 * 1024,
  memoBytesError: 2 * 1024 * 1024,
  searchAttributesBytesError: 40 * 1024,
  searchAttributeValueBytesError: 2 * 1024,
  searchAttributesCount: 100,
  idBytes: 1000,
  namespaces: 1_000,
  pendingActivities: 2_000,
  pendingChildren: 2_000,
  pendingSignals: 2_000,
  pendingCancelRequests: 2_000,
  signalsPerRun: 10_000,
  updatesInFlight: 10,
  updatesPerRun: 2_000,
  bufferedEvents: 10_000,
  bufferedQueries: 1_000,
  /** Tasks of one queue that wait for a poller; starts are refused beyond it. */
  backlogPerTaskQueue: 1_000_000,
  workflowTaskTimeoutMs: 10_000,
  workflowTaskTimeoutMaxMs: 120_000,
  stickyScheduleToStartMs: 10_000,
  /** A sticky queue without a poll for so long has lost its worker. */
  stickyPollerGoneMs: 10_000,
  workflowTaskRetryInitialMs: 1_000,
  workflowTaskRetryMaximumMs: 60_000,
  scheduleBuffer: 1_000,
  scheduleRecentActions: 10,
  schedulePreviewActions: 10,
  pageSize: 1_000,
} as const;
