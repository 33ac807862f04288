// `npm run bench -- load [--workflows 10000] [--stored 1000000] [--rounds N] [--json]`: many open workflows, each with a
// timer. How long it takes to start them, what memory each needs, how fast timers fire that are due at once; what memory
// workflows need that no worker serves, or that have an activity which no worker takes; how long a process takes to start
// with them, and with very many timers in its file.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { option, print, row } from '../harness.mjs';

const workflows = Number(option('workflows', '10000'));
const stored = Number(option('stored', '1000000'));

/** Each round has processes of its own, which warm up by themselves. */
function once() {
  return [
    ['once', workflows],
    ['pending', workflows],
    ['stored-timers', stored],
  ].map(([name, count]) => {
    const script = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
    const args = ['--expose-gc', script, String(count)];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout);
  });
}

const open = `${workflows} open workflows with timers`;
const asking = `${workflows} open workflows with a timer and an activity that waits`;
const far = `${stored} timers in the file`;
const figures = [
  [0, open, 'startsPerSecond', '1/s', 'startsPerSecond'],
  [0, open, 'heapPerWorkflow', 'KiB', 'heapKiB'],
  [0, open, 'residentMemory', 'MB', 'residentMB'],
  [0, `${workflows} timers due at once`, 'timersPerSecond', '1/s', 'timersPerSecond'],
  [0, `${2 * workflows} workflows that no worker serves`, 'heapPerWorkflow', 'KiB', 'unservedKiB'],
  [1, asking, 'heapPerWorkflow', 'KiB', 'pendingKiB'],
  [1, asking, 'startUp', 'ms', 'startUpMs'],
  [1, asking, 'heapPerWorkflowAfterStartUp', 'KiB', 'startUpHeapKiB'],
  [2, far, 'startUp', 'ms', 'startUpMs'],
  [2, far, 'heap', 'MB', 'heapMB'],
  [2, far, 'startUpAnd1000Fired', 'ms', 'firedMs'],
];
const rounds = Array.from({ length: Number(option('rounds', '3')) }, once);
print(
  figures.map(([part, name, metric, unit, key]) =>
    row(
      { bench: 'load', system: 'refrain', case: name, metric, unit },
      rounds.map((round) => round[part][key]),
    ),
  ),
);
