import { fileURLToPath } from 'node:url';
import { findHistories, replayHistories } from '@refrain/engine';
import { TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';
import type * as activities from '../src/activities.js';
import { orderWorkflow } from '../src/workflows.js';

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Verdict and cause for each recorded history, by its file's name, with the code in `file`. */
async function replayWith(file: string): Promise<Record<string, string>> {
  const verdicts: Record<string, string> = {};
  const histories = await findHistories([pathOf('../histories')]);
  for await (const result of replayHistories({ workflowsPath: pathOf(file) }, histories)) {
    const cause = result.divergence ? `: ${result.divergence.cause}` : '';
    verdicts[result.history.split('/').at(-1)!] = `${result.verdict}${cause}`;
  }
  return verdicts;
}

describe('orders of before the change', () => {
  it('replay with the patched code, and so do new ones', async () => {
    expect(await replayWith('../src/workflows.ts')).toEqual({
      'after.json': 'compatible',
      'after-refused.json': 'compatible',
      'before.json': 'compatible',
      'before-waiting.json': 'compatible',
    });
  });

  it('would be stuck without the patch', async () => {
    expect(await replayWith('./unpatched.ts')).toMatchObject({
      'before.json': expect.stringContaining('incompatible'),
      'before-waiting.json': expect.stringContaining(
        'incompatible: Inserted: the activity `checkFraud` is new in the code',
      ),
    });
  });

  it('are why the old code cannot come back either', async () => {
    expect(await replayWith('../before/workflows.ts')).toMatchObject({
      'before.json': 'compatible',
      'after.json': expect.stringContaining('incompatible'),
    });
  });
});

describe('orderWorkflow', () => {
  it('checks new orders before it charges', async () => {
    const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
    await using env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });
    env.mock('checkFraud').returns(false);
    const handle = await env.start(orderWorkflow, ['o-1']);
    expect(await handle.result()).toBe('refused');
    await expect(handle).not.toHaveScheduledActivity('charge');
  });

  it.each([
    ['of before all changes', -1, 14, 0],
    ['of after the first', 1, 7, 0],
    ['of today', 2, 7, 1],
  ])('asks an order %s for a review at its own time', async (_which, version, days, coupons) => {
    const workflowsPath = new URL('../src/workflows.ts', import.meta.url);
    await using env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });
    env.mockVersion('after-delivery', version);
    for (const name of ['charge', 'askForReview', 'sendCoupon'] as const) env.mock(name).returns();
    env.mock('checkFraud').returns(true);
    env.mock('ship').returns('track-1');
    const handle = await env.start(orderWorkflow, ['o-1']);
    expect(await handle.result()).toBe('track-1');
    await expect(handle).toHaveSlept(`${days} days`);
    await expect(handle).toHaveScheduledActivityTimes('sendCoupon', coupons);
  });
});
