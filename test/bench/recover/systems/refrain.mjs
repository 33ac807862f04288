import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openEngine, Worker } from '@refrain/engine';

const [folder, mode] = process.argv.slice(2);
const engine = await openEngine({ file: join(folder, 'bench.db'), waitForOwnerMs: 5000 });
const worker = await Worker.create({
  connection: engine,
  taskQueue: 'bench',
  workflowsPath: fileURLToPath(new URL('../../engine/workflows.mjs', import.meta.url)),
  activities: {
    activity: async (i) => {
      process.stdout.write(`activity ${i}\n`);
      if (mode === 'begin' && i === 3) await new Promise(() => undefined);
      return i;
    },
  },
});
if (mode === 'begin') {
  await engine.client.workflow.start('bench', { args: [10], taskQueue: 'bench', workflowId: 'bench' });
}
await worker.run();
