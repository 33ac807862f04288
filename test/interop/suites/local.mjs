// A suite as users of `TestWorkflowEnvironment.createLocal` have them; only the executable's path is ours.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { bundle, executable } from './setup.mjs';

const taskQueue = 'local';
let env;
let worker;
let running;

before(async () => {
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: executable('refrain-temporal') },
      searchAttributes: [defineSearchAttributeKey('RefrainKeyword', SearchAttributeType.KEYWORD)],
      extraArgs: ['--sqlite-pragma', 'journal_mode=wal'],
    },
  });
  const connection = env.nativeConnection;
  worker = await Worker.create({ connection, taskQueue, workflowBundle: await bundle(), activities: {} });
  running = worker.run();
});

after(async () => {
  worker?.shutdown();
  await running;
  await env?.teardown();
});

test('signals, queries and results in real time', async () => {
  const handle = await env.client.workflow.start('trial', { taskQueue, workflowId: 't', args: [14] });
  assert.equal(await handle.query('stage'), 'trial');
  await handle.signal('approve');
  assert.equal(await handle.result(), 'approved');
});

test('the search attributes that the environment was created with are there', async () => {
  await env.client.workflow.execute('indexed', { taskQueue, workflowId: 'i' });
  const found = [];
  for await (const info of env.client.workflow.list({ query: 'RefrainKeyword = "found"' })) found.push(info);
  assert.deepEqual(
    found.map(({ workflowId }) => workflowId),
    ['i'],
  );
});
