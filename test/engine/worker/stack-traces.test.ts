import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, openEngine, Worker, type Engine } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../temporal/project.js';

const code = (api: string) => `import { condition, defineSignal, setHandler, sleep } from '${api}';

async function waitForEver(): Promise<void> {
  await condition(() => false);
}

export async function two(): Promise<void> {
  await Promise.all([
    sleep(3_600_000),
    waitForEver(),
  ]);
}

export async function ended(): Promise<string> {
  return 'done';
}

export async function later(): Promise<void> {
  let go = false;
  setHandler(defineSignal('go'), () => void (go = true));
  await condition(() => go);
  await sleep(3_600_000);
}
`;

interface Enhanced {
  readonly stacks: readonly {
    readonly locations: readonly { readonly file_path?: string; readonly line?: number }[];
  }[];
  readonly sources: Readonly<Record<string, readonly { readonly content: string }[]>>;
}

/** Temporal's SDK tells of a `Promise.all` as a whole. */
const apis = [
  ['@refrain/engine/workflow', [4, 9]],
  ['@temporalio/workflow', [4, 8]],
] as const;

describe.each(apis)('__stack_trace of code of %s', (api, expected) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-stacks-')));
  const workflowsPath = join(folder, 'workflows.ts');
  let engine: Engine;
  const newWorker = (maxCachedWorkflows: number) =>
    Worker.create({
      ...{ connection: engine, taskQueue: 'q', workflowsPath, maxCachedWorkflows },
      logger: createLogger(() => undefined),
    });

  beforeAll(async () => {
    engine = await openEngine({ memory: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(repository, 'node_modules/@temporalio'), join(folder, 'node_modules/@temporalio'));
    writeFileSync(workflowsPath, code(api));
  });
  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** `workflows.ts:<line>` of each frame, stack by stack. */
  const lines = (trace: string) =>
    trace
      .split('\n\n')
      .map((stack) => [...stack.matchAll(/workflows\.ts:(\d+):/g)].map(([, line]) => Number(line)));

  it.each([
    ['in the cache', 100],
    ['replayed for each task', 0],
  ])('tells of each thing that an execution waits for, %s', async (_, cached) => {
    const worker = await newWorker(cached);
    await worker.runUntil(async () => {
      const { workflow } = engine.client;
      const handle = await workflow.start('two', { taskQueue: 'q', workflowId: `two-${cached}` });
      const trace = await handle.query<string>('__stack_trace');
      const told = lines(trace).map((frames) => frames[0]);
      expect(told.sort()).toEqual(expected);
      const enhanced = await handle.query<Enhanced>('__enhanced_stack_trace');
      const [[file, slices]] = Object.entries(enhanced.sources) as [[string, Enhanced['sources'][string]]];
      expect([file.endsWith('workflows.ts'), slices[0]!.content]).toEqual([true, code(api)]);
      const places = enhanced.stacks.map(({ locations }) => locations[0]!.line);
      expect(places.sort()).toEqual(expected);
    });
  });

  it('tells nothing of an execution that has ended, and of one that has gone on what it waits for now', async () => {
    const worker = await newWorker(100);
    await worker.runUntil(async () => {
      const { workflow } = engine.client;
      const ended = await workflow.start('ended', { taskQueue: 'q', workflowId: 'ended' });
      await ended.result();
      expect(await ended.query('__stack_trace')).toBe('');
      const later = await workflow.start('later', { taskQueue: 'q', workflowId: 'later' });
      expect(lines(await later.query<string>('__stack_trace'))).toEqual([[21]]);
      await later.signal('go');
      await expect.poll(async () => lines(await later.query<string>('__stack_trace'))).toEqual([[22]]);
    });
  });
});
