import {
  condition,
  defineQuery,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';

interface Activities {
  double(n: number): Promise<number>;
  sleepsInServerTime(): Promise<string>;
}

const activities = proxyActivities<Activities>({ startToCloseTimeout: '30 days' });

export const approve = defineSignal('approve');
export const stage = defineQuery<string>('stage');

export async function trial(days: number): Promise<string> {
  let current = 'trial';
  let approved = false;
  setHandler(stage, () => current);
  setHandler(approve, () => void (approved = true));
  const inTime = await condition(() => approved, `${days} days`);
  current = inTime ? 'approved' : 'expired';
  return current;
}

export async function monthly(times: number): Promise<number> {
  let sum = 0;
  for (let month = 0; month < times; month++) {
    await sleep('30 days');
    sum += await activities.double(month);
  }
  return sum;
}

export async function raceActivityAndTimer(): Promise<string> {
  return Promise.race([
    sleep(500_000).then(() => 'timer'),
    activities.sleepsInServerTime().then(() => 'activity'),
  ]);
}

export async function indexed(): Promise<void> {
  upsertSearchAttributes({ RefrainKeyword: ['found'] });
  await sleep(1);
}
