// `npm run bench -- frontend [--workflows 200] [--lanes 50] [--only "in memory"] [--rounds 3] [--json]`: workflows of 10
// activities, by the real `@temporalio/client` and `@temporalio/worker`, on the engine's front end and, where it is
// installed, on Temporal's development server; each in memory and on a file. Servers and load are processes of their own;
// the load is the same for all.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporal, freePort } from '../../interop/temporal-server.mjs';
import { option, print, row } from '../harness.mjs';

const [workflows, lanes] = [option('workflows', '200'), option('lanes', '50')];
const rounds = Number(option('rounds', '3'));
const only = option('only', '');
const ours = fileURLToPath(new URL('../../../test-env/bin/refrain-temporal.js', import.meta.url));
const load = fileURLToPath(new URL('./load.mjs', import.meta.url));

const temporal = findTemporal();
const places = [
  { place: 'in memory', isFile: false },
  { place: 'on a file', isFile: true },
];
const systems = [
  { system: 'refrain', command: ours },
  ...(temporal ? [{ system: 'temporal', command: temporal }] : []),
]
  .flatMap((system) => places.map((place) => ({ ...system, ...place })))
  .filter(({ system, place }) => `${system}, ${place}`.includes(only));

const measured = systems.map(() => []);
for (let round = 0; round < rounds; round++) {
  for (const [index, system] of systems.entries()) measured[index].push(await measure(system));
}
print(
  systems.flatMap(({ system, place }, index) => {
    const head = { bench: 'frontend', system, case: `10 activities, ${lanes} at a time, ${place}` };
    const values = (name) => measured[index].map((figures) => figures[name]);
    return [
      row({ ...head, metric: 'workflowsPerSecond', unit: '1/s' }, values('perSecond')),
      row({ ...head, metric: 'serverCpuPerWorkflow', unit: 'ms' }, values('serverCpuMs')),
      row({ ...head, metric: 'loadCpuPerWorkflow', unit: 'ms' }, values('loadCpuMs')),
    ];
  }),
);

/** One round: a server of its own, on nothing or on a new file. */
async function measure({ command, isFile }) {
  const folder = mkdtempSync(join(tmpdir(), 'refrain-bench-'));
  const port = String(await freePort());
  const more = ['--headless', '--log-level', 'error', '--metrics-port', String(await freePort())];
  if (isFile) more.push('--db-filename', join(folder, 'bench.db'));
  const server = spawn(command, ['server', 'start-dev', '--port', port, ...more], { stdio: 'ignore' });
  try {
    const done = spawnSync(process.execPath, [load, `127.0.0.1:${port}`, workflows, lanes], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (done.status !== 0) throw new Error(`the load failed: ${done.stderr.slice(-2000)}`);
    const { perSecond, loadCpuMs } = JSON.parse(done.stdout.trim().split('\n').at(-1));
    const count = Number(workflows);
    return { perSecond, loadCpuMs: loadCpuMs / count, serverCpuMs: cpuMsOf(server.pid) / count };
  } finally {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The CPU time that a process has used, where Linux tells it. */
function cpuMsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
