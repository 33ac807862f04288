import { describe, expect, it } from 'vitest';
import type { Clock } from '@refrain/engine/internal';
import { Heartbeats, RateLimit, retryDelayMs, Slots } from '@refrain/engine/internal';

/** A clock that stands still until it is moved. */
function manualClock(): Clock & { move(ms: number): void } {
  let nowMs = 0;
  let timers: { atMs: number; callback: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    setTimer(atMs, callback) {
      const timer = { atMs, callback };
      timers.push(timer);
      return () => (timers = timers.filter((other) => other !== timer));
    },
    move(ms) {
      nowMs += ms;
      const due = timers.filter((timer) => timer.atMs <= nowMs);
      timers = timers.filter((timer) => timer.atMs > nowMs);
      for (const { callback } of due) callback();
    },
  };
}

describe('slots', () => {
  it('let in so many at a time, the others in their order', async () => {
    const slots = new Slots(2);
    const order: number[] = [];
    const take = async (id: number) => {
      await slots.take();
      order.push(id);
    };
    const all = [take(1), take(2), take(3), take(4)];
    await Promise.resolve();
    expect(order).toEqual([1, 2]);
    slots.free();
    slots.free();
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3, 4]);
    slots.free();
    slots.free();
    await slots.whenIdle();
    expect(slots.used).toBe(0);
  });
});

describe('a rate limit', () => {
  it('spreads what begins evenly, with a short burst', () => {
    const clock = manualClock();
    clock.move(1_000);
    const rate = new RateLimit(100, () => clock.nowMs());
    const waits = Array.from({ length: 30 }, () => rate.reserve());
    expect(waits.filter((ms) => ms === 0)).toHaveLength(11);
    expect(waits.at(-1)).toBeCloseTo(190);
    clock.move(1_000);
    expect(rate.reserve()).toBe(0);
  });
});

describe('heartbeats', () => {
  it('go out at once, then once an interval with the last details', () => {
    const clock = manualClock();
    const sent: unknown[] = [];
    const beats = new Heartbeats(10, clock, (details) => sent.push(details?.[0]?.data));
    for (const data of ['a', 'b', 'c']) beats.record([{ data }]);
    expect(sent).toEqual(['a']);
    clock.move(10);
    expect(sent).toEqual(['a', 'c']);
    clock.move(10);
    beats.record([{ data: 'd' }]);
    beats.record([{ data: 'e' }]);
    expect(sent).toEqual(['a', 'c', 'd']);
    expect(beats.close()).toEqual([{ data: 'e' }]);
    clock.move(100);
    expect(sent).toEqual(['a', 'c', 'd']);
  });
});

describe('the retry of a local activity', () => {
  it.each([
    ['waits a second first', {}, 1, {}, 1_000],
    ['doubles', {}, 4, {}, 8_000],
    ['stops growing at 100 times the first', { initialIntervalMs: 10 }, 20, {}, 1_000],
    [
      'follows the policy',
      { initialIntervalMs: 10, backoffCoefficient: 3, maximumIntervalMs: 50 },
      3,
      {},
      50,
    ],
    ['ends with the attempts', { maximumAttempts: 2 }, 2, {}, undefined],
    [
      'ends with a non-retryable failure',
      {},
      1,
      { applicationFailureInfo: { nonRetryable: true } },
      undefined,
    ],
    [
      'ends with a type that the policy names',
      { nonRetryableErrorTypes: ['Bad'] },
      1,
      { applicationFailureInfo: { type: 'Bad' } },
      undefined,
    ],
    ['takes the delay of the failure', {}, 1, { applicationFailureInfo: { nextRetryDelayMs: 7 } }, 7],
    [
      'ends with a timeout of the whole',
      {},
      1,
      { timeoutFailureInfo: { timeoutType: 'SCHEDULE_TO_CLOSE' } },
      undefined,
    ],
    [
      'goes on after a timeout of the attempt',
      {},
      1,
      { timeoutFailureInfo: { timeoutType: 'START_TO_CLOSE' } },
      1_000,
    ],
  ] as const)('%s', (_name, policy, attempt, failure, expected) => {
    expect(retryDelayMs(policy, attempt, failure)).toBe(expected);
  });
});
