// `npm run bench -- engine [--peers | --systems a,b] [--concurrency 1,10,50,200] [--fan-out N] [--json] [--rounds N]`:
// durable workflows of 10 activities, so many at a time; the time of one activity in one workflow; a fan-out. Each
// system runs in a process of its own, in the same run, in turn.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureAlternating, option, print } from '../harness.mjs';
import { peerNode } from '../peers.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const rounds = Number(option('rounds', '5'));
const concurrencies = option('concurrency', '50').split(',').map(Number);
const fanOut = Number(option('fan-out', '0'));
/** Workflows of 10 activities in a round, 50 at a time: some seconds for each system. */
const workflowsOf = { refrain: 2_000, restate: 500, openworkflow: 300, dbos: 300 };
const all = Object.keys(workflowsOf);
const named = option('systems', process.argv.includes('--peers') ? all.join(',') : 'refrain').split(',');

/** A system in its own process: `ask` sends one request and waits for its answer. */
function launch(name) {
  const execPath = name === 'refrain' ? process.execPath : peerNode();
  const child = fork(join(here, 'systems', `${name}.mjs`), { execPath, stdio: ['ignore', 2, 2, 'ipc'] });
  const ask = (request) =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`${name} ended with code ${code}`));
      child.once('exit', ended);
      child.once('message', (answer) => {
        child.off('exit', ended);
        resolve(answer);
      });
      child.send(request);
    });
  return { name, ask, stop: () => ask({ type: 'stop' }).finally(() => child.kill()) };
}

function measurementsOf({ name, ask }) {
  const run = (workflows, activities, concurrency) =>
    ask({ type: 'run', workflows, activities, concurrency });
  const perSecond = concurrencies.map((concurrency) => {
    // Fewer at a time take longer: a round stays about as long.
    const workflows = Math.ceil(workflowsOf[name] * Math.min(1, Math.max(concurrency, 2) / 50));
    return {
      system: name,
      case: `10 activities, ${concurrency} at a time`,
      metric: 'workflowsPerSecond',
      unit: '1/s',
      measure: async () => (1000 * workflows) / (await run(workflows, 10, concurrency)),
    };
  });
  const single = {
    system: name,
    case: 'one workflow of 100 activities',
    metric: 'msPerActivity',
    unit: 'ms',
    measure: async () => (await run(1, 100, 1)) / 100,
  };
  const fan = {
    system: name,
    case: `one workflow, ${fanOut} activities at once`,
    metric: 'activitiesPerSecond',
    unit: '1/s',
    measure: async () => (1000 * fanOut) / (await ask({ type: 'fan-out', activities: fanOut })),
  };
  return [...perSecond, single, ...(fanOut > 0 && name === 'refrain' ? [fan] : [])];
}

const running = [];
for (const name of named) {
  const system = launch(name);
  await system.ask({ type: 'start' });
  running.push(system);
}
const rows = await measureAlternating('engine', rounds, running.flatMap(measurementsOf));
for (const { stop } of running) await stop();
print(rows);
