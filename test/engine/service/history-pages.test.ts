import { describe, expect, it } from 'vitest';
import { bench, complete, payload, taskQueue, timer } from './harness.js';
import type { Bench } from './harness.js';

describe('pages of a history', () => {
  const workflowExecution = { workflowId: 'w' };
  const mebibyte = 2 ** 20;

  /** Ten signals of half a MiB each, of which the code has seen nine. */
  async function large(): Promise<Bench> {
    const b = bench();
    await b.start();
    const signal = () =>
      b.service.signalWorkflowExecution({
        ...{ workflowExecution, signalName: 's', input: [payload('x'.repeat(mebibyte / 2))] },
      });
    for (let count = 0; count < 9; count++) await signal();
    await b.task([timer('t', 60_000)]);
    await signal();
    return b;
  }

  async function pagesFrom(b: Bench, token: string | undefined) {
    const pages = [];
    for (let nextPageToken = token; nextPageToken;) {
      const page = await b.service.getWorkflowExecutionHistory({
        execution: workflowExecution,
        nextPageToken,
      });
      pages.push(page.history.events);
      nextPageToken = page.nextPageToken;
    }
    return pages;
  }

  it('are bounded by bytes', async () => {
    const b = await large();
    const first = await b.service.getWorkflowExecutionHistory({ execution: workflowExecution });
    const pages = [first.history.events, ...(await pagesFrom(b, first.nextPageToken))];
    const sizes = pages.map((page) => JSON.stringify(page).length);
    expect(Math.max(...sizes)).toBeLessThan(2.1 * mebibyte);
    expect(pages.flat().map(({ eventId }) => eventId)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
  });

  it('come with the task of a worker elsewhere, up to events of the attempt that are not recorded', async () => {
    const b = await large();
    const poll = () => b.service.pollWorkflowTaskQueue({ taskQueue, identity: 'far' });
    const failed = await poll();
    await b.service.respondWorkflowTaskFailed({ taskToken: failed!.taskToken, cause: 'UNSPECIFIED' });
    const task = await poll();
    const pages = [task!.history.events, ...(await pagesFrom(b, task!.nextPageToken))];
    expect([
      pages.length > 2,
      pages
        .flat()
        .map(({ eventId, type }) => `${eventId} ${type}`)
        .slice(-4),
    ]).toEqual([
      true,
      [
        '17 WorkflowTaskStarted',
        '18 WorkflowTaskFailed',
        '19 WorkflowTaskScheduled',
        '20 WorkflowTaskStarted',
      ],
    ]);
  });

  it('are not what a worker of the same process gets', async () => {
    const b = await large();
    const task = await b.task([complete]);
    expect([task.nextPageToken, task.history.events.length]).toEqual([undefined, 17]);
  });
});
