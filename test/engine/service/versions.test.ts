import { describe, expect, it } from 'vitest';
import { bench, complete, taskQueue, timer, type Bench } from './harness.js';

const poll = (b: Bench, buildId: string) => {
  const workerVersionCapabilities = { buildId, useVersioning: true };
  return b.service.pollWorkflowTaskQueue({
    taskQueue,
    embedded: true,
    identity: buildId,
    workerVersionCapabilities,
  });
};
const answer = (b: Bench, taskToken: string, buildId: string, commands = [timer('t', 1000)]) =>
  b.service.respondWorkflowTaskCompleted({
    taskToken,
    commands,
    workerVersionStamp: { buildId, useVersioning: true },
    versioningBehavior: 'PINNED',
  });

describe('worker versions', () => {
  it('keep a pinned run on the build that began it, and give new runs to the newest build', async () => {
    const b = bench();
    const old = poll(b, 'v1');
    await b.start('first');
    await answer(b, (await old)!.taskToken, 'v1');
    await b.clock.advance(20_000);
    const older = poll(b, 'v1');
    const newer = poll(b, 'v2');
    await b.start('second');
    const task = (await older)!;
    expect(task.workflowExecution.workflowId).toBe('first');
    expect((await newer)!.workflowExecution.workflowId).toBe('second');
    await answer(b, task.taskToken, 'v1', [complete as never]);
    const { workflowExecutionInfo } = await b.service.describeWorkflowExecution({
      execution: { workflowId: 'first' },
    });
    expect(workflowExecutionInfo).toMatchObject({
      assignedBuildId: 'v1',
      versioningInfo: { behavior: 'PINNED' },
    });
  });
});
