import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importPeer } from '../../peers.mjs';
import { startPostgres, stopPostgres } from '../../servers/postgres.mjs';
import { serve } from './child.mjs';

const { DBOS } = await importPeer('@dbos-inc/dbos-sdk');
const folder = mkdtempSync(join(tmpdir(), 'bench-dbos-'));

const step = async (i) => i;
const workflow = DBOS.registerWorkflow(
  async (activities) => {
    for (let i = 0; i < activities; i++) await DBOS.runStep(() => step(i), { name: `activity-${i}` });
  },
  { name: 'bench' },
);

serve({
  async start() {
    const systemDatabaseUrl = startPostgres(folder, 20_000 + (process.pid % 20_000));
    DBOS.setConfig({
      name: 'bench',
      systemDatabaseUrl,
      systemDatabasePoolSize: 50,
      runAdminServer: false,
      logLevel: 'error',
    });
    await DBOS.launch();
  },
  async runOne(activities) {
    const handle = await DBOS.startWorkflow(workflow)(activities);
    await handle.getResult();
  },
  async stop() {
    await DBOS.shutdown();
    stopPostgres(folder);
    rmSync(folder, { recursive: true, force: true });
  },
});
