import { proxyActivities } from '@temporalio/workflow';

const { activity } = proxyActivities({ startToCloseTimeout: '1 minute' });

export async function bench(activities) {
  for (let i = 0; i < activities; i++) await activity(i);
}
