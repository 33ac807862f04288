import { realClock } from '@refrain/engine';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const hourMs = 3_600_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('sees within a second that the clock has jumped forward, or that the machine was asleep', () => {
  const fired = vi.fn();
  realClock.setTimer(realClock.nowMs() + hourMs, fired);
  vi.advanceTimersByTime(5000);
  // The clock moves, and the system's timers do not.
  vi.setSystemTime(Date.now() + 2 * hourMs);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(fired).toHaveBeenCalledOnce();
});

it('waits for its time by the clock when that has jumped back', () => {
  const fired = vi.fn();
  realClock.setTimer(realClock.nowMs() + 1000, fired);
  vi.setSystemTime(Date.now() - hourMs);
  vi.advanceTimersByTime(hourMs);
  expect(fired).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1000);
  expect(fired).toHaveBeenCalledOnce();
});

it('fires no more once it is cancelled', () => {
  const fired = vi.fn();
  const cancel = realClock.setTimer(realClock.nowMs() + 5000, fired);
  vi.advanceTimersByTime(3000);
  cancel();
  vi.advanceTimersByTime(hourMs);
  expect(fired).not.toHaveBeenCalled();
});
