// `npm run bench -- load [--workflows 10000] [--rounds N] [--json]`: many open workflows, each with a timer. How long it
// takes to start them, what memory each needs, how fast timers fire that are due at once; and what memory workflows need
// that no worker serves.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { option, print, row } from '../harness.mjs';

const workflows = Number(option('workflows', '10000'));
const script = fileURLToPath(new URL('once.mjs', import.meta.url));

/** Each round has a process of its own, which warms up by itself. */
function once() {
  const args = ['--expose-gc', script, String(workflows)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const open = `${workflows} open workflows with timers`;
const figures = [
  [open, 'startsPerSecond', '1/s', 'startsPerSecond'],
  [open, 'heapPerWorkflow', 'KiB', 'heapKiB'],
  [open, 'residentMemory', 'MB', 'residentMB'],
  [`${workflows} timers due at once`, 'timersPerSecond', '1/s', 'timersPerSecond'],
  [`${2 * workflows} workflows that no worker serves`, 'heapPerWorkflow', 'KiB', 'unservedKiB'],
];
const rounds = Array.from({ length: Number(option('rounds', '3')) }, once);
print(
  figures.map(([name, metric, unit, key]) =>
    row(
      { bench: 'load', system: 'refrain', case: name, metric, unit },
      rounds.map((round) => round[key]),
    ),
  ),
);
