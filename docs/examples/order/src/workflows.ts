import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
} from '@refrain/engine/workflow';
import type * as activities from './activities.js';
import { Compensations } from './compensations.js';
import { approvalThreshold, totalOf, type Order, type OrderResult, type OrderStatus } from './order.js';

const { reserveInventory, releaseInventory, chargePayment, refundPayment, shipOrder, confirmOrder } =
  proxyActivities<typeof activities>({
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumAttempts: 5, nonRetryableErrorTypes: ['CardDeclined'] },
  });

export const approve = defineSignal<[approved: boolean]>('approve');
export const status = defineQuery<OrderStatus>('status');

/** Reserves, charges, ships and confirms an order; on failure it undoes what was done, in reverse. */
export async function orderWorkflow(order: Order): Promise<OrderResult> {
  let current: OrderStatus = 'reserving';
  let approved: boolean | undefined;
  setHandler(status, () => current);
  setHandler(approve, (answer) => {
    approved = answer;
  });

  const total = totalOf(order);
  const compensations = new Compensations();
  try {
    compensations.add('release inventory', () => releaseInventory(order.orderId));
    await reserveInventory(order.orderId, order.items);

    if (total >= approvalThreshold) {
      current = 'awaiting approval';
      const answered = await condition(() => approved !== undefined, '24 hours');
      if (!answered || !approved) {
        throw ApplicationFailure.nonRetryable(
          answered ? 'order refused' : 'no approval within 24 hours',
          'NotApproved',
        );
      }
    }

    current = 'charging';
    compensations.add('refund payment', () => refundPayment(order.orderId));
    await chargePayment(order.orderId, order.customer, total);

    current = 'shipping';
    const trackingId = await shipOrder(order.orderId);

    current = 'confirming';
    await confirmOrder(order.orderId, trackingId);

    current = 'completed';
    return { status: 'completed', total, trackingId };
  } catch (error) {
    current = 'compensating';
    await compensations.run();
    current = 'rejected';
    if (error instanceof ApplicationFailure && error.type === 'NotApproved')
      return { status: 'rejected', total };
    throw error;
  }
}
