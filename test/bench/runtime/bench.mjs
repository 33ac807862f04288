// `npm run bench -- runtime [--json]`: what bundling, loading, creating an execution and one activation cost.
import { bundleWorkflowCode, loadBundle } from '@refrain/engine/internal';
import { activation, initialize, json } from '../../engine/runtime/activations.mjs';
import { print, row } from '../harness.mjs';

const code = `
  import { proxyActivities, sleep, condition, defineSignal, setHandler } from '@refrain/engine/workflow';
  const { step } = proxyActivities<{ step(n: number): Promise<number> }>({ startToCloseTimeout: '1m' });
  const go = defineSignal<[number]>('go');
  export async function activities(n: number) { let sum = 0; for (let i = 0; i < n; i++) sum += await step(i); return sum; }
  export async function timers(n: number) { for (let i = 0; i < n; i++) await sleep(1000); }
  export async function signals() { let last = 0; setHandler(go, (n) => { last = n; }); await condition(() => last < 0); }
`;
/** CPU time of the process: steadier than wall time on a busy machine. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const rows = [];
const show = (name, ms, count = 1, unit = 'ms') => {
  const metric = name.endsWith('(wall)') ? 'time' : 'CPU time';
  const head = { bench: 'runtime', system: 'refrain', case: name, metric, unit };
  rows.push(row(head, [(ms * (unit === 'µs' ? 1000 : 1)) / count]));
};

let from = performance.now();
const bundle = await bundleWorkflowCode({ sources: { 'index.ts': code } });
show('bundle, first in the process (wall)', performance.now() - from);
from = performance.now();
await bundleWorkflowCode({ sources: { 'index.ts': code } });
show('bundle, again (wall)', performance.now() - from);
from = cpuMs();
loadBundle(bundle);
show('load, first', cpuMs() - from);
from = cpuMs();
const loaded = loadBundle(bundle, { deadlineMs: 20_000 });
show('load, again', cpuMs() - from);
const traced = loadBundle(bundle, { stackTraces: true, deadlineMs: 20_000 });

function run(name, from, count, job) {
  const instance = from.createInstance();
  from.withDeadline(() => {
    instance.activate(activation([initialize(name, [count])]));
    const begin = cpuMs();
    for (let seq = 1; seq < count; seq++) instance.activate(activation([job(seq)]));
    run.ms = cpuMs() - begin;
  });
  instance.dispose();
  return run.ms;
}
const resolve = (seq) => ({
  type: 'resolveActivity',
  seq,
  isLocal: false,
  result: { status: 'completed', result: json({ n: seq }) },
});
const fire = (seq) => ({ type: 'fireTimer', seq });
const signal = (seq) => ({
  type: 'signalWorkflow',
  signalName: 'go',
  input: [json(seq)],
  identity: '',
  headers: {},
  originatingEventId: seq,
});
const count = 10_000;
for (const [label, from] of [
  ['', loaded],
  [', with stack traces', traced],
]) {
  for (const [name, job] of [
    ['activities', resolve],
    ['timers', fire],
    ['signals', signal],
  ]) {
    run(name, from, 2000, job);
    show(`activation: ${name}${label}`, run(name, from, count, job), count, 'µs');
  }
}
const create = (n) => {
  for (let i = 0; i < n; i++) {
    const instance = loaded.createInstance();
    instance.activate(activation([initialize('timers', [1])]));
    instance.dispose();
  }
};
loaded.withDeadline(() => create(1000));
from = cpuMs();
loaded.withDeadline(() => create(5000));
show('create an execution and start its workflow', cpuMs() - from, 5000, 'µs');
const kept = [];
const before = process.memoryUsage().heapUsed;
loaded.withDeadline(() => {
  for (let i = 0; i < 2000; i++) {
    const instance = loaded.createInstance();
    instance.activate(activation([initialize('timers', [1])]));
    kept.push(instance);
  }
});
globalThis.gc?.();
const keptKiB = (process.memoryUsage().heapUsed - before) / kept.length / 1024;
rows.push(
  row({ bench: 'runtime', system: 'refrain', case: 'a waiting execution', metric: 'memory', unit: 'KiB' }, [
    keptKiB,
  ]),
);
from = cpuMs();
for (let i = 0; i < 200; i++) loaded.createInstance().activate(activation([initialize('timers', [1])]));
show('the same, each under its own deadline', cpuMs() - from, 200, 'µs');
print(rows);
