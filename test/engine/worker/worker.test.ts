import { describe, expect, it } from 'vitest';
import { activityApi } from '@refrain/engine/internal';
import { payload } from '../../properties/interpreter.js';
import { bench, program } from './fixture.js';

const activity = { type: 'activity', name: 'a', cancel: 'TRY_CANCEL' } as const;
const localActivity = { type: 'localActivity', name: 'a', cancel: 'TRY_CANCEL' } as const;

describe('a worker', () => {
  it('runs a workflow with activities and a timer to its end', async () => {
    const { newWorker, start, ended } = bench(
      { w: program(activity, { type: 'timer', ms: 2 }, activity) },
      { a: async (seen: string) => `done ${seen}` },
    );
    const worker = await newWorker();
    await worker.runUntil(async () => {
      expect((await ended(await start('w'))).type).toBe('WorkflowExecutionCompleted');
    });
    expect(worker.getState()).toBe('STOPPED');
  });

  it('works without the sticky cache, replaying each time', async () => {
    const { newWorker, start, ended } = bench({ w: program(activity, activity, activity) }, { a: () => 1 });
    const worker = await newWorker({ maxCachedWorkflows: 0 });
    await worker.runUntil(async () => {
      expect((await ended(await start('w'))).type).toBe('WorkflowExecutionCompleted');
    });
  });

  it('evicts the least recently used executions and goes on with them', async () => {
    const { newWorker, start, ended } = bench(
      { w: program(activity, { type: 'timer', ms: 20 }, activity) },
      { a: () => 1 },
    );
    const worker = await newWorker({ maxCachedWorkflows: 2 });
    await worker.runUntil(async () => {
      const ids = await Promise.all(Array.from({ length: 10 }, () => start('w')));
      const ends = await Promise.all(ids.map((id) => ended(id)));
      expect(new Set(ends.map(({ type }) => type))).toEqual(new Set(['WorkflowExecutionCompleted']));
    });
    expect(worker.getStatus().numCachedWorkflows).toBe(0);
  });

  it('runs local activities in the task, with retries, and records markers', async () => {
    let calls = 0;
    const { newWorker, start, ended, history } = bench(
      { w: program(localActivity, localActivity) },
      {
        a: () => {
          calls += 1;
          if (calls === 1) throw new Error('not yet');
          return calls;
        },
      },
    );
    const worker = await newWorker();
    await worker.runUntil(async () => {
      const id = await start('w');
      expect((await ended(id)).type).toBe('WorkflowExecutionCompleted');
      const types = (await history(id)).map(({ type }) => type);
      expect(types.filter((type) => type === 'MarkerRecorded')).toHaveLength(2);
      expect(types.filter((type) => type === 'WorkflowTaskCompleted')).toHaveLength(1);
      expect(calls).toBe(3);
    });
  });

  it('answers queries from the cache, and from a replay when the run is over', async () => {
    const { service, newWorker, start, ended } = bench(
      { w: program(activity, { type: 'waitSignal' }) },
      { a: () => 1 },
    );
    const worker = await newWorker();
    await worker.runUntil(async () => {
      const id = await start('w');
      const query = () =>
        service.queryWorkflow({ execution: { workflowId: id }, query: { queryType: 'seen' } });
      const open = await query();
      expect(open.queryResult).toHaveLength(1);
      await service.signalWorkflowExecution({ workflowExecution: { workflowId: id }, signalName: 's' });
      await ended(id);
      expect((await query()).queryResult).toHaveLength(1);
    });
  });

  it('accepts and completes updates, and rejects them without a trace', async () => {
    const { service, newWorker, start, ended, history } = bench(
      { w: { ...program(activity, { type: 'waitSignal' }), onUpdate: [activity] } },
      { a: () => 1 },
    );
    const worker = await newWorker();
    await worker.runUntil(async () => {
      const id = await start('w');
      const update = (argument: number) =>
        service.updateWorkflowExecution({
          workflowExecution: { workflowId: id },
          waitPolicy: { lifecycleStage: 'COMPLETED' },
          request: {
            meta: { updateId: `u${argument}` },
            input: { name: 'apply', args: [payload(argument)] },
          },
        });
      expect((await update(1)).outcome?.failure?.message).toBe('odd');
      expect((await update(2)).outcome?.success).toHaveLength(1);
      await service.signalWorkflowExecution({ workflowExecution: { workflowId: id }, signalName: 's' });
      expect((await ended(id)).type).toBe('WorkflowExecutionCompleted');
      const types = (await history(id)).map(({ type }) => type);
      expect(types.filter((type) => type === 'WorkflowExecutionUpdateAccepted')).toHaveLength(1);
    });
  });

  it('reports a failed workflow task and goes on after it', async () => {
    let tries = 0;
    const instance = () => ({
      activate() {
        tries += 1;
        if (tries === 1) return { status: 'failed', failure: { message: 'a bug' } } as const;
        const commands = [{ type: 'completeWorkflowExecution' }] as const;
        return { status: 'successful', commands, usedInternalFlags: [] } as const;
      },
      dispose: () => undefined,
    });
    const { newWorker, start, ended, history } = bench({ w: instance }, { a: () => 1 });
    const worker = await newWorker();
    await worker.runUntil(async () => {
      const id = await start('w');
      expect((await ended(id)).type).toBe('WorkflowExecutionCompleted');
      const failed = (await history(id)).find(({ type }) => type === 'WorkflowTaskFailed');
      expect(failed?.attributes['cause']).toBe('WORKFLOW_WORKER_UNHANDLED_FAILURE');
    });
  });

  it('cancels activities on shutdown after the grace time, and drains', async () => {
    let cancelled = false;
    const { newWorker, start } = bench(
      { w: program(activity) },
      {
        a: async () => {
          try {
            await activityApi.sleep(60_000);
          } finally {
            cancelled = activityApi.cancellationDetails()?.workerShutdown === true;
          }
        },
      },
    );
    const worker = await newWorker({ shutdownGraceTime: 5 });
    await worker.runUntil(async () => {
      await start('w');
      while (worker.getStatus().numInFlightActivities === 0) await new Promise((go) => setTimeout(go, 1));
    });
    expect(cancelled).toBe(true);
  });

  it('refuses options that cannot be, by name', async () => {
    const { newWorker } = bench({}, { a: () => 1 });
    await expect(newWorker({ maxConcurrentActivityTaskExecutions: 0 })).rejects.toThrow(
      'maxConcurrentActivityTaskExecutions',
    );
    await expect(newWorker({ taskQueue: '' })).rejects.toThrow('taskQueue');
  });

  it.each([
    ['connection', undefined],
    ['identity', ''],
    ['workflowDeadlineMs', -1],
    ['workflowFailureErrorTypes', 'TypeError'],
    ['maxCachedWorkflows', -1],
    ['maxCachedWorkflowBytes', 0.5],
    ['maxConcurrentWorkflowTaskPolls', 0],
    ['maxActivitiesPerSecond', 0],
    ['maxTaskQueueActivitiesPerSecond', -1],
    ['shutdownGraceTime', -1],
    ['shutdownForceTime', 'soon'],
    ['maxHeartbeatThrottleInterval', -1],
    ['stickyQueueScheduleToStartTimeout', NaN],
    ['sinks', { note: { write: {} } }],
    ['payloadCodecs', { payloadCodecs: 5 }],
  ])('refuses %s as %j', async (option, value) => {
    const { newWorker } = bench({}, { a: () => 1 });
    const name = option === 'payloadCodecs' ? 'dataConverter' : option;
    await expect(newWorker({ [name]: value as never })).rejects.toThrow(option);
  });
});
