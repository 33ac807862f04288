import { getVersion, patched, proxyActivities, sleep } from '@refrain/engine/workflow';
import type * as activities from './activities.js';

const { checkFraud, charge, ship, askForReview, sendCoupon } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

/** Versions of what happens after the delivery. */
const afterDelivery = { review: -1, earlyReview: 1, coupon: 2 } as const;

export async function orderWorkflow(order: string): Promise<string> {
  // New: a check before the money moves. Orders that began without it go on without it.
  if (patched('check-fraud') && !(await checkFraud(order))) return 'refused';
  await charge(order);
  const tracking = await ship(order);

  // Changed twice: first the review came after 7 days instead of 14, then a coupon came with it.
  const version = getVersion('after-delivery', afterDelivery.review, afterDelivery.coupon);
  await sleep(version >= afterDelivery.earlyReview ? '7 days' : '14 days');
  await askForReview(order);
  if (version >= afterDelivery.coupon) await sendCoupon(order);
  return tracking;
}
