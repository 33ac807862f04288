import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Client, openEngine } from '@refrain/engine';
import { openService, openSqliteStore } from '@refrain/engine/internal';
import { bench, benchOf, complete, payload, settled, taskQueue, TestClock, timer } from './harness.js';

const other = 'other';
const start = { workflowId: 'w', workflowType: { name: 'wf' }, taskQueue };

async function benchWithOther() {
  const b = bench();
  await b.service.registerNamespace({ namespace: other, description: 'the other one' });
  return b;
}

describe('namespaces', () => {
  test('have workflow ids, task queues and lists of their own', async () => {
    const { service } = await benchWithOther();
    const here = await service.startWorkflowExecution({ ...start, requestId: 'r' });
    const there = await service.startWorkflowExecution({ ...start, requestId: 'r', namespace: other });
    expect(there.runId).not.toBe(here.runId);
    const describe = (namespace: string) =>
      service.describeWorkflowExecution({ execution: { workflowId: 'w' }, namespace });
    expect((await describe(other)).workflowExecutionInfo.execution.runId).toBe(there.runId);
    expect((await describe('default')).workflowExecutionInfo.execution.runId).toBe(here.runId);
    await settled();
    const task = await service.pollWorkflowTaskQueue({ namespace: other, taskQueue, identity: 'w' });
    expect(task?.workflowExecution.runId).toBe(there.runId);
    const answer = { commands: [complete], identity: 'w', taskToken: task!.taskToken };
    await expect(service.respondWorkflowTaskCompleted(answer)).rejects.toMatchObject({ reason: 'NotFound' });
    await service.respondWorkflowTaskCompleted({ ...answer, namespace: other });
    const count = (namespace: string, query: string) =>
      service.countWorkflowExecutions({ namespace, query }).then((c) => c.count);
    expect(await count(other, "ExecutionStatus = 'Completed'")).toBe(1);
    expect(await count('default', "ExecutionStatus = 'Completed'")).toBe(0);
  });

  test('are registered once, described, and updated', async () => {
    const { service } = await benchWithOther();
    await expect(service.registerNamespace({ namespace: other })).rejects.toMatchObject({
      reason: 'NamespaceAlreadyExists',
    });
    const retention = { workflowExecutionRetentionPeriodMs: 1000 };
    const updated = await service.updateNamespace({ namespace: other, ...retention });
    expect(updated.config.workflowExecutionRetentionTtlMs).toBe(1000);
    expect(updated.namespaceInfo).toMatchObject({ name: other, description: 'the other one' });
    expect(await service.describeNamespace({ id: updated.namespaceInfo.id })).toEqual(updated);
    const { namespaces } = await service.listNamespaces();
    expect(namespaces.map((n) => n.namespaceInfo.name)).toEqual(['default', other]);
  });

  test('that are not registered are refused', async () => {
    const { service } = bench();
    await expect(service.startWorkflowExecution({ ...start, namespace: 'nope' })).rejects.toMatchObject({
      reason: 'NamespaceNotFound',
      message: 'Namespace nope is not found.',
    });
  });

  test('are not reached by commands of another one', async () => {
    const b = await benchWithOther();
    await b.start();
    const attributes = { namespace: other, workflowId: 'c', workflowType: { name: 'wf' } };
    const answered = b.task([{ type: 'StartChildWorkflowExecution', attributes }]);
    await expect(answered).rejects.toThrow(/namespace 'other' is not that of the workflow/);
    const cause = 'BAD_START_CHILD_EXECUTION_ATTRIBUTES';
    expect((await b.history()).at(-1)).toMatchObject({ type: 'WorkflowTaskFailed', attributes: { cause } });
  });

  test('are found again in a file, with their timers, schedules and search attributes', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'refrain-namespaces-')), 'db');
    const clock = new TestClock();
    const open = async () => benchOf(openService({ store: await openSqliteStore({ file }), clock }), clock);
    const first = await open();
    await first.service.registerNamespace({ namespace: other });
    await first.service.addSearchAttributes({ namespace: other, searchAttributes: { Customer: 'Keyword' } });
    const searchAttributes = { indexedFields: { Customer: payload('c1') } };
    await first.service.startWorkflowExecution({ ...start, namespace: other, searchAttributes });
    await first.start('w');
    const schedule = { spec: {}, action: { startWorkflow: start } };
    await first.service.createSchedule({ namespace: other, scheduleId: 's', schedule });
    await settled();
    const poll = { namespace: other, taskQueue, identity: 'w', embedded: true };
    const task = await first.service.pollWorkflowTaskQueue(poll);
    const commands = [timer('t', 60_000)];
    await first.service.respondWorkflowTaskCompleted({ ...poll, commands, taskToken: task!.taskToken });
    await first.service.close();

    const second = await open();
    const namespace = other;
    const found = await second.service.listWorkflowExecutions({ namespace, query: "Customer = 'c1'" });
    expect(found.executions.map((e) => e.execution.workflowId)).toEqual(['w']);
    expect((await second.service.listSchedules({ namespace })).schedules).toHaveLength(1);
    expect((await second.service.listSchedules({})).schedules).toHaveLength(0);
    await clock.advance(60_000);
    const fired = await second.service.pollWorkflowTaskQueue(poll);
    expect(fired?.history.events.some((e) => e.type === 'TimerFired')).toBe(true);
    await second.service.close();
  });

  test('are where a client acts that names one', async () => {
    await using engine = await openEngine({ memory: true });
    await engine.service.registerNamespace({ namespace: other });
    const there = new Client({ connection: engine, namespace: other });
    await there.workflow.start('wf', { workflowId: 'w', taskQueue: 'q' });
    expect((await there.workflow.count()).count).toBe(1);
    expect((await engine.client.workflow.count()).count).toBe(0);
  });
});

