// `npm run bench -- load [--workflows 10000] [--rounds N] [--json]`: many open workflows, each with a timer. How long it
// takes to start them, what memory each needs, how fast timers fire that are due at once; and what memory workflows need
// that no worker serves.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { measureAlternating, option, print } from '../harness.mjs';

const workflows = Number(option('workflows', '10000'));
const script = fileURLToPath(new URL('once.mjs', import.meta.url));
let measured;

function once() {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', script, String(workflows)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const head = { system: 'refrain' };
const open = `${workflows} open workflows with timers`;
print(
  await measureAlternating('load', Number(option('rounds', '3')), [
    {
      ...head,
      case: open,
      metric: 'startsPerSecond',
      unit: '1/s',
      measure: () => (measured = once()).startsPerSecond,
    },
    { ...head, case: open, metric: 'heapPerWorkflow', unit: 'KiB', measure: () => measured.heapKiB },
    { ...head, case: open, metric: 'residentMemory', unit: 'MB', measure: () => measured.residentMB },
    {
      ...head,
      case: `${workflows} timers due at once`,
      metric: 'timersPerSecond',
      unit: '1/s',
      measure: () => measured.timersPerSecond,
    },
    {
      ...head,
      case: `${2 * workflows} workflows that no worker serves`,
      metric: 'heapPerWorkflow',
      unit: 'KiB',
      measure: () => measured.unservedKiB,
    },
  ]),
);
