import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventToJson, openEngine, startServer, type Engine, type RunningServer } from '@refrain/engine';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../engine/temporal/project.js';
import { openOracle } from './oracle/oracle.js';

const fixtures = join(repository, 'test/fixtures/temporal/killed');
const taskQueue = 'killed';

/** Real Temporal workers on the embedded engine that are killed, or that forget what they know of a run. */
describe('real workers that die or forget', () => {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-worker-kill-'));
  const workers: ChildProcess[] = [];
  let engine: Engine;
  let server: RunningServer;
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    engine = await openEngine({ file: join(folder, 'engine.db') });
    server = await startServer({ service: engine.service, port: 0 });
    connection = await Connection.connect({ address: server.address });
    client = new Client({ connection });
    const logger = new DefaultLogger('ERROR', () => {});
    const { code } = await bundleWorkflowCode({ workflowsPath: join(fixtures, 'workflows.ts'), logger });
    writeFileSync(join(folder, 'workflows.cjs'), code);
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await server.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => kill(worker)));
  });

  async function startWorker(name: string, options: object = {}): Promise<ChildProcess> {
    const args = [server.address, join(folder, 'workflows.cjs'), join(fixtures, 'activities.ts')];
    const env = { ...process.env, WORKER_NAME: name, WORKER_OPTIONS: JSON.stringify(options) };
    const worker = fork(join(repository, 'test/interop/sdk-worker.mjs'), args, { env });
    workers.push(worker);
    await once(worker, 'message');
    return worker;
  }

  async function kill(worker: ChildProcess): Promise<void> {
    if (worker.exitCode !== null || worker.signalCode !== null) return;
    const gone = once(worker, 'exit');
    worker.kill('SIGKILL');
    await gone;
  }

  const start = (type: string, workflowId: string, ...args: unknown[]) =>
    client.workflow.start(type, { workflowId, taskQueue, args, workflowTaskTimeout: '1 s' });
  const historyOf = async (workflowId: string) =>
    (await engine.service.getWorkflowExecutionHistory({ execution: { workflowId } })).history.events;
  const types = async (workflowId: string) => (await historyOf(workflowId)).map(({ type }) => type);

  it('killed in the middle, leave everything to the next worker', { timeout: 60_000 }, async () => {
    const first = await startWorker('first', { stickyQueueScheduleToStartTimeout: '1 s' });
    const trips = await Promise.all(Array.from({ length: 8 }, (_, i) => start('trip', `trip-${i}`, 16)));
    const counting = await start('counting', 'counting', 40);
    // Far enough that all are under way, and that the activity has been heard of.
    await expect
      .poll(async () => (await types('trip-0')).length, { timeout: 20_000, interval: 20 })
      .toBeGreaterThan(20);
    await expect
      .poll(
        async () =>
          ((await counting.describe()).raw.pendingActivities?.[0]?.heartbeatDetails ?? undefined) !==
          undefined,
        {
          timeout: 5_000,
        },
      )
      .toBe(true);
    await kill(first);
    await startWorker('second');
    const stops = Array.from({ length: 16 }, (_, i) => i);
    for (const trip of trips) expect(await trip.result()).toEqual(stops);
    const counted = (await counting.result()) as { from: number; attempt: number; by: string };
    expect(counted).toMatchObject({ attempt: 2, by: 'second' });
    expect(counted.from).toBeGreaterThan(0);
    const histories = await Promise.all(
      [...trips, counting].map(async ({ workflowId }) => ({
        events: (await historyOf(workflowId)).map(eventToJson),
      })),
    );
    const oracle = await openOracle(join(fixtures, 'workflows.ts'), []);
    const verdicts = await oracle.replay(histories);
    expect(verdicts.filter(({ verdict }) => verdict !== 'passes')).toEqual([]);
  });

  it('killed with a run in its cache, leave it to any worker once its sticky queue has been waited for', async () => {
    const first = await startWorker('first', { stickyQueueScheduleToStartTimeout: '500 ms' });
    const sums = await start('sums', 'sticky', 3);
    await sums.signal('add', 1);
    expect(await sums.query('total')).toBe(1);
    await kill(first);
    await startWorker('second');
    await sums.signal('add', 2);
    expect(await sums.result()).toBe(3);
    expect(await types('sticky')).toContain('WorkflowTaskTimedOut');
    expect(await sums.query('total')).toBe(3);
  });

  it.each([0, 1])(
    'with a cache of %i runs replay each time what they forgot',
    { timeout: 30_000 },
    async (maxCachedWorkflows) => {
      // A worker without a cache may poll for one workflow task at a time and more.
      const limits = maxCachedWorkflows === 0 ? {} : { maxConcurrentWorkflowTaskExecutions: 2 };
      await startWorker('forgetful', { maxCachedWorkflows, ...limits });
      const trips = await Promise.all(
        Array.from({ length: 4 }, (_, i) => start('trip', `forgotten-${maxCachedWorkflows}-${i}`, 8)),
      );
      const sums = await start('sums', `forgotten-${maxCachedWorkflows}`, 3);
      for (const n of [1, 1, 1]) {
        await sums.signal('add', n);
        expect(await sums.query('total')).toBeGreaterThan(0);
      }
      expect(await sums.result()).toBe(3);
      for (const trip of trips) expect(await trip.result()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    },
  );
});
