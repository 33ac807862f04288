import { activityApi } from '@refrain/engine/internal';
import { MockActivityEnvironment } from '@refrain/test-env';
import { expect, it } from 'vitest';

it('runs an activity with a context of its own, and reports its heartbeats', async () => {
  const env = new MockActivityEnvironment({ attempt: 2, activityId: 'a-1' });
  const seen: unknown[] = [];
  env.on('heartbeat', (details) => seen.push(details));
  const activity = async (name: string) => {
    activityApi.heartbeat({ progress: 50 });
    const { attempt, activityId } = activityApi.activityInfo();
    return `${name} ${attempt} ${activityId}`;
  };
  expect(await env.run(activity, 'Ada')).toBe('Ada 2 a-1');
  expect(seen).toEqual([{ progress: 50 }]);
});

it('cancels a running activity', async () => {
  const env = new MockActivityEnvironment();
  const running = env.run(async () => activityApi.sleep('1 hour'));
  env.cancel();
  await expect(running).rejects.toMatchObject({ name: 'CancelledFailure', message: 'CANCELLED' });
});
