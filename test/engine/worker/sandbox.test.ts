import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, PayloadCodec, WorkerOptions } from '@refrain/engine';
import { createLogger, openEngine, Worker } from '@refrain/engine';
import * as activityApi from '@refrain/engine/activity';
import { bundleWorkflowCode, type WorkflowBundle } from '@refrain/engine/internal';

const source = `
import { condition, CancellationScope, defineSignal, isCancellation, log, proxyActivities,
  proxyLocalActivities, setHandler, sleep, workflowInfo } from '@refrain/engine/workflow';
const { greet, slow, later, count } = proxyActivities({ startToCloseTimeout: '1 minute', heartbeatTimeout: '1s' });
const local = proxyLocalActivities({ startToCloseTimeout: '1 minute' });
export async function greeting(name: string): Promise<string> {
  log.info('greeting', { name });
  await sleep(5);
  return (await greet(name)) + (await local.greet('local'));
}
export async function endless(): Promise<void> {
  for (;;);
}
export async function waits(): Promise<string> {
  let go = false;
  setHandler(defineSignal('go'), () => { go = true; });
  await condition(() => go);
  return 'gone';
}
export async function cancels(): Promise<string> {
  try {
    await CancellationScope.cancellable(async () => {
      const running = slow();
      await sleep(30);
      CancellationScope.current().cancel();
      await running;
    });
    return 'not cancelled';
  } catch (error) {
    return isCancellation(error) ? 'cancelled' : String(error);
  }
}
export async function completedElsewhere(): Promise<string> {
  return await later();
}
export async function order(): Promise<string> {
  STEPS
}
`;

const codec: PayloadCodec = {
  encode: async (payloads) =>
    payloads.map((payload) => ({
      metadata: { encoding: Buffer.from('binary/mirrored') },
      data: Buffer.from(JSON.stringify(payload, bytesToText)).reverse(),
    })),
  decode: async (payloads) =>
    payloads.map(
      (payload) => JSON.parse(Buffer.from(payload.data!).reverse().toString(), textToBytes) as never,
    ),
};

function bytesToText(_name: string, value: unknown): unknown {
  const { type, data } = (value ?? {}) as { type?: string; data?: number[] };
  if (type === 'Buffer') return { bytes: Buffer.from(data!).toString('latin1') };
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('latin1') } : value;
}

function textToBytes(_name: string, value: unknown): unknown {
  const { bytes } = (value ?? {}) as { bytes?: string };
  return bytes === undefined ? value : Buffer.from(bytes, 'latin1');
}

describe('a worker with the sandbox', () => {
  let bundle: WorkflowBundle;
  let swapped: WorkflowBundle;
  let engine: Engine;
  const entries: { level: string; message: string }[] = [];

  const activities = {
    greet: async (name: string) => `Hello, ${name}! `,
    count: async (text: string) => text.length,
    slow: async () => {
      for (;;) {
        activityApi.heartbeat('still here');
        await activityApi.sleep(5);
      }
    },
    later: async () => {
      const { base64TaskToken } = activityApi.activityInfo();
      setTimeout(() => void complete(base64TaskToken), 10);
      throw new activityApi.CompleteAsyncError();
    },
  };

  async function complete(token: string): Promise<void> {
    const taskToken = Buffer.from(token, 'base64').toString();
    const data = Buffer.from('"from elsewhere"').toString('base64');
    const encoding = Buffer.from('json/plain').toString('base64');
    await engine.service.respondActivityTaskCompleted({
      taskToken,
      result: [{ metadata: { encoding }, data }],
    });
  }

  function newWorker(options: Partial<WorkerOptions> = {}): Promise<Worker> {
    return Worker.create({
      connection: engine,
      taskQueue: 'q',
      workflowBundle: bundle,
      activities,
      logger: createLogger((level, message) => entries.push({ level, message })),
      ...options,
    });
  }

  const run = (type: string, ...args: unknown[]) =>
    engine.client.workflow.execute(type, { taskQueue: 'q', workflowId: `${type}-${Math.random()}`, args });

  beforeAll(async () => {
    const steps = (first: string, second: string) =>
      source.replace('STEPS', `await ${first}; await sleep(40); await ${second}; return 'done';`);
    bundle = await bundleWorkflowCode({ sources: { 'index.ts': steps("greet('a')", "count('b')") } });
    swapped = await bundleWorkflowCode({ sources: { 'index.ts': steps("count('b')", "greet('a')") } });
    engine = await openEngine({ memory: true });
  });

  afterAll(() => engine.close());

  it('runs activities, local activities, timers, and its log', async () => {
    const worker = await newWorker();
    const result = await worker.runUntil(run('greeting', 'world'));
    expect(result).toBe('Hello, world! Hello, local! ');
    expect(entries).toContainEqual({ level: 'INFO', message: 'greeting' });
  });

  it('encodes and decodes payloads with a codec on both sides', async () => {
    const other = await openEngine({ memory: true, dataConverter: { payloadCodecs: [codec] } });
    const worker = await newWorker({ connection: other, dataConverter: { payloadCodecs: [codec] } });
    const result = await worker.runUntil(
      other.client.workflow.execute('greeting', { taskQueue: 'q', workflowId: 'coded', args: ['world'] }),
    );
    expect(result).toBe('Hello, world! Hello, local! ');
    const { history } = await other.service.getWorkflowExecutionHistory({
      execution: { workflowId: 'coded' },
    });
    expect(JSON.stringify(history)).not.toContain(Buffer.from('"world"').toString('base64'));
    await other.close();
  });

  it('stops an endless loop: its workflow task fails, and other executions go on', async () => {
    const worker = await newWorker({ workflowDeadlineMs: 100 });
    await worker.runUntil(async () => {
      const endless = await engine.client.workflow.start('endless', {
        taskQueue: 'q',
        workflowId: 'endless',
      });
      expect(await run('greeting', 'you')).toBe('Hello, you! Hello, local! ');
      const { history } = await engine.service.getWorkflowExecutionHistory({
        execution: { workflowId: 'endless' },
      });
      expect(history.events.map(({ type }) => type)).toContain('WorkflowTaskFailed');
      await endless.terminate();
    });
  });

  it('cancels a heartbeating activity', async () => {
    const worker = await newWorker({ maxHeartbeatThrottleInterval: 20 });
    expect(await worker.runUntil(run('cancels'))).toBe('cancelled');
  });

  it('lets somebody else complete an activity by its token', async () => {
    const worker = await newWorker();
    expect(await worker.runUntil(run('completedElsewhere'))).toBe('from elsewhere');
  });

  it('fails the workflow task, not the run, when new code does not fit; and goes on after a fix', async () => {
    const handle = await engine.client.workflow.start('order', { taskQueue: 'q', workflowId: 'order' });
    const nextOf = async (type: string) => {
      for (;;) {
        const { history } = await engine.service.getWorkflowExecutionHistory({
          execution: { workflowId: 'order' },
        });
        const found = history.events.find((event) => event.type === type);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    const first = await newWorker();
    await first.runUntil(nextOf('TimerStarted'));
    const second = await newWorker({ workflowBundle: swapped });
    const failed = await second.runUntil(nextOf('WorkflowTaskFailed'));
    expect(failed.attributes).toMatchObject({ cause: 'NON_DETERMINISTIC_ERROR' });
    const third = await newWorker();
    expect(await third.runUntil(handle.result())).toBe('done');
  });
});
