import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serve } from './child.mjs';

const peers = createRequire(new URL('../../peers/package.json', import.meta.url));
const { DBOS } = await import(pathToFileURL(peers.resolve('@dbos-inc/dbos-sdk')).href);
const folder = mkdtempSync(join(tmpdir(), 'bench-dbos-'));
const port = 20_000 + (process.pid % 20_000);

/** PostgreSQL refuses to run as root: as root, its own user runs it. */
function asPostgres(command, args) {
  const options = { stdio: ['ignore', 'ignore', 2] };
  if (userInfo().uid !== 0) return execFileSync(command, args, options);
  return execFileSync('runuser', ['-u', 'postgres', '--', command, ...args], options);
}

function startPostgres() {
  if (userInfo().uid === 0) {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
    chmodSync(folder, 0o755);
    chownSync(folder, id('-u'), id('-g'));
  }
  asPostgres('initdb', ['-D', join(folder, 'data'), '-U', 'postgres', '--auth=trust']);
  // fsync and synchronous_commit stay on, as they are by default.
  const settings = `-p ${port} -k ${folder} -h 127.0.0.1`;
  asPostgres('pg_ctl', [
    '-D',
    join(folder, 'data'),
    '-o',
    settings,
    '-l',
    join(folder, 'log'),
    '-w',
    'start',
  ]);
}

const step = async (i) => i;
const workflow = DBOS.registerWorkflow(
  async (activities) => {
    for (let i = 0; i < activities; i++) await DBOS.runStep(() => step(i), { name: `activity-${i}` });
  },
  { name: 'bench' },
);

serve({
  async start() {
    startPostgres();
    DBOS.setConfig({
      name: 'bench',
      systemDatabaseUrl: `postgresql://postgres@127.0.0.1:${port}/bench`,
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
    asPostgres('pg_ctl', ['-D', join(folder, 'data'), '-m', 'immediate', 'stop']);
    rmSync(folder, { recursive: true, force: true });
  },
});
