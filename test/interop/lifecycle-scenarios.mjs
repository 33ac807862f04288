// Scenarios about what is done to runs from outside; part of the tricky scenarios.
import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';

const told = (promise) => promise.then(JSON.stringify, (error) => error.name);

/** `note(text)` adds a line of what a client was told, `nextRun()` waits until another run has followed the first. */
export const lifecycleScenarios = {
  allTimeouts: {},
  cancelWithoutWaiting: {},
  asks: {
    async drive(handle, { seen, note }) {
      await seen('WorkflowTaskCompleted', 1);
      const ask = async () => {
        note(await told(handle.query('echo', 1, 'two')));
        note(await told(handle.query('fails')));
        note(await told(handle.query('unheard of', 1, 2, 3)));
      };
      await ask();
      await handle.signal('stop');
      await handle.result();
      await ask();
    },
  },
  everySecond: {
    type: 'returnsAtOnce',
    options: { cronSchedule: '@every 1s' },
    open: 'WorkflowExecutionStarted',
    drive: (_handle, { nextRun }) => nextRun(),
  },
  idPolicies: {
    type: 'waitsForever',
    open: 'WorkflowExecutionTerminated',
    async drive(handle, { client, note, seen }) {
      const { workflowId, firstExecutionRunId } = handle;
      await seen('TimerStarted', 1);
      const again = async (options) => {
        const next = await client.workflow
          .start('returnsAtOnce', { workflowId, taskQueue: 'tricky', ...options })
          .catch((error) => error);
        const isSame = next.firstExecutionRunId === firstExecutionRunId;
        note(
          `${JSON.stringify(options)}: ${next instanceof Error ? next.name : isSame ? 'same run' : 'new run'}`,
        );
      };
      await again({});
      await again({ workflowIdConflictPolicy: 'FAIL' });
      await again({ workflowIdConflictPolicy: 'USE_EXISTING' });
      await handle.terminate('to be followed');
      await again({ workflowIdReusePolicy: 'REJECT_DUPLICATE' });
    },
  },
  updateWithStart: {
    type: 'updates',
    sdkOnly: true,
    children: ['/by-update'],
    async drive(handle, { client, note, seen }) {
      const { WithStartWorkflowOperation } = createRequire(import.meta.url)('@temporalio/client');
      await seen('WorkflowTaskCompleted', 1);
      const send = async (workflowId, workflowIdConflictPolicy) => {
        const options = { workflowId, taskQueue: 'tricky', workflowIdConflictPolicy };
        const startWorkflowOperation = new WithStartWorkflowOperation('updates', options);
        startWorkflowOperation.workflowHandle().catch(() => undefined);
        const args = { args: ['one'], startWorkflowOperation };
        note(await told(client.workflow.executeUpdateWithStart('set', args)));
      };
      await send(handle.workflowId, 'USE_EXISTING');
      await send(handle.workflowId, 'FAIL');
      await send(`${handle.workflowId}/by-update`, 'FAIL');
      await client.workflow.getHandle(`${handle.workflowId}/by-update`).signal('stop');
      await handle.signal('stop');
    },
  },
  bySchedule: {
    type: 'returnsAtOnce',
    sdkOnly: true,
    async extra({ client, workflowId }) {
      const schedule = await client.schedule.create({
        scheduleId: `${workflowId}/schedule`,
        spec: {},
        memo: { of: 'the schedule' },
        action: {
          type: 'startWorkflow',
          workflowType: 'returnsAtOnce',
          workflowId: `${workflowId}/action`,
          taskQueue: 'tricky',
          memo: { of: 'the action' },
        },
      });
      await schedule.trigger();
      for (let tries = 0; tries < 200; tries++) {
        const [action] = (await schedule.describe()).info.recentActions;
        if (action) return [action.action.workflow.workflowId];
        await delay(50);
      }
      throw new Error('the schedule did not act');
    },
  },
};
