// A suite as users of Temporal's time-skipping test server have them; only the executable's path is ours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { bundle, executable } from './setup.mjs';

const day = 86_400_000;
const taskQueue = 'time-skipping';
/** @type {import('@temporalio/testing').TestWorkflowEnvironment} */
let env;
let worker;
let running;

before(async () => {
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: executable('refrain-test-server') } },
  });
  const activities = {
    double: async (n) => 2 * n,
    async sleepsInServerTime() {
      await env.sleep(1_000_000);
    },
  };
  const connection = env.nativeConnection;
  worker = await Worker.create({ connection, taskQueue, workflowBundle: await bundle(), activities });
  running = worker.run();
});

after(async () => {
  worker?.shutdown();
  await running;
  await env?.teardown();
});

test('a result is awaited over a year of timers and activities', async () => {
  const before = await env.currentTimeMs();
  const result = await env.client.workflow.execute('monthly', { taskQueue, workflowId: 'm', args: [12] });
  assert.equal(result, 132);
  const passed = (await env.currentTimeMs()) - before;
  assert.ok(passed >= 360 * day && passed < 361 * day, `${passed / day} days passed`);
});

test('time stands (almost) still while nobody waits', async () => {
  const handle = await env.client.workflow.start('trial', { taskQueue, workflowId: 't', args: [14] });
  const before = await env.currentTimeMs();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok((await env.currentTimeMs()) - before < 10_000);
  assert.equal(await handle.query('stage'), 'trial');
  await env.sleep('13 days');
  assert.equal(await handle.query('stage'), 'trial');
  await handle.signal('approve');
  assert.equal(await handle.result(), 'approved');
});

test('env.sleep skips as far as it says', async () => {
  const handle = await env.client.workflow.start('trial', { taskQueue, workflowId: 'u', args: [14] });
  const before = await env.currentTimeMs();
  await env.sleep('15 days');
  const passed = (await env.currentTimeMs()) - before;
  assert.ok(passed >= 15 * day && passed < 15.01 * day, `${passed / day} days passed`);
  assert.equal(await handle.query('stage'), 'expired');
});

test('an activity that sleeps in server time loses against a shorter timer', async () => {
  const result = await env.client.workflow.execute('raceActivityAndTimer', { taskQueue, workflowId: 'r' });
  assert.equal(result, 'timer');
});

test('an unlock too many is refused', async () => {
  await env.connection.testService.unlockTimeSkipping({});
  await assert.rejects(env.connection.testService.unlockTimeSkipping({}), /unlocked already/);
  await env.connection.testService.lockTimeSkipping({});
});

test('each namespace has a clock of its own', async () => {
  const { connection } = env;
  const namespace = 'second';
  const workflowExecutionRetentionPeriod = { seconds: 86_400 };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const before = await env.currentTimeMs();
  const passed = await connection.withMetadata({ 'temporal-namespace': namespace }, async () => {
    const start = await env.currentTimeMs();
    await env.sleep('40 days');
    return (await env.currentTimeMs()) - start;
  });
  assert.ok(passed >= 40 * day, `${passed / day} days passed`);
  assert.ok((await env.currentTimeMs()) - before < 60_000);
});