describe('search attributes', () => {
  test('are registered and removed while the service runs', async () => {
    const b = bench();
    const searchAttributes = { indexedFields: { City: payload('Paris') } };
    await expect(b.start('w', { searchAttributes })).rejects.toThrow(/'City' is not registered/);
    await b.service.addSearchAttributes({ searchAttributes: { City: 'Keyword' } });
    await b.start('w', { searchAttributes });
    const query = "City = 'Paris'";
    expect((await b.service.countWorkflowExecutions({ query })).count).toBe(1);
    const list = await b.service.listSearchAttributes({});
    expect(list.customAttributes).toEqual({ City: 'Keyword' });
    expect(list.systemAttributes).toMatchObject({ WorkflowId: 'Keyword', BuildIds: 'KeywordList' });
    await b.service.removeSearchAttributes({ searchAttributes: ['City'] });
    await expect(b.service.countWorkflowExecutions({ query })).rejects.toThrow(/City/);
  });

  test.each([
    [{ WorkflowId: 'Keyword' }, /'WorkflowId' is the name of a system attribute/],
    [{ City: 'Word' }, /'City' has the unknown type 'Word'/],
    [{ Known: 'Int' }, /'Known' is registered with type Keyword, not Int/],
    [{ '': 'Int' }, /name is not set/],
  ])('that cannot be registered are refused: %j', async (searchAttributes, message) => {
    const { service } = bench({ searchAttributes: { Known: 'Keyword' } });
    await expect(
      service.addSearchAttributes({ searchAttributes: searchAttributes as never }),
    ).rejects.toThrow(message);
  });

  test('that the engine is opened with are known to whoever opens the file later', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'refrain-attributes-')), 'db');
    const first = await openEngine({ file, searchAttributes: { City: 'Keyword' } });
    await first.close();
    await using second = await openEngine({ file });
    expect((await second.client.workflow.count("City = 'Paris'")).count).toBe(0);
  });
});
