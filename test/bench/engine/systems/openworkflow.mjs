import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from './child.mjs';

const peers = createRequire(new URL('../../peers/package.json', import.meta.url));
const load = (name) => import(pathToFileURL(peers.resolve(name)).href);
const { OpenWorkflow } = await load('openworkflow');
const { BackendSqlite } = await load('openworkflow/sqlite');
const folder = mkdtempSync(join(tmpdir(), 'bench-openworkflow-'));

let backend;
let worker;
let workflow;

serve({
  async start() {
    // Its default settings: WAL, and SQLite's default `synchronous=FULL`.
    backend = BackendSqlite.connect(join(folder, 'bench.db'));
    const client = new OpenWorkflow({ backend });
    workflow = client.defineWorkflow({ name: 'bench' }, async ({ input, step }) => {
      for (let i = 0; i < input; i++) await step.run({ name: `activity-${i}` }, async () => i);
    });
    worker = client.newWorker({ concurrency: 50 });
    await worker.start();
  },
  async runOne(activities) {
    await (await workflow.run(activities)).result();
  },
  async stop() {
    await worker.stop();
    await backend.stop();
    rmSync(folder, { recursive: true, force: true });
  },
});
