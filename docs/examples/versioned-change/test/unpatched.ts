import { proxyActivities, sleep } from '@refrain/engine/workflow';
import type * as activities from '../src/activities.js';

const { checkFraud, charge, ship, askForReview } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

/** The change as one would write it without a thought for running orders. The tests show what it does to them. */
export async function orderWorkflow(order: string): Promise<string> {
  if (!(await checkFraud(order))) return 'refused';
  await charge(order);
  const tracking = await ship(order);
  await sleep('14 days');
  await askForReview(order);
  return tracking;
}
