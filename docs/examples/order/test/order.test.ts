import { explore, TestWorkflowEnvironment } from '@refrain/test-env';
import '@refrain/test-env/vitest';
import { describe, expect, it } from 'vitest';
import type * as activities from '../src/activities.js';
import type { Order } from '../src/order.js';
import { approve, orderWorkflow, status } from '../src/workflows.js';

const workflowsPath = new URL('../src/workflows.ts', import.meta.url);

const smallOrder: Order = {
  orderId: 'o-1',
  customer: 'Ada',
  items: [{ sku: 'pen', quantity: 2, unitPrice: 150 }],
};
const largeOrder: Order = {
  orderId: 'o-2',
  customer: 'Bob',
  items: [{ sku: 'desk', quantity: 1, unitPrice: 120_000 }],
};

/** An environment in which every activity works. */
async function createEnvironment() {
  const env = await TestWorkflowEnvironment.create<typeof activities>({ workflowsPath });
  env.mock('reserveInventory').returns();
  env.mock('releaseInventory').returns();
  env.mock('chargePayment').returns();
  env.mock('refundPayment').returns();
  env.mock('shipOrder').returns('track-1');
  env.mock('confirmOrder').returns();
  return env;
}

describe('orderWorkflow', () => {
  it('completes a small order without asking anybody', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(orderWorkflow, [smallOrder]);
    expect(await handle.result()).toEqual({ status: 'completed', total: 300, trackingId: 'track-1' });
    await expect(handle).toHaveScheduledActivity('chargePayment', 'o-1', 'Ada', 300);
    await expect(handle).toHaveScheduledActivity('confirmOrder', 'o-1', 'track-1');
  });

  it('charges a large order once it is approved', async () => {
    await using env = await createEnvironment();
    const handle = await env.start(orderWorkflow, [largeOrder]);
    env.at('23 hours', async () => {
      expect(await handle.query(status)).toBe('awaiting approval');
      await handle.signal(approve, true);
    });
    expect(await handle.result()).toMatchObject({ status: 'completed', total: 120_000 });
    await expect(handle).toHaveReceivedSignal('approve', true);
  });

  it('gives up after 24 hours without an answer, and charges nothing', async () => {
    await using env = await createEnvironment();
    const before = env.currentTimeMs();
    const handle = await env.start(orderWorkflow, [largeOrder]);
    expect(await handle.result()).toEqual({ status: 'rejected', total: 120_000 });
    expect(env.currentTimeMs() - before).toBe(24 * 60 * 60 * 1000);
    await expect(handle).toHaveSlept('24 hours');
    await expect(handle).toHaveScheduledActivity('releaseInventory', 'o-2');
    await expect(handle).not.toHaveScheduledActivity('chargePayment');
  });

  it('undoes in reverse order when the order cannot be shipped', async () => {
    await using env = await createEnvironment();
    env.mock('shipOrder').throws('no courier');
    const undone: string[] = [];
    env.mock('refundPayment').implements((orderId) => void undone.push(`refund ${orderId}`));
    env.mock('releaseInventory').implements((orderId) => void undone.push(`release ${orderId}`));
    const handle = await env.start(orderWorkflow, [smallOrder]);
    await expect(handle.result()).rejects.toThrow();
    await expect(handle).toHaveFailedWith('no courier');
    expect(undone).toEqual(['refund o-1', 'release o-1']);
  });

  it('does not try a declined card again', async () => {
    await using env = await createEnvironment();
    const charge = env.mock('chargePayment').throws(new CardDeclined('no funds'));
    const handle = await env.start(orderWorkflow, [smallOrder]);
    await expect(handle.result()).rejects.toThrow();
    await expect(handle).toHaveFailedWith('CardDeclined');
    expect(charge.calls).toHaveLength(1);
  });

  it('tries again when the payment service is down for a moment', async () => {
    await using env = await createEnvironment();
    const charge = env.mock('chargePayment').throws('503').times(2).returns();
    await env.run(orderWorkflow, [smallOrder]);
    expect(charge.calls.map((call) => call.attempt)).toEqual([1, 2, 3]);
  });

  it('never keeps money for an order that was not shipped, whatever goes wrong', async () => {
    await explore(orderWorkflow, {
      workflowsPath,
      args: [largeOrder],
      world: () => ({ charged: new Set<string>(), shipped: new Set<string>() }),
      activities: (world) => ({
        reserveInventory: () => undefined,
        releaseInventory: () => undefined,
        chargePayment: (orderId: string) => void world.charged.add(orderId),
        refundPayment: (orderId: string) => void world.charged.delete(orderId),
        shipOrder: (orderId: string) => {
          world.shipped.add(orderId);
          return 'track-2';
        },
        confirmOrder: () => undefined,
      }),
      signals: [{ name: approve, args: [true] }],
      faults: { activityFailures: { chargePayment: 2, shipOrder: 5 }, lostResults: { chargePayment: 1 } },
      eventually: ({ world }) => world.charged.size <= world.shipped.size,
      runs: 50,
    });
  });
});

/** What the payment service throws for a card that will never work. */
class CardDeclined extends Error {}
