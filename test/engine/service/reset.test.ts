import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openService, openSqliteStore } from '@refrain/engine/internal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { activity, bench, benchOf, complete, payload, settled, TestClock, timer } from './harness.js';
import type { Bench } from './harness.js';

/** What a Temporal server does, too, is in `test/engine/frontend/as-temporal.test.ts`. */
describe('resets', () => {
  const workflowExecution = { workflowId: 'w' };
  const reset = async (b: Bench, workflowTaskFinishEventId = 4, more: object = {}) =>
    (await b.service.resetWorkflowExecution({ workflowExecution, workflowTaskFinishEventId, ...more })).runId;
  const update = (b: Bench, lifecycleStage: 'ACCEPTED' | 'COMPLETED') =>
    b.service.updateWorkflowExecution({
      workflowExecution,
      waitPolicy: { lifecycleStage },
      request: { meta: { updateId: 'u' }, input: { name: 'update' } },
    });
  const message = (kind: 'Acceptance' | 'Response' | 'Rejection') => ({
    id: kind,
    protocolInstanceId: 'u',
    body: {
      type: `temporal.api.update.v1.${kind}`,
      ...(kind === 'Response' && { outcome: { success: [payload('done')] } }),
      ...(kind === 'Rejection' && { failure: { message: 'no' } }),
    } as never,
  });
  const lastType = async (b: Bench) => (await b.history()).at(-1)?.type;

  it('begin the times of the run and of what had not begun anew', async () => {
    const b = bench();
    await b.start('w', { workflowRunTimeoutMs: 100_000, workflowExecutionTimeoutMs: 100_000 });
    await b.task([activity('1', { scheduleToCloseTimeoutMs: 90_000 })]);
    await b.service.signalWorkflowExecution({ workflowExecution, signalName: 's' });
    await b.task([]);
    await b.clock.advance(80_000);
    await reset(b, 9);
    await b.clock.advance(80_000);
    expect(await lastType(b)).toBe('WorkflowTaskScheduled');
    await b.clock.advance(15_000);
    expect(await lastType(b)).toBe('ActivityTaskTimedOut');
    await b.clock.advance(10_000);
    expect(await lastType(b)).toBe('WorkflowExecutionTimedOut');
  });

  it('admit updates again, also for a service that is opened later', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'refrain-reset-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const clock = new TestClock();
    const open = async () =>
      benchOf(openService({ store: await openSqliteStore({ file: join(folder, 'db') }), clock }), clock);
    const first = await open();
    await first.start();
    await first.task([timer('t', 60_000)]);
    const sent = update(first, 'ACCEPTED');
    await first.task([], { messages: [message('Acceptance')] });
    await sent;
    await reset(first);
    const waiting = update(first, 'COMPLETED').catch(() => undefined);
    await settled();
    await first.service.close();
    await Promise.race([waiting, settled()]);

    const second = await open();
    const asked = update(second, 'COMPLETED');
    const task = await second.workflowTask();
    expect([task.messages, task.history.events.map(({ type }) => type)]).toEqual([
      [],
      expect.arrayContaining(['WorkflowExecutionUpdateAdmitted']),
    ]);
    await second.service.respondWorkflowTaskCompleted({
      ...{ taskToken: task.taskToken, commands: [] },
      messages: [message('Acceptance'), message('Response')],
    });
    expect(await asked).toMatchObject({ outcome: { success: [payload('done')] } });
    await second.service.close();
  });

  it('do not ask again for an update that the new run has rejected', async () => {
    const b = bench();
    await b.start();
    await b.task([timer('t', 60_000)]);
    const sent = update(b, 'ACCEPTED');
    await b.task([], { messages: [message('Acceptance')] });
    await sent;
    await reset(b);
    await b.task([timer('t', 60_000)], { messages: [message('Rejection')] });
    expect(await b.hasWorkflowTask()).toBe(false);
    const again = update(b, 'ACCEPTED');
    const task = await b.task([], { messages: [message('Acceptance')] });
    expect([task.messages.length, (await again).stage]).toEqual([1, 'ACCEPTED']);
  });

  it('send a signal to another workflow again that had no answer yet', async () => {
    const b = bench();
    await b.start('other', { taskQueue: { name: 'elsewhere' } });
    const events = [
      ...(await recordedUntilSignal()),
      { eventId: 6, type: 'WorkflowTaskScheduled', eventTimeMs: 0, attributes: { attempt: 1 } },
    ] as never;
    await b.service.importWorkflowExecution({ events });
    expect((await b.history()).at(-1)).toMatchObject({
      type: 'ExternalWorkflowExecutionSignaled',
      attributes: { initiatedEventId: 5 },
    });
    expect(await b.types('other')).toContain('3 WorkflowExecutionSignaled');
  });

  /** A run that was cut off between its signal to another one and the answer. */
  async function recordedUntilSignal() {
    const b = bench();
    await b.start();
    await b.task([
      {
        type: 'SignalExternalWorkflowExecution',
        attributes: { execution: { workflowId: 'other' }, signalName: 's' },
      },
    ]);
    return (await b.history()).slice(0, 5);
  }

  it('keep children: their policy, and what they are asked by their parent', async () => {
    const b = bench();
    await b.start();
    const attributes = { workflowId: 'c', workflowType: { name: 'child' }, taskQueue: { name: 'children' } };
    await b.task([{ type: 'StartChildWorkflowExecution', attributes }]);
    await b.task([timer('t', 60_000)]);
    await reset(b, 9);
    const statusOf = async (workflowId: string) =>
      (await b.service.describeWorkflowExecution({ execution: { workflowId } })).workflowExecutionInfo.status;
    expect(await statusOf('c')).toBe('RUNNING');
    await b.task([
      {
        type: 'SignalExternalWorkflowExecution',
        attributes: { execution: { workflowId: 'c' }, signalName: 's', childWorkflowOnly: true },
      },
    ]);
    expect(await b.types('c')).toContain('3 WorkflowExecutionSignaled');
    await b.task([complete]);
    expect([await statusOf('w'), await statusOf('c')]).toEqual(['COMPLETED', 'TERMINATED']);
  });
});
