// One round of ./bench.mjs in a process of its own: open workflows that have a timer and an activity that no worker
// takes; what memory each needs, and how long a process takes to start with them. Prints its figures as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, Worker } from '@refrain/engine';

const workflows = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'bench-load-'));
const file = join(folder, 'bench.db');
const heap = () => (globalThis.gc(), globalThis.gc(), process.memoryUsage().heapUsed);

let engine = await openEngine({ file });
const worker = await Worker.create({
  connection: engine,
  taskQueue: 'bench',
  workflowsPath: fileURLToPath(new URL('workflows.mjs', import.meta.url)),
});
const running = worker.run();
const before = heap();
let started = 0;
const lane = async () => {
  while (started < workflows) {
    const workflowId = `pending-${started++}`;
    await engine.client.workflow.start('asksAndSleeps', {
      args: [3_600_000],
      taskQueue: 'bench',
      workflowId,
    });
  }
};
await Promise.all(Array.from({ length: 200 }, lane));
while (engine.service.activity().backlog > workflows || engine.service.activity().isStoring) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const open = heap();
worker.shutdown();
await running;
await engine.close();

const closed = heap();
const from = performance.now();
engine = await openEngine({ file });
const startUpMs = performance.now() - from;
const reopened = heap();
console.log(
  JSON.stringify({
    pendingKiB: (open - before) / workflows / 1024,
    startUpMs,
    startUpHeapKiB: (reopened - closed) / workflows / 1024,
  }),
);
await engine.close();
rmSync(folder, { recursive: true, force: true });
