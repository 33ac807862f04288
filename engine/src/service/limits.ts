/**
 * Bounds of the service (E10), with Temporal's defaults where Temporal has the limit. A run that reaches a
 * `…Error` limit is refused or ended; at the `…Warning` limit there is a warning (`limit-warnings.ts`).
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
  /** Of a failure that is too large to be recorded. */
  truncatedMessageLength: 10_000,
  memoBytesError: 2 * 1024 * 1024,
  searchAttributesBytesError: 40 * 1024,
  searchAttributeValueBytesError: 2 * 1024,
  searchAttributesCount: 100,
  idBytes: 1000,
  fairnessKeyBytes: 64,
  namespaces: 1_000,
  pendingActivitiesWarning: 1_600,
  pendingActivities: 2_000,
  pendingChildrenWarning: 1_600,
  pendingChildren: 2_000,
  pendingSignalsWarning: 1_600,
  pendingSignals: 2_000,
  pendingCancelRequests: 2_000,
  signalsPerRunWarning: 8_000,
  signalsPerRun: 10_000,
  updatesInFlight: 10,
  updatesPerRunWarning: 1_600,
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
  scheduleListedActions: 5,
  scheduleNotesLength: 1_000,
  pageSize: 1_000,
  /** Of one page of a history, however it is asked for; gRPC clients take messages of 4 MB. */
  historyPageEvents: 100_000,
  historyPageBytes: 2 * 1024 * 1024,
  /** A workflow task that has rejected updates is recorded after all when more events than these came with it. */
  eventsOfDiscardedTask: 10,
  /** Heartbeats of one workflow task, without anything else, for so long; then it has timed out. */
  workflowTaskHeartbeatMs: 30 * 60_000,
} as const;
