import { TestWorkflowEnvironment } from '@refrain/test-env';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// `npm run bench -- test-env`: a test that skips a year; a thousand small tests, with and without replays.
const here = dirname(fileURLToPath(import.meta.url));
const workflowsPath = join(here, '..', '..', 'fixtures', 'test-env', 'basic', 'workflows.ts');

async function yearLong() {
  const began = performance.now();
  const env = await TestWorkflowEnvironment.create({ workflowsPath });
  await env.run('sleeper', ['365 days']);
  await env.close();
  return performance.now() - began;
}

async function small(replay) {
  const env = await TestWorkflowEnvironment.create({ workflowsPath, replay });
  env.mock('charge').throws('503').once().returns('ok');
  await env.run('charger', ['a', 1]);
  await env.close();
}

async function thousand(replay) {
  const began = performance.now();
  for (let count = 0; count < 1000; count++) await small(replay);
  return performance.now() - began;
}

console.log(`first test, bundling included: ${(await yearLong()).toFixed(0)} ms`);
const years = [];
for (let count = 0; count < 50; count++) years.push(await yearLong());
years.sort((a, b) => a - b);
console.log(
  `a test that skips a year: median ${years[25].toFixed(2)} ms, worst of 50 ${years[49].toFixed(2)} ms`,
);
const without = await thousand(false);
const withReplays = await thousand(true);
console.log(
  `1,000 small tests: ${(withReplays / 1000).toFixed(2)} s with replays, ${(without / 1000).toFixed(2)} s without`,
);
console.log(`replays cost ${((withReplays / without - 1) * 100).toFixed(0)} % of the tests' own time`);
