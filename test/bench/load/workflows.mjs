import { sleep } from '@refrain/engine/workflow';

export async function sleeps(ms) {
  await sleep(ms);
}

export async function sleepsUntil(timeMs) {
  await sleep(Math.max(1, timeMs - Date.now()));
}
