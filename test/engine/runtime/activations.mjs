// Activations as the core gives them, for tests and benchmarks that drive workflow code without it.

export const json = (value) => ({
  metadata: { encoding: 'anNvbi9wbGFpbg==' },
  data: Buffer.from(JSON.stringify(value)).toString('base64'),
});

export const initialize = (workflowType, args = [], more = {}) => ({
  type: 'initializeWorkflow',
  workflowType,
  workflowId: 'workflow-1',
  namespace: 'default',
  taskQueue: 'queue',
  arguments: args.map(json),
  randomnessSeed: '12345678901234567890',
  headers: {},
  identity: '',
  firstExecutionRunId: 'run-1',
  attempt: 1,
  startTimeMs: 1_700_000_000_000,
  ...more,
});

export const activation = (jobs, more = {}) => ({
  runId: 'run-1',
  timestampMs: 1_700_000_000_000,
  isReplaying: false,
  historyLength: 3,
  historySizeBytes: 0,
  continueAsNewSuggested: false,
  availableInternalFlags: [],
  jobs,
  ...more,
});
