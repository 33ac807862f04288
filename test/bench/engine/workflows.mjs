import { proxyActivities } from '@refrain/engine/workflow';

const { activity } = proxyActivities({ startToCloseTimeout: '1 minute' });

export async function bench(activities) {
  for (let i = 0; i < activities; i++) await activity(i);
}

export async function benchFanOut(activities) {
  await Promise.all(Array.from({ length: activities }, (_, i) => activity(i)));
}
