import { proxyActivities, sleep } from '@refrain/engine/workflow';

const { nobodys } = proxyActivities({ startToCloseTimeout: '1 day', taskQueue: 'nobody' });

export async function sleeps(ms) {
  await sleep(ms);
}

export async function sleepsUntil(timeMs) {
  await sleep(Math.max(1, timeMs - Date.now()));
}

/** Waits for an activity that no worker takes, or for its timer. */
export async function asksAndSleeps(ms) {
  await Promise.race([nobodys(), sleep(ms)]);
}
