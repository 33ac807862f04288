// `npm run bench -- frontend [--workflows 200] [--lanes 50]`: workflows of 10 activities, by the real `@temporalio/client` and
// `@temporalio/worker`, on the engine's front end and, where it is installed, on Temporal's development server; each in memory
// and on a file. Servers and load are processes of their own; the load is the same for all.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findTemporal, freePort } from '../../interop/temporal-server.mjs';

const { values } = parseArgs({
  options: {
    workflows: { type: 'string', default: '200' },
    lanes: { type: 'string', default: '50' },
    only: { type: 'string' },
  },
});
const ours = fileURLToPath(new URL('../../../test-env/bin/refrain-temporal.js', import.meta.url));
const load = fileURLToPath(new URL('./load.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'refrain-bench-'));

const temporal = findTemporal();
const systems = [
  { name: 'Refrain, in memory', command: ours, args: [] },
  { name: 'Refrain, on a file', command: ours, args: ['--db-filename', join(folder, 'refrain.db')] },
  ...(temporal
    ? [
        { name: 'Temporal, in memory', command: temporal, args: [] },
        {
          name: 'Temporal, on a file',
          command: temporal,
          args: ['--db-filename', join(folder, 'temporal.db')],
        },
      ]
    : []),
];

console.log(`${values.workflows} workflows of 10 activities, ${values.lanes} at a time`);
for (const system of systems) {
  if (values.only && !system.name.includes(values.only)) continue;
  await measure(system);
}
rmSync(folder, { recursive: true, force: true });

async function measure({ name, command, args }) {
  const port = String(await freePort());
  const more = ['--headless', '--log-level', 'error', '--metrics-port', String(await freePort())];
  const server = spawn(command, ['server', 'start-dev', '--port', port, ...more, ...args], {
    stdio: 'ignore',
  });
  try {
    const done = spawnSync(process.execPath, [load, `127.0.0.1:${port}`, values.workflows, values.lanes], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (done.status !== 0) throw new Error(`the load failed: ${done.stderr.slice(-2000)}`);
    const { perSecond, loadCpuMs } = JSON.parse(done.stdout.trim().split('\n').at(-1));
    const cpu = `server ${cpuMsOf(server.pid)} ms of CPU, client and worker ${loadCpuMs} ms`;
    console.log(`${name.padEnd(22)} ${perSecond.toFixed(1).padStart(7)} workflows/s   ${cpu}`);
  } finally {
    const exited = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), 5_000);
    await exited;
    clearTimeout(timer);
  }
}

/** The CPU time that a process has used, where Linux tells it. */
function cpuMsOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return '?';
  }
}
