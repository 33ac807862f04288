// One round of ./bench.mjs in a process of its own; prints its figures as JSON.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, Worker } from '@refrain/engine';

const workflows = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'bench-load-'));
const engine = await openEngine({ file: join(folder, 'bench.db') });
const worker = await Worker.create({
  connection: engine,
  taskQueue: 'bench',
  workflowsPath: fileURLToPath(new URL('workflows.mjs', import.meta.url)),
});
const running = worker.run();
const { workflow } = engine.client;

/** Starts so many workflows, 200 at a time. */
async function startAll(count, prefix, type, args) {
  let started = 0;
  const handles = [];
  const lane = async () => {
    while (started < count) {
      const workflowId = `${prefix}-${started++}`;
      handles.push(await workflow.start(type, { args, taskQueue: 'bench', workflowId }));
    }
  };
  await Promise.all(Array.from({ length: 200 }, lane));
  return handles;
}

/** Until all of them wait for their timers. */
async function untilQuiet() {
  while (engine.service.activity().backlog > 0 || engine.service.activity().isStoring) await pause(20);
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const memory = () => (globalThis.gc(), globalThis.gc(), process.memoryUsage());

await startAll(200, 'warm', 'sleeps', [1]);
await untilQuiet();
const before = memory();
let from = performance.now();
const open = await startAll(workflows, 'open', 'sleeps', [3_600_000]);
await untilQuiet();
const startsPerSecond = (1000 * workflows) / (performance.now() - from);
open.length = 0;
const after = memory();

// Late enough that all are started by then.
const dueMs = Date.now() + 5_000 + 4 * workflows;
const due = await startAll(workflows, 'due', 'sleepsUntil', [dueMs]);
await pause(Math.max(0, dueMs - Date.now()));
from = performance.now();
await Promise.all(due.map((handle) => handle.result()));
const timersPerSecond = (1000 * workflows) / (performance.now() - from);

const beforeUnserved = memory();
for (let i = 0; i < 2; i++) {
  let started = 0;
  const lane = async () => {
    while (started < workflows) {
      const workflowId = `unserved-${i}-${started++}`;
      await workflow.start('sleeps', { args: [1], taskQueue: 'nobody', workflowId });
    }
  };
  await Promise.all(Array.from({ length: 200 }, lane));
}
const unserved = memory();

console.log(
  JSON.stringify({
    startsPerSecond,
    heapKiB: (after.heapUsed - before.heapUsed) / workflows / 1024,
    residentMB: after.rss / 1e6,
    timersPerSecond,
    unservedKiB: (unserved.heapUsed - beforeUnserved.heapUsed) / (2 * workflows) / 1024,
  }),
);
worker.shutdown();
await running;
await engine.close();
rmSync(folder, { recursive: true, force: true });
