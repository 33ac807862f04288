import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, WorkerOptions } from '@refrain/engine';
import { createLogger, eventToJson, openEngine, readHistory, replayHistory, Worker } from '@refrain/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as activities from '../../fixtures/temporal/activities.js';
import { histories, programs, repository } from '../temporal/project.js';

/**
 * A Temporal project's workflows and activities, unchanged, in an embedded worker: no server, no native module. What is
 * recorded is held to the histories of a real server.
 */
describe('a Temporal project on the embedded engine', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'refrain-temporal-code-')));
  const lines: string[] = [];
  const notes: unknown[] = [];
  let engine: Engine;

  const logger = createLogger((level, message, attributes) => {
    if (level === 'DEBUG' || level === 'TRACE') return;
    lines.push(`${level} ${message} ${JSON.stringify(attributes)}`);
  });

  beforeAll(async () => {
    engine = await openEngine({ memory: true });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(repository, 'node_modules/@temporalio'), join(folder, 'node_modules/@temporalio'));
  });
  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const newWorker = (workflowsPath: string, options: Partial<WorkerOptions> = {}) =>
    Worker.create({ connection: engine, taskQueue: workflowsPath, workflowsPath, logger, ...options });

  function workflows(name: string, body: string): string {
    const file = join(folder, `${name}.ts`);
    writeFileSync(file, body);
    return file;
  }

  const interceptors = join(programs, 'interceptors.ts');
  const recordedTypes = async (name: string) =>
    (await readHistory(readFileSync(join(histories, 'temporal', `${name}.json`)))).map(({ type }) => type);

  it.each([
    ...['greet', 'sequence', 'cancelBeforeSent', 'localActivities', 'localAndTimers', 'race', 'patchedFlow'],
    ...['randomness', 'failing', 'intercepted', 'retries', 'logging'],
  ])('records for %s what a Temporal server records, and it replays', async (type) => {
    const worker = await newWorker(programs, {
      activities,
      interceptors: { workflowModules: [interceptors] },
      sinks: { notes: { write: { fn: (_info, ...args: unknown[]) => void notes.push(args) } } },
    });
    expect(worker.workflowTypes).toContain(type);
    const events = await worker.runUntil(async () => {
      const args = type === 'sequence' ? [5] : type === 'greet' ? ['World'] : [];
      const handle = await engine.client.workflow.start(type, {
        taskQueue: programs,
        workflowId: type,
        args,
      });
      await handle.result().catch(() => undefined);
      return (await handle.fetchHistory()).events.map(eventToJson);
    });
    expect(events.map(({ eventType }) => eventType)).toEqual(
      (await recordedTypes(type)).map((name) => `EVENT_TYPE_${screaming(name)}`),
    );
    const options = {
      workflowsPath: programs,
      workflowInterceptorModules: [interceptors],
      cuts: 'all' as const,
    };
    const { verdict, divergence } = await replayHistory(options, { events });
    expect([verdict, divergence?.message]).toEqual(['compatible', undefined]);
  });

  it('gets the calls of its sinks, once', () => {
    expect(notes).toEqual([['one'], ['two']]);
  });

  it('logs, with errors and the attributes of its workflow', async () => {
    const file = workflows(
      'logs',
      `import { log } from '@temporalio/workflow';
export async function logs() { log.warn('watch out', { error: new TypeError('odd'), n: 1 }); }`,
    );
    const worker = await newWorker(file);
    await worker.runUntil(engine.client.workflow.execute('logs', { taskQueue: file, workflowId: 'logs' }));
    const [line] = lines.filter((text) => text.startsWith('WARN watch out'));
    expect(line).toMatch(/"workflowId":"logs".*"name":"TypeError","message":"odd".*"n":1/);
  });

  it('fails the workflow task of the execution that left a rejection, at the line of the source', async () => {
    const file = workflows(
      'rejects',
      `import { sleep, workflowInfo } from '@temporalio/workflow';
export async function floats(isBad: boolean) {
  if (isBad) {
    void (async () => {
      await sleep(1);
      throw new Error('nobody catches me');
    })();
  }
  await sleep(20);
  return workflowInfo().workflowId;
}`,
    );
    lines.length = 0;
    const worker = await newWorker(file);
    await worker.runUntil(async () => {
      const start = (workflowId: string, isBad: boolean) =>
        engine.client.workflow.start('floats', { taskQueue: file, workflowId, args: [isBad] });
      const good = await Promise.all(['f1', 'f2', 'f3'].map((id) => start(id, false)));
      await start('bad', true);
      expect(await Promise.all(good.map((handle) => handle.result()))).toEqual(['f1', 'f2', 'f3']);
    });
    const failed = lines.filter((text) => text.includes('nobody catches me'));
    expect(failed.length).toBeGreaterThan(0);
    for (const line of failed) {
      expect(line).toContain('"workflowId":"bad"');
      expect(line).toContain('rejects.ts:6:13');
      expect(line).not.toContain('node:vm');
    }
  });

  it('stops code that does not give control back; the others go on', { timeout: 20_000 }, async () => {
    const file = workflows(
      'stuck',
      `import { condition, defineSignal, setHandler } from '@temporalio/workflow';
export async function stuck() { for (;;); }
export async function waits() {
  let went = 0;
  setHandler(defineSignal('go'), () => void (went += 1));
  await condition(() => went > 1);
  return went;
}`,
    );
    lines.length = 0;
    const worker = await newWorker(file, { workflowDeadlineMs: 200 });
    const result = await worker.runUntil(async () => {
      const waiting = await engine.client.workflow.start('waits', { taskQueue: file, workflowId: 'waits' });
      await waiting.signal('go');
      const stuck = await engine.client.workflow.start('stuck', { taskQueue: file, workflowId: 'stuck' });
      while (!lines.some((line) => line.includes('task failed')))
        await new Promise((resolve) => setTimeout(resolve, 20));
      await stuck.terminate();
      await waiting.signal('go');
      return waiting.result();
    });
    expect(result).toBe(2);
    expect(lines[0]).toMatch(/^WARN A workflow task failed: Workflow code ran for more than 200 ms/);
  });
});

function screaming(type: string): string {
  return type.replaceAll(/(?<!^)([A-Z])/g, '_$1').toUpperCase();
}
