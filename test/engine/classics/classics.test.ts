import { TestWorkflowEnvironment } from '@refrain/test-env';
import { describe, expect, it } from 'vitest';
import * as workflows from '../../fixtures/classics/workflows.js';

const workflowsPath = new URL('../../fixtures/classics/workflows.ts', import.meta.url);
const day = 24 * 3_600_000;
const create = () => TestWorkflowEnvironment.create({ workflowsPath, now: '2030-01-01T00:00:00Z' });

/** The workflows that everybody writes first. Each ends with a replay of its history at every cut. */
describe('the order saga', () => {
  it('undoes what was done when a step fails for good', async () => {
    await using env = await create();
    env.mock('reserve').returns('r1');
    env.mock('charge').returns('c1');
    const refund = env.mock('refund').returns(undefined);
    const release = env.mock('release').returns(undefined);
    const ship = env.mock('ship').throws(new Error('no truck'));
    expect(await env.run(workflows.orderSaga, ['book', 12])).toBe('undone: no truck');
    expect(ship.calls).toHaveLength(3);
    expect(refund.calls.map((call) => call.args)).toEqual([['c1']]);
    expect(release.calls.map((call) => call.args)).toEqual([['r1']]);
    expect(release.calls[0]!.atMs).toBeGreaterThanOrEqual(refund.calls[0]!.atMs);
  });

  it('ships when all goes well', async () => {
    await using env = await create();
    env.mock('reserve').returns('r1');
    env.mock('charge').returns('c1');
    env.mock('ship').returns('shipped');
    expect(await env.run(workflows.orderSaga, ['book', 12])).toBe('shipped');
  });
});

describe('the expense approval', () => {
  it('takes the first decision', async () => {
    await using env = await create();
    env.mock('notify').returns(undefined);
    const handle = await env.start(workflows.expenseApproval, [500]);
    env.at('6 days', async () => {
      await handle.signal(workflows.decide, 'approved', 'Ann');
      await handle.signal(workflows.decide, 'rejected', 'Bob');
    });
    expect(await handle.result()).toBe('approved by Ann');
  });

  it('expires after seven days', async () => {
    await using env = await create();
    env.mock('notify').returns(undefined);
    const before = env.currentTimeMs();
    expect(await env.run(workflows.expenseApproval, [500])).toBe('expired');
    expect(env.currentTimeMs() - before).toBe(7 * day);
  });
});

describe('the subscription', () => {
  it('bills each month after the trial, from run to run, until it is cancelled', async () => {
    await using env = await create();
    const charge = env.mock('charge').returns('paid');
    const handle = await env.start(workflows.subscription, [10]);
    env.at('410 days', () => handle.signal(workflows.cancelSubscription));
    expect(await handle.result()).toBe(140);
    expect(charge.calls.map((call) => (call.atMs - Date.parse('2030-01-01')) / day)).toEqual(
      Array.from({ length: 14 }, (_, month) => 14 + 30 * month),
    );
  });

  it('costs nothing when it is cancelled in the trial', async () => {
    await using env = await create();
    const handle = await env.start(workflows.subscription, [10]);
    env.at('13 days', () => handle.signal(workflows.cancelSubscription));
    expect(await handle.result()).toBe(0);
  });
});

describe('long and wide ones', () => {
  it('onboarding waits three days between its messages', async () => {
    await using env = await create();
    const notify = env.mock('notify').returns(undefined);
    expect(await env.run(workflows.onboarding, ['ann'])).toHaveLength(2);
    expect(notify.calls[1]!.atMs - notify.calls[0]!.atMs).toBe(3 * day);
  });

  it('polling goes through 1000 rounds in a run, and on in the next', { timeout: 60_000 }, async () => {
    await using env = await create();
    const poll = env.mock('poll').implements((round) => round === 1001);
    expect(await env.run(workflows.polling, [0, 1000])).toBe(1001);
    expect(poll.calls).toHaveLength(1002);
  });

  it('a fan-out of 1000 activities adds up', { timeout: 60_000 }, async () => {
    await using env = await create();
    env.mock('measure').implements((index) => index);
    expect(await env.run(workflows.fanOut, [1000])).toBe(499_500);
  });
});

describe('the research agent', () => {
  it('asks what a person approved, each question by itself', async () => {
    await using env = await create();
    env.mock('plan').returns(['who?', 'why?', 'when?']);
    const ask = env.mock('ask').implements((question) => {
      if (question === 'when?') throw new Error('nobody knows');
      return `because of ${String(question)}`;
    });
    const handle = await env.start(workflows.research, ['rain']);
    env.at('1 hour', async () => {
      await expect(handle.executeUpdate(workflows.approve, { args: [['what?']] })).rejects.toThrow();
      expect(await handle.query(workflows.proposed)).toHaveLength(3);
      expect(await handle.executeUpdate(workflows.approve, { args: [['why?', 'when?']] })).toBe(2);
    });
    expect(await handle.result()).toEqual({ 'why?': 'because of why?', 'when?': 'no answer' });
    expect(ask.calls).toHaveLength(1 + 3);
  });
});
