import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, connectService, eventToJson, replayHistory, type RemoteService } from '@refrain/engine';
import { createTemporalWorker } from '@refrain/engine/temporal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../engine/temporal/project.js';
import { findTemporal, startTemporal } from './temporal-server.mjs';

const binary = findTemporal();
const cli = join(repository, 'cli/bin/refrain.js');
const order = join(repository, 'docs/examples/order/src');

/** Code written against Refrain's API, on a Temporal cluster through `@temporalio/worker`. */
describe.skipIf(!binary)(
  `Refrain's API on a real Temporal server${binary ? '' : ' (no `temporal` binary: install Go and run test/interop/record.mjs once)'}`,
  () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-on-temporal-')));
    let server: Awaited<ReturnType<typeof startTemporal>>;
    let remote: RemoteService;
    let client: Client;

    beforeAll(async () => {
      symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
      server = await startTemporal(binary!);
      remote = await connectService({ address: server.address });
      client = new Client({ connection: { service: remote.service } });
    }, 120_000);
    afterAll(async () => {
      remote.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    async function historyOf(workflowId: string) {
      const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
      return { events: events.map(eventToJson) };
    }

    it.concurrent(
      'the order example runs there unchanged, is killed and resumes',
      { timeout: 120_000 },
      async () => {
        const log = join(folder, 'orders.log');
        const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
        const first = dev(server.address, log);
        const handle = await client.workflow.start('orderWorkflow', {
          taskQueue: 'orders',
          workflowId: 'order-1',
          args: [{ orderId: '1', customer: 'c', items: [{ sku: 'a', quantity: 2, unitPrice: 60_000 }] }],
        });
        await until(async () => (await handle.query('status').catch(() => '')) === 'awaiting approval');
        first.kill('SIGKILL');
        await handle.signal('approve', true);
        const second = dev(server.address, log);
        const result = await handle.result();
        const ended = new Promise((resolve) => second.once('exit', resolve));
        second.kill('SIGTERM');
        expect(await ended).toBe(0);
        expect(result).toEqual({ status: 'completed', total: 120_000, trackingId: 'track-1' });
        expect(lines()).toEqual(['reserveInventory 1', 'chargePayment 1', 'shipOrder 1', 'confirmOrder 1']);
        const file = join(folder, 'order.json');
        writeFileSync(file, JSON.stringify(await historyOf('order-1')));
        const workflows = join(order, 'workflows.ts');
        const replayed = execFileSync(
          process.execPath,
          [cli, 'replay', file, '--workflows', workflows, '--cuts', 'all', '--format', 'json'],
          { encoding: 'utf8' },
        );
        expect(JSON.parse(replayed)).toMatchObject({ summary: { compatible: 1 } });
      },
    );

    function dev(address: string, log: string): ChildProcess {
      const args = ['dev', '--temporal', address, '--task-queue', 'orders', '--no-watch'];
      const code = ['--workflows', join(order, 'workflows.ts'), '--activities', join(order, 'activities.ts')];
      return spawn(process.execPath, [cli, ...args, ...code], {
        env: { ...process.env, ORDER_LOG: log },
        stdio: 'ignore',
      });
    }

    it.concurrent(
      'has what Refrain adds to the API: versions, side effects, the activity context',
      { timeout: 60_000 },
      async () => {
        const write = (steps: string) => {
          const file = join(folder, 'additions.ts');
          writeFileSync(file, additions(steps));
          return file;
        };
        const activities = await import('./additions-activities.js');
        const run = async (workflowId: string, workflowsPath: string) => {
          const taskQueue = 'additions';
          const worker = await createTemporalWorker({
            address: server.address,
            taskQueue,
            workflowsPath,
            activities,
          });
          return worker.runUntil(async () =>
            client.workflow.execute('additions', { taskQueue, workflowId, args: [] }),
          );
        };
        const before = await run('before', write('const version = 0;'));
        const one = await run('one', write("const version = getVersion('change', -1, 1);"));
        const two = write("const version = getVersion('change', -1, 2);");
        expect(
          [before, one, await run('two', two)].map((result) => (result as { version: number }).version),
        ).toEqual([0, 1, 2]);
        expect(one).toMatchObject({ same: true, told: 'whoAmI 1 additions' });
        for (const workflowId of ['one', 'two']) {
          const { verdict, divergence } = await replayHistory(
            { workflowsPath: two, cuts: 'all' },
            await historyOf(workflowId),
          );
          expect([workflowId, verdict, divergence?.message]).toEqual([workflowId, 'compatible', undefined]);
        }
        const old = await replayHistory({ workflowsPath: two }, await historyOf('before'));
        // Its result has the version in it.
        expect(old).toMatchObject({ verdict: 'drift', divergence: { field: 'result' } });
      },
    );
  },
);

function additions(version: string): string {
  return `
import { getVersion, now, proxyActivities, random, sideEffect, sleep, uuid4 } from '@refrain/engine/workflow';
const { whoAmI } = proxyActivities<{ whoAmI(): Promise<string> }>({ startToCloseTimeout: '1 minute' });
export async function additions() {
  void [getVersion];
  ${version}
  const before = now();
  const drawn = [random(), sideEffect(() => Math.random()), uuid4().length];
  await sleep(20);
  const told = await whoAmI();
  return { version, told, same: drawn[1] < 1 && drawn[0] !== drawn[1] && now() > before };
}
`;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 100));
}
