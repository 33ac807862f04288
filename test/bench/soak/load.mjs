// The load of ./bench.mjs, in a process of its own; sends a sample of its memory every ten seconds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, Worker } from '@refrain/engine';

const minutes = Number(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), 'bench-soak-'));
const engine = await openEngine({ file: join(folder, 'bench.db') });
const worker = await Worker.create({
  connection: engine,
  taskQueue: 'soak',
  workflowsPath: fileURLToPath(new URL('workflows.mjs', import.meta.url)),
  activities: {
    work: async (i) => `${i}`.repeat(20),
    flaky: async (i) => {
      if (Math.random() < 0.2) throw new Error('try again');
      return i;
    },
  },
});
const running = worker.run();
const beganMs = performance.now();
const endMs = beganMs + minutes * 60_000;
let done = 0;

async function lane(name) {
  for (let count = 0; performance.now() < endMs; count++) {
    const workflowId = `${name}-${count}`;
    const handle = await engine.client.workflow.start('mixed', { args: [5], taskQueue: 'soak', workflowId });
    await handle.signal('go', count);
    await handle.result();
    done++;
  }
}

const sampling = setInterval(() => {
  globalThis.gc();
  const { heapUsed, rss } = process.memoryUsage();
  const seconds = (performance.now() - beganMs) / 1000;
  process.send({ seconds, done, heapMB: heapUsed / 1e6, residentMB: rss / 1e6 });
}, 10_000);
await Promise.all(Array.from({ length: 30 }, (_, index) => lane(`soak-${index}`)));
clearInterval(sampling);
worker.shutdown();
await running;
await engine.close();
rmSync(folder, { recursive: true, force: true });
process.disconnect();
