import { expect, it } from 'vitest';
import type { ActivationApi } from '@refrain/engine/internal';
import { bench } from './fixture.js';

const schedule: ActivationApi.WorkflowCommand = {
  type: 'scheduleLocalActivity',
  seq: 1,
  activityId: '1',
  activityType: 'a',
  headers: {},
  arguments: [],
  startToCloseTimeoutMs: 60_000,
  cancellationType: 'TRY_CANCEL',
  attempt: 1,
};

/** Runs one local activity and completes. */
function instance(): ActivationApi.WorkflowInstance {
  return {
    activate({ jobs }) {
      const starts = jobs.some(({ type }) => type === 'initializeWorkflow');
      const commands = [starts ? schedule : ({ type: 'completeWorkflowExecution' } as const)];
      return { status: 'successful', commands, usedInternalFlags: [] };
    },
    dispose: () => undefined,
  };
}

it('a workflow task is kept alive while a local activity runs', async () => {
  const slow = () => new Promise((resolve) => setTimeout(() => resolve('slow'), 3_000));
  const { service, newWorker, ended, history } = bench({ w: instance }, { a: slow });
  const worker = await newWorker();
  await worker.runUntil(async () => {
    await service.startWorkflowExecution({
      workflowId: 'w',
      workflowType: { name: 'w' },
      taskQueue: { name: 'q' },
      workflowTaskTimeoutMs: 2_000,
    });
    expect((await ended('w')).type).toBe('WorkflowExecutionCompleted');
  });
  const types = (await history('w')).map(({ type }) => type);
  expect(types.filter((type) => type === 'MarkerRecorded')).toHaveLength(1);
  expect(types.filter((type) => type === 'WorkflowTaskCompleted').length).toBeGreaterThan(1);
  expect(types).not.toContain('WorkflowTaskTimedOut');
});
