// The program `sequence` of test/fixtures/temporal/programs against Refrain's own API.
import { proxyActivities } from '@refrain/engine/workflow';

const { add } = proxyActivities<{ add(a: number, b: number): Promise<number> }>({
  startToCloseTimeout: '1 minute',
});

export async function sequence(n: number): Promise<number> {
  let sum = 0;
  for (let i = 1; i <= n; i++) sum = await add(sum, i);
  return sum;
}
