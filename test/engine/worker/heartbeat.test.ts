import { expect, it } from 'vitest';
import { bench, program } from './fixture.js';

it('a workflow task is kept alive while a local activity runs', async () => {
  const localActivity = { type: 'localActivity', name: 'a', cancel: 'TRY_CANCEL' } as const;
  const { service, newWorker, ended, history } = bench(
    { w: program(localActivity, { type: 'timer', ms: 1 }) },
    { a: () => new Promise((resolve) => setTimeout(() => resolve('slow'), 1_500)) },
  );
  const worker = await newWorker();
  await worker.runUntil(async () => {
    await service.startWorkflowExecution({
      workflowId: 'w',
      workflowType: { name: 'w' },
      taskQueue: { name: 'q' },
      workflowTaskTimeoutMs: 1_000,
    });
    expect((await ended('w')).type).toBe('WorkflowExecutionCompleted');
  });
  const types = (await history('w')).map(({ type }) => type);
  expect(types.filter((type) => type === 'MarkerRecorded')).toHaveLength(1);
  expect(types.indexOf('WorkflowTaskCompleted')).toBeLessThan(types.indexOf('MarkerRecorded') - 3);
  expect(types).not.toContain('WorkflowTaskTimedOut');
});
