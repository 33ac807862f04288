import { MemoryStore, openService } from '@refrain/engine/internal';
import { describe, expect, it } from 'vitest';
import { activity, bench, benchOf, failure, payload, type Bench } from './harness.js';

const outcome = async (b: Bench) => (await b.history()).findLast((e) => /^ActivityTask(?!Sch)/.test(e.type));
const large = payload('x'.repeat(2 * 1024 * 1024));

async function begun(b: Bench, more: object = {}): Promise<string> {
  await b.start();
  await b.task([activity('1', more)]);
  return (await b.activity()).taskToken;
}

describe('what is too large to be recorded fails the activity for good', () => {
  it.each([
    ['a result', 'Complete result exceeds size limit.'],
    ['heartbeat details', 'Heartbeat details exceed size limit.'],
    ['a failure', 'Failure exceeds size limit.'],
  ])('%s', async (what, message) => {
    const b = bench();
    const taskToken = await begun(b);
    if (what === 'a result') await b.service.respondActivityTaskCompleted({ taskToken, result: [large] });
    else if (what === 'heartbeat details') {
      const answer = await b.service.recordActivityTaskHeartbeat({ taskToken, details: [large] });
      expect(answer.cancelRequested).toBe(true);
    } else {
      const details = failure('much', { type: 'Much', details: [large] });
      await b.service.respondActivityTaskFailed({ taskToken, failure: details });
    }
    const event = await outcome(b);
    expect(event).toMatchObject({
      type: 'ActivityTaskFailed',
      attributes: { retryState: 'NON_RETRYABLE_FAILURE', failure: { message, source: 'Server' } },
    });
    if (what === 'a failure') {
      expect(event?.attributes).toMatchObject({
        failure: { cause: { message: 'much', applicationFailureInfo: { type: 'Much' } } },
      });
    }
  });
});

describe('an activity that is completed by somebody else', () => {
  const reopened = async (b: Bench, store: MemoryStore) => {
    await b.service.close();
    return benchOf(openService({ store, clock: b.clock }), b.clock);
  };

  it.each(['token', 'id'])(
    'goes on when the process of its worker ends, and is completed by %s',
    async (by) => {
      const store = new MemoryStore();
      const b = bench({ store });
      const taskToken = await begun(b, { retryPolicy: { maximumAttempts: 1 } });
      await b.service.releaseActivityTask(taskToken);
      const c = await reopened(b, store);
      expect(await c.hasActivity()).toBe(false);
      const result = [payload('approved')];
      const byId = { workflowId: 'w', activityId: '1' };
      if (by === 'token') await c.service.respondActivityTaskCompleted({ taskToken, result });
      else await c.service.respondActivityTaskCompletedById({ ...byId, result });
      expect(await outcome(c)).toMatchObject({ type: 'ActivityTaskCompleted', attributes: { result } });
    },
  );

  it('still has its timeouts, and its next attempt refuses the old token', async () => {
    const store = new MemoryStore();
    const b = bench({ store });
    const taskToken = await begun(b);
    await b.service.releaseActivityTask(taskToken);
    const c = await reopened(b, store);
    await c.clock.advance(11_000);
    expect((await c.activity()).attempt).toBe(2);
    await expect(c.service.respondActivityTaskCompleted({ taskToken })).rejects.toMatchObject({
      status: 'NOT_FOUND',
    });
  });

  it('that its worker still had is given out again', async () => {
    const store = new MemoryStore();
    const b = bench({ store });
    await begun(b);
    const c = await reopened(b, store);
    expect(await c.hasActivity()).toBe(true);
  });
});
