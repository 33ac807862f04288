// What a client does with each workflow program of test/fixtures/temporal/programs.
// `drive` runs after the start; without it the scenario only waits for the workflow to end.
import { setTimeout as delay } from 'node:timers/promises';

const refused = (promise) => promise.catch(() => undefined);

/** @type {Record<string, { type?: string, args?: unknown[] | (() => unknown[]), options?: object, drive?: Function, open?: boolean }>} */
export const scenarios = {
  greet: { args: ['World'] },
  sequence: { args: [5] },
  retries: {},
  activityTimeouts: {},
  cancelActivities: {},
  cancelBeforeSent: {},
  fanOut: { args: [200] },
  mixedFanOut: {},
  localActivities: {},
  localAndTimers: {},
  localBackoff: {},
  localHeartbeat: { args: [3500], options: { workflowTaskTimeout: '1s' } },
  localCancelled: {},
  localFanOut: { args: [12] },
  timers: {},
  race: {},
  rawTimers: {},
  conditions: {
    async drive(handle) {
      await delay(600);
      await handle.signal('wake');
    },
  },
  timeoutScopes: {},
  sameTime: {},
  poller: { args: [120] },
  signals: {
    async drive(handle) {
      for (const item of ['a', 'b', 'c']) await handle.signal('push', item);
      await handle.query('items');
      await handle.signal('finish');
    },
  },
  signalBurst: {
    type: 'signals',
    options: { signal: 'push', signalArgs: ['with the start'] },
    async drive(handle) {
      await Promise.all(Array.from({ length: 30 }, (_, i) => handle.signal('push', `burst ${i}`)));
      await handle.signal('finish');
    },
  },
  asyncSignals: {
    async drive(handle) {
      await Promise.all(['a', 'b', 'c'].map((item) => handle.signal('push', item)));
      await delay(120);
      await handle.signal('push', 'd');
      await handle.signal('finish');
    },
  },
  lateHandlers: {
    async drive(handle) {
      await handle.signal('push', 'first');
      await handle.signal('unknown', 1, 2);
      await handle.signal('push', 'third');
    },
  },
  updates: {
    async drive(handle) {
      await handle.executeUpdate('append', { args: ['one'] });
      await refused(handle.executeUpdate('append', { args: ['bad one'] }));
      await Promise.all([
        handle.executeUpdate('slowAppend', { args: ['slow'] }),
        handle.executeUpdate('append', { args: ['two'] }),
      ]);
      await refused(handle.executeUpdate('slowAppend', { args: ['fails'] }));
      await handle.signal('finish');
    },
  },
  updateFinishes: { drive: (handle) => handle.executeUpdate('append', { args: ['the end'] }) },
  stillWaiting: {
    open: true,
    async drive(handle) {
      await delay(200);
      await handle.signal('push', 'one');
      await delay(500);
    },
  },
  parent: {},
  cancelChildren: {},
  externals: {
    args: ['the-other-workflow'],
    async before(client, taskQueue) {
      await client.workflow.start('child', { taskQueue, workflowId: 'the-other-workflow', args: ['waits'] });
    },
  },
  counter: { args: [3, 0], runs: true },
  patchedFlow: {},
  deprecatedFlow: {},
  patchedLater: {},
  randomness: {},
  attributes: {},
  logging: {},
  failing: {},
  cleanup: {
    async drive(handle) {
      await delay(400);
      await handle.cancel();
    },
  },
  taskFails: { args: () => [Date.now() + 2500] },
  taskTimesOut: { args: () => [Date.now() + 2200], options: { workflowTaskTimeout: '1s' } },
  retriedRun: {
    options: { retry: { initialInterval: '100ms', backoffCoefficient: 1, maximumAttempts: 5 } },
    runs: true,
  },
  resettable: {
    async drive(handle, client) {
      await handle.result();
      await client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: handle.workflowId, runId: handle.firstExecutionRunId },
        reason: 'to record a reset',
        requestId: `${Date.now()}`,
        workflowTaskFinishEventId: 10,
      });
    },
  },
  terminated: {
    type: 'forever',
    async drive(handle) {
      await delay(350);
      await handle.terminate('enough');
    },
  },
  timedOut: { type: 'forever', options: { workflowRunTimeout: '1s' } },
  empty: {},
  convertedPayloads: { type: 'mixedFanOut', converted: true },
  summaries: {},
  intercepted: {},
  cancelledAtOnce: { type: 'cleanup', drive: (handle) => handle.cancel() },
};
