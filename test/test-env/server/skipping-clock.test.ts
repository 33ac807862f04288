import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SkippingClock } from '@refrain/test-env/internal';

const day = 86_400_000;
const never = new AbortController().signal;

function clockWith(options: { readonly locked: boolean }) {
  const clock = new SkippingClock(options);
  const work = { tasks: 0, isStoring: false };
  clock.watch({ workload: () => work, settleTimers: () => undefined });
  return { clock, work };
}

describe('a clock that skips time', () => {
  it('skips to one timer after the other, in their order', async () => {
    const { clock } = clockWith({ locked: false });
    const fired: string[] = [];
    const startMs = clock.nowMs();
    clock.setTimer(startMs + 2 * day, () => fired.push('second'));
    clock.setTimer(startMs + day, () => fired.push('first'));
    await clock.sleepUntil(startMs + 3 * day, never);
    expect(fired).toEqual(['first', 'second']);
    expect(clock.nowMs() - startMs - 3 * day).toBeLessThan(1000);
  });

  it('keeps the real pace while it is locked, while tasks are with workers, and for waits of callers', async () => {
    const { clock, work } = clockWith({ locked: true });
    const startMs = clock.nowMs();
    let waited = false;
    let fired = false;
    clock.setWait(day, () => (waited = true));
    clock.setTimer(startMs + day, () => (fired = true));
    await delay(10);
    expect(fired).toBe(false);
    work.tasks = 1;
    clock.unlock();
    await delay(10);
    expect(fired).toBe(false);
    work.tasks = 0;
    clock.touch();
    await delay(10);
    expect({ fired, waited }).toEqual({ fired: true, waited: false });
    clock.close();
  });

  it('fires at its real time what is due while it is locked', async () => {
    const { clock } = clockWith({ locked: true });
    const startMs = clock.nowMs();
    await clock.sleepUntil(startMs + 20, never);
    expect(clock.nowMs() - startMs).toBeGreaterThanOrEqual(20);
  });

  it('lets a task take its own lock away, and refuses one unlock too many', () => {
    const { clock, work } = clockWith({ locked: false });
    expect(() => clock.unlock()).toThrow(/unlocked already/);
    work.tasks = 1;
    clock.unlock();
    expect(() => clock.unlock()).toThrow(/unlocked already/);
    clock.lock();
  });

  it('lets a sleeper go when its caller hangs up', async () => {
    const { clock } = clockWith({ locked: true });
    const caller = new AbortController();
    const sleep = clock.sleepUntil(clock.nowMs() + day, caller.signal);
    caller.abort(new Error('hung up'));
    await expect(sleep).rejects.toThrow('hung up');
  });
});
