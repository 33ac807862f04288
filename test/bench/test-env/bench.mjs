import { TestWorkflowEnvironment } from '@refrain/test-env';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine, medianOf, print, row } from '../harness.mjs';
import { measureExamples } from './examples.mjs';

// `npm run bench -- test-env [tests] [--json]`: a test that skips a year, and many small tests, with and without replays, for
// code on either API. Tests with and without replays take turns in blocks, so that both meet the same machine.
// `npm run bench -- test-env examples [rounds]`: what replays add to the tests of the examples.
const here = dirname(fileURLToPath(import.meta.url));
const fixtures = join(here, '..', '..', 'fixtures', 'test-env');
const isJson = process.argv.includes('--json');
const count = Number(process.argv.slice(2).find((argument) => /^\d+$/.test(argument)) ?? 1000);
const blockSize = 50;

const rows = [];

/** For people a line, for machines rows: `[case, metric, values in ms]`. */
function tell(line, ...figures) {
  if (!isJson) console.log(line);
  for (const [name, metric, values] of figures) {
    rows.push(row({ bench: 'test-env', system: 'refrain', case: name, metric, unit: 'ms' }, values));
  }
}

async function withEnvironment(options, test) {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const env = await TestWorkflowEnvironment.create(options);
  await test(env);
  await env.close();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
}

function sorted(values, of) {
  return values.map(of).sort((a, b) => a - b);
}

async function measureYear(api, workflowsPath, workflow, args) {
  const first = await withEnvironment({ workflowsPath }, (env) => env.run(workflow, args));
  const times = [];
  for (let n = 0; n < 100; n++) {
    times.push(await withEnvironment({ workflowsPath }, (env) => env.run(workflow, args)));
  }
  const wall = sorted(times, ({ wallMs }) => wallMs);
  tell(
    `${api}: a test that skips a year: median ${medianOf(wall).toFixed(2)} ms, ` +
      `95 of 100 under ${wall[95].toFixed(2)} ms, worst ${wall[99].toFixed(1)} ms ` +
      `(the first, bundling included: ${first.wallMs.toFixed(0)} ms)`,
    [`${api.trim()}: a test that skips a year`, 'time', wall],
    [`${api.trim()}: the first test, bundling included`, 'time', [first.wallMs]],
  );
}

async function measureSmall(api, workflowsPath, { workflow, args, activity }) {
  const total = { true: { wallMs: 0, cpuMs: 0 }, false: { wallMs: 0, cpuMs: 0 } };
  const one = (replay) =>
    withEnvironment({ workflowsPath, replay }, async (env) => {
      env.mock(activity).throws('503').once().returns('ok');
      await env.run(workflow, args);
    });
  for (let n = 0; n < blockSize; n++) await one(true);
  for (let done = 0; done < count; done += blockSize) {
    for (const replay of [true, false]) {
      for (let n = 0; n < blockSize; n++) {
        const { wallMs, cpuMs } = await one(replay);
        total[replay].wallMs += wallMs;
        total[replay].cpuMs += cpuMs;
      }
    }
  }
  const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
  const { true: withReplays, false: without } = total;
  const name = `${api.trim()}: ${count} tests of ${workflow}`;
  tell(
    `${api}: ${count} tests of ${workflow}: ${seconds(withReplays.wallMs)} with replays ` +
      `(${seconds(withReplays.cpuMs)} CPU), ${seconds(without.wallMs)} without (${seconds(without.cpuMs)} CPU): ` +
      `replays cost ${((withReplays.wallMs / without.wallMs - 1) * 100).toFixed(0)} %`,
    [`${name}, with replays`, 'time', [withReplays.wallMs]],
    [`${name}, with replays`, 'CPU time', [withReplays.cpuMs]],
    [`${name}, without replays`, 'time', [without.wallMs]],
    [`${name}, without replays`, 'CPU time', [without.cpuMs]],
  );
}

function tellExamples(rounds) {
  const { tests, cpuMs, wallMs } = measureExamples(rounds);
  for (const [metric, { on, off }] of Object.entries({ CPU: cpuMs, time: wallMs })) {
    const percent = ((on / off - 1) * 100).toFixed(0);
    tell(
      `${tests} tests of the examples, ${metric}: ${on.toFixed(0)} ms with replays, ${off.toFixed(0)} ms without: ` +
        `replays cost ${percent} %`,
      [`${tests} tests of the examples, with replays`, metric, [on]],
      [`${tests} tests of the examples, without replays`, metric, [off]],
    );
  }
}

tell(machine());
if (process.argv.includes('examples')) {
  tellExamples(count === 1000 ? 5 : count);
  if (isJson) print(rows);
  process.exit();
}
const native = join(fixtures, 'basic', 'workflows.ts');
const users = (name) => join(fixtures, 'users', `${name}-workflows.ts`);
await measureYear('native  ', native, 'sleeper', ['365 days']);
await measureYear('temporal', users('temporal'), 'cleanup', []);
const charger = { workflow: 'charger', args: ['a', 1], activity: 'charge' };
const hello = { workflow: 'hello', args: ['Ada'], activity: 'greet' };
await measureSmall('native  ', native, charger);
await measureSmall('native  ', users('native'), hello);
await measureSmall('temporal', users('temporal'), hello);
if (isJson) print(rows);
