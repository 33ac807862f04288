import { createLogger, openEngine, Worker, type Engine, type WorkerOptions } from '@refrain/engine';
import { bundleWorkflowCode } from '@refrain/engine/internal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundled } from './user-code.js';

let engine: Engine;
const newWorker = (options: Partial<WorkerOptions>) =>
  Worker.create({ connection: engine, taskQueue: 'q', logger: createLogger(() => undefined), ...options });

beforeEach(async () => {
  engine = await openEngine({ memory: true });
});
afterEach(() => engine.close());

describe('a workflow task that fails', () => {
  const broken = `export function main() { null.x; }`;
  const fixed = `export async function main() { return 'fixed'; }`;

  it('is told by describe, and goes on after a fixed deploy', async () => {
    const handle = await engine.client.workflow.start('main', { taskQueue: 'q', workflowId: 'w', args: [] });
    const bad = await newWorker({ workflowBundle: await bundled(broken) });
    await bad.runUntil(async () => {
      await expect
        .poll(async () => (await handle.describe()).raw.pendingWorkflowTask?.attempt)
        .toBeGreaterThan(1);
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    const { raw } = await handle.describe();
    expect(JSON.stringify(raw.pendingWorkflowTask)).toContain('Cannot read properties of null');
    const good = await newWorker({ workflowBundle: await bundled(fixed) });
    expect(await good.runUntil(handle.result())).toBe('fixed');
    const { events } = await handle.fetchHistory();
    expect(events.filter(({ type }) => type === 'WorkflowTaskFailed')).toHaveLength(1);
  });

  it('fails the run when the error is of a type that the worker names', async () => {
    const workflowBundle = await bundled(broken);
    const worker = await newWorker({ workflowBundle, workflowFailureErrorTypes: ['TypeError'] });
    const options = { taskQueue: 'q', workflowId: 'w', args: [] };
    await expect(worker.runUntil(engine.client.workflow.execute('main', options))).rejects.toMatchObject({
      cause: { message: expect.stringContaining('Cannot read properties of null') as string },
    });
  });
});

describe('worker versions', () => {
  const code = (build: string) => `
    export async function leaf() {
      return '${build}';
    }
    export async function main(mode) {
      let isSignalled = false;
      w.setHandler(w.defineSignal('s'), () => void (isSignalled = true));
      w.setHandler(w.defineQuery('build'), () => '${build}');
      if (mode === 'continued') return '${build}';
      await w.condition(() => isSignalled);
      if (mode === 'continues') await w.continueAsNew('continued');
      return ['${build}', await w.executeChild(leaf)];
    }`;
  const versioned = async (buildId: string) =>
    newWorker({
      buildId,
      useVersioning: true,
      workflowBundle: await bundled(code(buildId)),
      maxCachedWorkflows: 0,
    });
  const started = (workflowId: string, mode = 'main') =>
    engine.client.workflow.start('main', { taskQueue: 'q', workflowId, args: [mode] });

  it('keep a run, its children and its next runs on the build that began it; new runs begin on the new build', async () => {
    const [one, two] = [await versioned('v1'), await versioned('v2')];
    await one.runUntil(async () => {
      const [old, continues] = [await started('old'), await started('continues', 'continues')];
      expect([await old.query('build'), await continues.query('build')]).toEqual(['v1', 'v1']);
      await two.runUntil(async () => {
        const young = await started('young');
        expect(await young.query('build')).toBe('v2');
        const { count } = await engine.client.workflow.count(
          "BuildId = 'v1' AND ExecutionStatus = 'Running'",
        );
        expect(count).toBe(2);
        for (const handle of [old, young, continues]) await handle.signal('s');
        expect(await old.result()).toEqual(['v1', 'v1']);
        expect(await young.result()).toEqual(['v2', 'v2']);
        expect(await continues.result()).toBe('v1');
      });
    });
  });

  it('let a run wait for its build while that has no worker', async () => {
    const handle = await started('w');
    await (await versioned('v1')).runUntil(handle.query('build'));
    await handle.signal('s');
    await (
      await versioned('v2')
    ).runUntil(async () => {
      expect(await (await started('other')).query('build')).toBe('v2');
      expect((await handle.describe()).raw).toMatchObject({ pendingWorkflowTask: { state: 'SCHEDULED' } });
    });
    expect(await (await versioned('v1')).runUntil(handle.result())).toEqual(['v1', 'v1']);
  });

  it('have names', async () => {
    await expect(newWorker({ useVersioning: true, activities: { act: () => 1 } })).rejects.toThrow('buildId');
  });
});

describe('workflow code that cannot be loaded', () => {
  it.each([
    ['RFN1110', { workflowsPath: '/no/such/workflows.ts' }, 'workflowsPath'],
    ['RFN1111', { sources: { 'index.ts': 'export function (' } }, 'index.ts'],
    [
      'RFN1112',
      {
        sources: {
          'index.ts': "import { readFileSync } from 'node:fs'; export const main = () => readFileSync('x');",
        },
      },
      'fs',
    ],
    ['RFN1113', { sources: { 'index.ts': "throw new Error('at load'); export const main = 1;" } }, 'at load'],
  ])('is refused with %s when the worker is made', async (code, given, says) => {
    const made = async () => {
      if ('workflowsPath' in given) return newWorker(given);
      return newWorker({ workflowBundle: await bundleWorkflowCode(given as never) });
    };
    await expect(made()).rejects.toMatchObject({ code, message: expect.stringContaining(says) as string });
  });
});
