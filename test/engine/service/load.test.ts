import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, openEngine } from '@refrain/engine';
import { bundleWorkflowCode, MemoryStore, openService, Worker } from '@refrain/engine/internal';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readImage } from '../../torture/image.js';
import { silent } from '../worker/fixture.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'refrain-load-'));
  file = join(folder, 'r.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const source = `
import { proxyActivities } from '@refrain/engine/workflow';
const { slow } = proxyActivities({ startToCloseTimeout: '1 minute' });
export async function two(): Promise<string> {
  return (await slow(1)) + (await slow(2));
}`;

const newWorker = async (
  engine: Awaited<ReturnType<typeof openEngine>>,
  activities: object,
  more: object = {},
) =>
  Worker.create({
    connection: engine,
    taskQueue: 'q',
    workflowBundle: await bundleWorkflowCode({ sources: { 'index.ts': source } }),
    activities: activities as Record<string, () => unknown>,
    logger: silent,
    ...more,
  });

it('a worker that is shut down ends what it has begun, keeps it, and begins nothing more', async () => {
  let engine = await openEngine({ file });
  const began: number[] = [];
  let hasBegun!: () => void;
  const running = new Promise<void>((resolve) => (hasBegun = resolve));
  const slow = async (n: number) => {
    began.push(n);
    hasBegun();
    await new Promise((resolve) => setTimeout(resolve, 150));
    return `done ${n} `;
  };
  const worker = await newWorker(engine, { slow }, { shutdownGraceTime: '5 s' });
  const served = worker.run();
  await engine.client.workflow.start('two', { taskQueue: 'q', workflowId: 'w' });
  await running;
  worker.shutdown();
  await served;
  await engine.close();
  expect(began).toEqual([1]);
  const results = readImage(file).runs[0]!.events.filter((e) => e.type === 'ActivityTaskCompleted');
  expect(results).toHaveLength(1);

  engine = await openEngine({ file });
  const next = await newWorker(engine, { slow });
  const result = await next.runUntil(engine.client.workflow.getHandle('w').result());
  expect(result).toBe('done 1 done 2 ');
  expect(began).toEqual([1, 2]);
  await engine.close();
});

it('closing the engine waits until all that was asked for is stored', async () => {
  const engine = await openEngine({ file });
  const client = new Client({ connection: engine });
  const starts = Array.from({ length: 300 }, (_, i) =>
    client.workflow.start('two', { taskQueue: 'q', workflowId: `w${i}` }),
  );
  const closed = engine.close();
  const answers = await Promise.allSettled(starts);
  await closed;
  const stored = new Set(readImage(file).runs.map((run) => run.workflowId));
  const acknowledged = answers.flatMap((answer, i) => (answer.status === 'fulfilled' ? [`w${i}`] : []));
  for (const id of acknowledged) expect(stored).toContain(id);
  expect(acknowledged.length).toBe(stored.size);
});

it('a slow worker holds as many activities as it may, whatever waits for it', async () => {
  const engine = await openEngine({ file });
  let running = 0;
  let most = 0;
  const slow = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return '';
  };
  const ids = Array.from({ length: 100 }, (_, i) => `w${i}`);
  await Promise.all(
    ids.map((workflowId) => engine.client.workflow.start('two', { taskQueue: 'q', workflowId })),
  );
  const worker = await newWorker(engine, { slow }, { maxConcurrentActivityTaskExecutions: 3 });
  await worker.runUntil(Promise.all(ids.map((id) => engine.client.workflow.getHandle(id).result())));
  expect(most).toBe(3);
  await engine.close();
});

it('runs that wait for a worker leave memory beyond its bound, and each gets its task when one comes', async () => {
  const service = openService({ store: new MemoryStore(), maxLoadedRuns: 100 });
  const taskQueue = { name: 'q' };
  const start = (i: number) =>
    service.startWorkflowExecution({ workflowId: `w${i}`, workflowType: { name: 'two' }, taskQueue });
  for (let i = 0; i < 2000; i += 50) await Promise.all(Array.from({ length: 50 }, (_, n) => start(i + n)));
  const { backlog, loadedRuns } = service.activity();
  expect(backlog).toBe(2000);
  expect(loadedRuns).toBeLessThanOrEqual(150);
  const seen = new Set<string | undefined>();
  for (let i = 0; i < 2000; i++) {
    const task = await service.pollWorkflowTaskQueue({ taskQueue, identity: 'w', embedded: true });
    seen.add(task?.workflowExecution.workflowId);
    const commands = [{ type: 'CompleteWorkflowExecution' as const, attributes: {} }];
    await service.respondWorkflowTaskCompleted({ taskToken: task!.taskToken, commands });
  }
  expect(seen.size).toBe(2000);
  await service.close();
});
