// Usage: node run-bundle.mjs <bundle.json>: runs the workflows of fixtures/workflow-api/observe.ts, prints the completions.
import { readFileSync } from 'node:fs';
import { loadBundle } from '@refrain/engine/internal';

const loaded = loadBundle(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const activation = (jobs) => ({
  runId: 'run-1',
  timestampMs: 1_709_251_199_123,
  isReplaying: false,
  historyLength: 3,
  historySizeBytes: 0,
  continueAsNewSuggested: false,
  availableInternalFlags: [],
  jobs,
});
const initialize = (workflowType) => ({
  type: 'initializeWorkflow',
  workflowType,
  workflowId: 'w',
  namespace: 'default',
  taskQueue: 'q',
  arguments: [],
  randomnessSeed: '12345678901234567890',
  headers: {},
  identity: '',
  firstExecutionRunId: 'run-1',
  attempt: 1,
  startTimeMs: 1,
});
const completions = [];
for (const type of ['observe', 'fails']) {
  const instance = loaded.createInstance();
  completions.push(instance.activate(activation([initialize(type)])));
  if (type === 'observe') completions.push(instance.activate(activation([{ type: 'fireTimer', seq: 1 }])));
}
process.stdout.write(JSON.stringify(completions));
