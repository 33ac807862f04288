import { describe, expect, it } from 'vitest';
import {
  createLogger,
  observeService,
  openEngine,
  openTelemetryMetrics,
  Worker,
  type MeterLike,
} from '@refrain/engine';
import { bundleWorkflowCode } from '@refrain/engine/internal';

/** Keeps what is recorded: `name{labels}` to its sum, and how often. */
function recordingMeter() {
  const sums = new Map<string, number>();
  const reads: (() => void)[] = [];
  const add =
    (name: string) =>
    (value: number, labels: object = {}) => {
      const key = `${name}${JSON.stringify(labels)}`;
      sums.set(key, (sums.get(key) ?? 0) + value);
    };
  const meter: MeterLike = {
    createCounter: (name) => ({ add: add(name) }),
    createHistogram: (name) => ({ record: add(name) }),
    createObservableGauge: (name) => ({
      addCallback: (read) => void reads.push(() => read({ observe: (value) => sums.set(name, value) })),
    }),
  };
  return { meter, sums, read: () => reads.forEach((one) => one()) };
}

const source = `import * as wf from '@refrain/engine/workflow';
  const { flaky } = wf.proxyActivities({ startToCloseTimeout: 1000, retry: { initialInterval: 1 } });
  export async function main(again) {
    let signalled = false;
    wf.setHandler(wf.defineSignal('s'), () => { signalled = true; });
    await wf.condition(() => signalled);
    await flaky();
    if (again) await wf.continueAsNew(false);
  }`;

describe('OpenTelemetry', () => {
  it.each([
    ['from the cache', 100],
    ['replaying each time', 0],
  ])(
    'gets the worker’s measurements, each once, and the service’s when it asks: %s',
    async (_, maxCachedWorkflows) => {
      const { meter, sums, read } = recordingMeter();
      await using engine = await openEngine({ memory: true });
      observeService(meter, engine.service);
      let calls = 0;
      const worker = await Worker.create({
        connection: engine,
        taskQueue: 'q',
        workflowBundle: await bundleWorkflowCode({ sources: { 'index.ts': source } }),
        maxCachedWorkflows,
        activities: {
          flaky: async () => {
            if (++calls % 2 === 1) throw new Error('once more');
          },
        },
        logger: createLogger(() => undefined),
        metrics: openTelemetryMetrics(meter),
      });
      const { workflow } = engine.client;
      await worker.runUntil(async () => {
        const handle = await workflow.start('main', { taskQueue: 'q', workflowId: 'w', args: [true] });
        await handle.signal('s');
        const [first] = [handle.firstExecutionRunId];
        while ((await workflow.getHandle('w').describe()).runId === first)
          await new Promise((r) => setTimeout(r, 2));
        await workflow.getHandle('w').signal('s');
        await handle.result();
      });
      read();
      const wf = '{"workflow_type":"main"}';
      expect(sums.get(`refrain.signals${wf}`)).toBe(2);
      expect(sums.get(`refrain.continue_as_new${wf}`)).toBe(1);
      expect(sums.get('refrain.activities{"activity_type":"flaky","outcome":"failed"}')).toBe(2);
      expect(sums.get('refrain.activities{"activity_type":"flaky","outcome":"completed"}')).toBe(2);
      expect(sums.get('refrain.activity_retries{"activity_type":"flaky"}')).toBe(2);
      for (const name of ['workflow_task', 'history_events', 'history']) {
        expect(sums.get(`refrain.${name}${wf}`), name).toBeGreaterThan(0);
      }
      expect(sums.get(`refrain.history_events${wf}`)).toBeGreaterThan(20);
      expect(sums.has('refrain.activity_schedule_to_start{"activity_type":"flaky"}')).toBe(true);
      expect(sums.get('refrain.timer_backlog')).toBe(0);
      expect(sums.get('refrain.task_backlog')).toBe(0);
    },
  );
});
