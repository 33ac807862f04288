import { explore, TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { expect, it } from 'vitest';

const workflowsPath = new URL('../fixtures/test-env/temporal/workflows.ts', import.meta.url);

it('runs code that imports @temporalio/workflow as it is, in virtual time', async () => {
  await using env = await TestWorkflowEnvironment.create({ workflowsPath });
  env.mock('charge').returns('paid');
  const before = env.currentTimeMs();
  const handle = await env.start('order', ['a-1']);
  env.at('2 hours', () => handle.signal('approve'));
  expect(await handle.result()).toBe('paid');
  expect(env.currentTimeMs() - before).toBe(3 * 3_600_000);
  await expect(handle).toHaveScheduledActivity('charge', 'a-1');
});

it('decides about patches, and the history replays without them', async () => {
  await using env = await TestWorkflowEnvironment.create({ workflowsPath });
  const charge = env.mock('charge').returns('paid');
  env.mockPatch('discount', false);
  await env.run('patchedOrder');
  env.mockPatch('discount', true);
  await env.run('patchedOrder');
  expect(charge.calls.map((call) => call.args[0])).toEqual(['full price', 'discounted']);
  expect(() => env.mockVersion('discount', 1)).toThrow(/mockPatch/);
});

it('explores it too', async () => {
  const found = explore('racy', {
    workflowsPath,
    activities: { charge: (name: string) => name },
    eventually: ({ result }) => (result as string[]).join() === 'a,b',
    runs: 30,
    output: false,
  });
  await expect(found).rejects.toMatchObject({ code: 'RFN4009' });
});
