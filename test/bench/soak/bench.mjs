// `npm run bench -- soak [--minutes 10] [--json]`: a steady mixed load (activities that fail and are tried again, timers,
// signals, children, continue-as-new) on one engine, with memory sampled after garbage collection.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { option, print, row } from '../harness.mjs';

const minutes = Number(option('minutes', '10'));
const script = fileURLToPath(new URL('load.mjs', import.meta.url));
const child = spawn(process.execPath, ['--expose-gc', script, String(minutes)], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const samples = [];
child.on('message', (sample) => {
  samples.push(sample);
  const { seconds, done, heapMB, residentMB } = sample;
  process.stderr.write(
    `${seconds.toFixed(0)} s: ${done} workflows, heap ${heapMB.toFixed(1)} MB, resident ${residentMB.toFixed(0)} MB\n`,
  );
});
const code = await new Promise((resolve) => child.once('exit', resolve));
if (code !== 0) process.exit(code ?? 1);

// The first fifth warms up: code is compiled, caches fill.
const steady = samples.slice(Math.ceil(samples.length / 5));
const [first, last] = [steady[0], steady.at(-1)];
const head = { bench: 'soak', system: 'refrain', case: `${minutes} minutes of a mixed load` };
const growth = (last.heapMB - first.heapMB) / ((last.seconds - first.seconds) / 60);
print([
  row({ ...head, metric: 'workflows', unit: 'workflows' }, [last.done]),
  row(
    { ...head, metric: 'heap', unit: 'MB' },
    steady.map(({ heapMB }) => heapMB),
  ),
  row(
    { ...head, metric: 'residentMemory', unit: 'MB' },
    steady.map(({ residentMB }) => residentMB),
  ),
  row({ ...head, metric: 'heapGrowth', unit: 'MB/min' }, [growth]),
]);
