import { describe, expect, it } from 'vitest';
import { TimeSkipper, Traffic, VirtualClock } from '@refrain/test-env/internal';

function setUp(options: { autoSkip?: boolean; maxSkips?: number; stallMs?: number } = {}) {
  const clock = new VirtualClock(0);
  const traffic = new Traffic();
  const skipper = new TimeSkipper(clock, traffic, {
    autoSkip: true,
    maxSkips: 100,
    stallMs: 20,
    activityMs: 10_000,
    heldUpSince: () => [],
    describePending: () => Promise.resolve('pending: nothing'),
    ...options,
  });
  const at = (atMs: number) =>
    new Promise<number>((resolve) => clock.setTimer(atMs, () => resolve(clock.nowMs())));
  return { clock, traffic, skipper, at };
}

describe('TimeSkipper', () => {
  it('skips from timer to timer while somebody waits for a result', async () => {
    const { clock, skipper, at } = setUp();
    const seen: number[] = [];
    void at(10).then((ms) => seen.push(ms));
    void at(5).then((ms) => seen.push(ms));
    await skipper.waitFor(at(1000));
    expect(seen).toEqual([5, 10]);
    expect(clock.nowMs()).toBe(1000);
  });

  it('does not move time while nobody waits', async () => {
    const { clock, traffic, at } = setUp();
    void at(5);
    await traffic.settled();
    expect(clock.nowMs()).toBe(0);
  });

  it('does not move time while something is under way', async () => {
    const { clock, traffic, skipper, at } = setUp();
    const end = traffic.begin();
    const waiting = skipper.waitFor(at(1000));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(clock.nowMs()).toBe(0);
    end();
    await waiting;
    expect(clock.nowMs()).toBe(1000);
  });

  it('advances to its target and no further, and wakes after everything due by then', async () => {
    const { clock, skipper, at } = setUp();
    const seen: string[] = [];
    void at(99).then(() => seen.push('99'));
    void at(100).then(() => Promise.resolve().then(() => seen.push('100')));
    void at(101).then(() => seen.push('101'));
    await skipper.advanceTo(100);
    expect(seen).toEqual(['99', '100']);
    expect(clock.nowMs()).toBe(100);
  });

  it('stops at the nearest of several targets', async () => {
    const { clock, skipper } = setUp();
    const seen: number[] = [];
    await Promise.all([
      skipper.advanceTo(300).then(() => seen.push(clock.nowMs())),
      skipper.advanceTo(100).then(() => seen.push(clock.nowMs())),
    ]);
    expect(seen).toEqual([100, 300]);
  });

  it('moves only on order when automatic skipping is off', async () => {
    const { clock, skipper, at } = setUp({ autoSkip: false });
    const waiting = skipper.waitFor(at(50));
    await skipper.advanceTo(49);
    expect(clock.nowMs()).toBe(49);
    await skipper.advanceTo(60);
    await waiting;
    expect(clock.nowMs()).toBe(60);
  });

  it('holds time while told to', async () => {
    const { clock, skipper, at } = setUp();
    const release = skipper.hold();
    const waiting = skipper.waitFor(at(50));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.nowMs()).toBe(0);
    release();
    await waiting;
  });

  it('stops at its bound on skips and shows what is pending', async () => {
    const { clock, skipper } = setUp();
    const again = () => clock.setTimer(clock.nowMs() + 60_000, again);
    again();
    await expect(skipper.waitFor(new Promise(() => {}))).rejects.toThrow(
      /skipped 100 times.*\n.*Next timer: due in 1m/,
    );
  });

  it('does not count the skips of a wait that has an end', async () => {
    const { clock, skipper } = setUp();
    const again = () => clock.setTimer(clock.nowMs() + 1, again);
    again();
    await skipper.advanceTo(500);
    expect(clock.nowMs()).toBe(500);
  });

  it('gives up a wait that nothing pending can end', async () => {
    const { skipper } = setUp();
    await expect(skipper.waitFor(new Promise(() => {}))).rejects.toMatchObject({ code: 'RFN4005' });
  });
});
