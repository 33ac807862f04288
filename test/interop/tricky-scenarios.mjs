// What a client does with each program of test/fixtures/temporal/tricky. Each step waits until history shows that the
// one before has had its effect, so that the order of events does not depend on timing.
import { setTimeout as delay } from 'node:timers/promises';
import { lifecycleScenarios } from './lifecycle-scenarios.mjs';

const refused = (promise) => promise.catch(() => undefined);

/**
 * `drive(handle, tools)`: `tools.seen(type, count)` waits until the history has so many events of a type, and
 * `tools.client` is the client. `children` are workflow ids (after the parent's) whose histories are compared, too.
 */
export const trickyScenarios = {
  nestedScopes: {
    async drive(handle, { seen }) {
      await seen('TimerStarted', 1);
      await handle.signal('go');
    },
  },
  shielded: { drive: cancelAfterTimer },
  swallowed: {
    async drive(handle, { seen }) {
      await seen('TimerStarted', 1);
      await handle.cancel();
      await refused(handle.cancel());
    },
  },
  commandAfterCancel: { drive: cancelAfterTimer },
  conditions: {
    async drive(handle, { seen }) {
      await seen('TimerStarted', 2);
      await handle.signal('go');
    },
  },
  timeoutScope: {},
  timersOfZero: {},
  raceLeftovers: {},
  startedWithSignal: { loose: true, options: { signal: 'go', signalArgs: ['first'] } },
  handlerContinues: {
    args: [0],
    firstRun: true,
    async drive(handle, { seen }) {
      await seen('WorkflowTaskCompleted', 1);
      await handle.signal('go');
    },
  },
  carriesOn: { args: [0], firstRun: true },
  patchedInLoop: {},
  throwsText: { open: 'WorkflowTaskFailed' },
  throwsOutOfHandler: {
    async drive(handle, { seen }) {
      await seen('WorkflowTaskCompleted', 1);
      await handle.signal('go');
    },
  },
  failureChain: {},
  retryStates: {},
  cancelWaits: {},
  completedElsewhere: {
    async drive(handle, { seen, client }) {
      await seen('ActivityTaskScheduled', 1);
      await delay(300);
      await client.activity.complete({ workflowId: handle.workflowId, activityId: '1' }, 'from outside');
    },
  },
  closesOver: {
    children: ['/TERMINATE', '/REQUEST_CANCEL', '/ABANDON'],
    async after(handle, { client, seenIn }) {
      const abandoned = client.workflow.getHandle(`${handle.workflowId}/ABANDON`);
      await seenIn(abandoned.workflowId, 'TimerStarted', 1);
      await abandoned.terminate('no longer wanted');
    },
  },
  childEnds: { children: ['/fails', '/waits'] },
  sameChildTwice: { loose: true },
  cancelChild: {},
  cancelChildUnstarted: {},
  externals: {},
  updates: {
    async drive(handle, { seen }) {
      await seen('WorkflowTaskCompleted', 1);
      for (const text of ['invalid', 'one', 'broken', 'invalid', 'fails']) {
        await refused(handle.executeUpdate('set', { args: [text] }));
      }
      const waiting = await handle.startUpdate('set', { args: ['waits'], waitForStage: 'ACCEPTED' });
      await handle.executeUpdate('set', { args: ['opens'] });
      await waiting.result();
      await handle.signal('stop');
    },
  },
  unfinishedHandler: {
    async drive(handle, { seen }) {
      await seen('WorkflowTaskCompleted', 1);
      await handle.startUpdate('set', { args: ['x'], waitForStage: 'ACCEPTED' });
      await handle.signal('stop');
    },
  },
  signalWhileBusy: {
    async drive(handle, { seen }) {
      await seen('WorkflowTaskStarted', 1);
      await delay(250);
      await handle.signal('go', 'meanwhile');
    },
  },
  triggers: {
    loose: true,
    async drive(handle, { seen }) {
      await seen('WorkflowTaskCompleted', 1);
      await handle.signal('go', 'now');
    },
  },
  fanOut: { loose: true, args: [40] },
  locals: {},
  memos: {},
  retriedRuns: {
    options: {
      retry: {
        initialInterval: 10,
        backoffCoefficient: 1,
        maximumAttempts: 5,
        nonRetryableErrorTypes: ['Listed'],
      },
    },
  },
  waitsForever: {
    async drive(handle, { seen }) {
      await seen('TimerStarted', 1);
      await handle.signal('go');
      await seen('WorkflowTaskCompleted', 2);
      await handle.terminate('over');
    },
  },
  delayed: { type: 'returnsAtOnce', options: { startDelay: '1 s' } },
  delayedSignal: {
    type: 'waitsForever',
    options: { startDelay: '1 s' },
    async drive(handle, { seen }) {
      await handle.signal('go');
      await seen('TimerStarted', 1);
      await handle.terminate('over');
    },
  },
  runTimeout: { type: 'waitsForever', options: { workflowRunTimeout: '1 s' } },
  emptyScopes: {},
  ...lifecycleScenarios,
};

async function cancelAfterTimer(handle, { seen }) {
  await seen('TimerStarted', 1);
  await handle.cancel();
}
