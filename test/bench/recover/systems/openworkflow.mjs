import { join } from 'node:path';
import { importPeer } from '../../peers.mjs';

const { OpenWorkflow } = await importPeer('openworkflow');
const { BackendSqlite } = await importPeer('openworkflow/sqlite');
const [folder, mode] = process.argv.slice(2);
const client = new OpenWorkflow({ backend: BackendSqlite.connect(join(folder, 'bench.db')) });
const workflow = client.defineWorkflow({ name: 'bench' }, async ({ input, step }) => {
  for (let i = 0; i < input; i++) {
    await step.run({ name: `activity-${i}` }, async () => {
      process.stdout.write(`activity ${i}\n`);
      if (mode === 'begin' && i === 3) await new Promise(() => setInterval(() => undefined, 1000));
      return i;
    });
  }
});
await client.newWorker({ concurrency: 50 }).start();
if (mode === 'begin') await workflow.run(10);
