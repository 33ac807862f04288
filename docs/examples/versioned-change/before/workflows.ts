import { proxyActivities, sleep } from '@refrain/engine/workflow';
import type * as activities from '../src/activities.js';

const { charge, ship, askForReview } = proxyActivities<typeof activities>({
  startToCloseTimeout: '1 minute',
});

/** The code as it was when the first orders ran. Kept to show what their histories were recorded by. */
export async function orderWorkflow(order: string): Promise<string> {
  await charge(order);
  const tracking = await ship(order);
  await sleep('14 days');
  await askForReview(order);
  return tracking;
}
