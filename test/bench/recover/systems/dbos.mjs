// The database stays; the process that runs the workflow is killed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { importPeer } from '../../peers.mjs';
import { startPostgres, stopPostgres } from '../../servers/postgres.mjs';

const [folder, mode] = process.argv.slice(2);
const urlFile = join(folder, 'url');

if (mode === 'stop') stopPostgres(folder);
else await work();

async function work() {
  const { DBOS } = await importPeer('@dbos-inc/dbos-sdk');
  const activity = async (i) => {
    process.stdout.write(`activity ${i}\n`);
    if (mode === 'begin' && i === 3) await new Promise(() => undefined);
    return i;
  };
  const workflow = DBOS.registerWorkflow(
    async (activities) => {
      for (let i = 0; i < activities; i++) await DBOS.runStep(() => activity(i), { name: `activity-${i}` });
    },
    { name: 'bench' },
  );
  if (mode === 'begin') writeFileSync(urlFile, startPostgres(folder, 20_000 + (process.pid % 20_000)));
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: readFileSync(urlFile, 'utf8'),
    runAdminServer: false,
    logLevel: 'error',
    // The code is the same after the restart, as it says itself.
    applicationVersion: '1',
  });
  await DBOS.launch();
  if (mode === 'begin') await DBOS.startWorkflow(workflow)(10);
}
