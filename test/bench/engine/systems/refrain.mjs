import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, Worker } from '@refrain/engine';
import { serve } from './child.mjs';

const folder = mkdtempSync(join(tmpdir(), 'bench-refrain-'));
let engine;
let worker;
let running;
let count = 0;

async function execute(type, activities) {
  const workflowId = `bench-${count++}`;
  await engine.client.workflow.execute(type, { args: [activities], taskQueue: 'bench', workflowId });
}

serve({
  async start() {
    // As shipped: every acknowledgement after an fsync (`synchronous=FULL`).
    engine = await openEngine({ file: join(folder, 'bench.db') });
    worker = await Worker.create({
      connection: engine,
      taskQueue: 'bench',
      workflowsPath: fileURLToPath(new URL('../workflows.mjs', import.meta.url)),
      activities: { activity: async (i) => i },
    });
    running = worker.run();
  },
  runOne: (activities) => execute('bench', activities),
  fanOut: (activities) => execute('benchFanOut', activities),
  async stop() {
    worker.shutdown();
    await running;
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  },
});
