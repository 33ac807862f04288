import { TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';
import * as activities from '../src/activities.js';
import { isHeld, release, transferWorkflow } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
const rent = { from: 'a-1', to: 'a-2', amount: 50_000, reference: 'rent' };
const house = { ...rent, amount: 25_000_000, reference: 'house' };
const create = () => TestWorkflowEnvironment.create<typeof activities>({ workflowsPath, activities });

describe('transferWorkflow', () => {
  it('moves the money', async () => {
    await using env = await create();
    expect(await env.run(transferWorkflow, [rent])).toEqual({
      status: 'done',
      withdrawal: 'w-a-1-rent',
      deposit: 'd-a-2-rent',
    });
  });

  it('gives the money back when it cannot be deposited', async () => {
    await using env = await create();
    env.mock('deposit').throws('account closed');
    const handle = await env.start(transferWorkflow, [rent]);
    expect(await handle.result()).toMatchObject({ status: 'refunded' });
    await expect(handle).toHaveScheduledActivity('refund', 'a-1', 50_000, 'rent');
  });

  it('holds a large amount until it is released', async () => {
    await using env = await create();
    const handle = await env.start(transferWorkflow, [house]);
    env.at('47 hours', async () => {
      expect(await handle.query(isHeld)).toBe(true);
      await handle.signal(release);
    });
    expect(await handle.result()).toMatchObject({ status: 'done' });
  });

  it('gives up a large amount that nobody releases in two days', async () => {
    await using env = await create();
    const handle = await env.start(transferWorkflow, [house]);
    expect(await handle.result()).toEqual({ status: 'cancelled' });
    await expect(handle).not.toHaveScheduledActivity('withdraw');
  });
});
