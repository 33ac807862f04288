import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, openService, openSqliteStore, type ServiceOptions } from '@refrain/engine/internal';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bench, benchOf, complete, settled, taskQueue, TestClock, timer } from './harness.js';
import type { Bench } from './harness.js';

const hourMs = 3_600_000;

async function idsOf(b: Bench, namespace = 'default'): Promise<string[]> {
  const { executions } = await b.service.listWorkflowExecutions({ namespace });
  return executions.map(({ execution }) => execution.workflowId).sort();
}

async function ended(b: Bench, workflowId: string): Promise<void> {
  await b.start(workflowId);
  await b.task([complete]);
}

describe('the retention of closed runs', () => {
  it('deletes them when they have been closed for so long, and never open ones', async () => {
    const b = bench({ retentionMs: hourMs });
    await b.start('open');
    await b.task([timer('t', 100 * hourMs)]);
    await ended(b, 'early');
    await b.clock.advance(hourMs / 2);
    await ended(b, 'late');
    await b.clock.advance(0.6 * hourMs);
    expect(await idsOf(b)).toEqual(['late', 'open']);
    await expect(b.history('early')).rejects.toMatchObject({ status: 'NOT_FOUND' });
    await b.clock.advance(hourMs);
    expect(await idsOf(b)).toEqual(['open']);
  });

  it('is what the namespace says, and changes with it', async () => {
    const b = bench({ retentionMs: Infinity });
    await ended(b, 'w');
    await b.clock.advance(1000 * hourMs);
    expect(await idsOf(b)).toEqual(['w']);
    const workflowExecutionRetentionPeriodMs = 10 * hourMs;
    await b.service.updateNamespace({ namespace: 'default', workflowExecutionRetentionPeriodMs });
    await b.clock.advance(1);
    expect(await idsOf(b)).toEqual([]);
    const { config } = await b.service.describeNamespace({ namespace: 'default' });
    expect(config).toEqual({ workflowExecutionRetentionTtlMs: 10 * hourMs });
  });

  it('looks at a bounded number of runs in a turn, and at all of them in the end', async () => {
    const store = new MemoryStore();
    const looked: number[] = [];
    const runsAfter = store.runsAfter.bind(store);
    store.runsAfter = (after, limit) => {
      looked.push(limit);
      return runsAfter(after, limit);
    };
    const b = bench({ store, retentionMs: 10 * hourMs });
    for (let i = 0; i < 1_200; i++) {
      await b.service.startWorkflowExecution({
        ...{ workflowId: `w${i}`, workflowType: { name: 'wf' }, taskQueue },
      });
      await b.service.terminateWorkflowExecution({ workflowExecution: { workflowId: `w${i}` } });
    }
    await b.clock.advance(11 * hourMs);
    expect([Math.max(...looked), await idsOf(b)]).toEqual([500, []]);
  });
});

describe.each([
  ['in memory', async () => new MemoryStore()],
  ['in a file', newFile],
] as const)('a namespace that is deleted, %s,', (_, newStore: () => Promise<ServiceOptions['store']>) => {
  const other = 'other';
  const start = { namespace: other, workflowType: { name: 'wf' }, taskQueue };

  async function benchWithOther(count: number): Promise<Bench> {
    const clock = new TestClock();
    const b = benchOf(openService({ store: await newStore(), clock }), clock);
    await b.service.registerNamespace({ namespace: other });
    for (let i = 0; i < count; i++) {
      await b.service.startWorkflowExecution({ ...start, workflowId: `w${i}` });
    }
    const schedule = { spec: {}, action: { startWorkflow: { ...start, workflowId: 's' } } };
    await b.service.createSchedule({ namespace: other, scheduleId: 's', schedule });
    await b.start('here');
    return b;
  }

  it('is gone at once, and what it held bit by bit', async () => {
    const b = await benchWithOther(250);
    const polled = b.service.pollActivityTaskQueue({ namespace: other, taskQueue });
    const { deletedNamespace } = await b.service.deleteNamespace({ namespace: other });
    expect(deletedNamespace).toMatch(/^other-deleted-[0-9a-f]{5}$/);
    expect(await polled).toBeUndefined();
    await expect(idsOf(b, other)).rejects.toMatchObject({ reason: 'NamespaceNotFound' });
    const { namespaceInfo } = await b.service.describeNamespace({ namespace: deletedNamespace });
    expect(namespaceInfo).toMatchObject({ name: deletedNamespace, state: 'DELETED' });
    expect((await b.service.listNamespaces()).namespaces).toHaveLength(1);
    for (let turn = 0; turn < 10; turn++) {
      await b.clock.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await settled();
    }
    await expect(b.service.describeNamespace({ namespace: deletedNamespace })).rejects.toThrow('not found');
    await b.service.registerNamespace({ namespace: other });
    expect([await idsOf(b, other), await idsOf(b)]).toEqual([[], ['here']]);
    expect((await b.service.listSchedules({ namespace: other })).schedules).toEqual([]);
    await b.service.close();
  });
});

describe('the deletion of a namespace', () => {
  it('goes on in the next process', async () => {
    const file = temporaryFile();
    const clock = new TestClock();
    const open = async () => benchOf(openService({ store: await openSqliteStore({ file }), clock }), clock);
    const first = await open();
    await first.service.registerNamespace({ namespace: 'other' });
    const { deletedNamespace: namespace } = await first.service.deleteNamespace({ namespace: 'other' });
    await first.service.close();
    const second = await open();
    expect((await second.service.describeNamespace({ namespace })).namespaceInfo.state).toBe('DELETED');
    await clock.advance(1);
    await expect
      .poll(() => second.service.describeNamespace({ namespace }).catch((e: { reason: string }) => e.reason))
      .toBe('NamespaceNotFound');
    await second.service.close();
  });

  it('is refused for the engine’s own, and waits when it is asked to', async () => {
    const b = bench();
    await expect(b.service.deleteNamespace({ namespace: 'default' })).rejects.toThrow('cannot be deleted');
    await b.service.registerNamespace({ namespace: 'other' });
    const { deletedNamespace: namespace } = await b.service.deleteNamespace({
      ...{ namespace: 'other', namespaceDeleteDelayMs: hourMs },
    });
    await b.clock.advance(hourMs - 1);
    expect((await b.service.describeNamespace({ namespace })).namespaceInfo.state).toBe('DELETED');
    await b.clock.advance(1);
    await expect(b.service.describeNamespace({ namespace })).rejects.toThrow('not found');
  });
});

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-retention-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'db');
}

function newFile(): Promise<ServiceOptions['store']> {
  return openSqliteStore({ file: temporaryFile() });
}
