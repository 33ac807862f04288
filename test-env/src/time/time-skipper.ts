// The module's own: a test may fake the global ones.
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { HeldUpError, StalledError, TimeSkipLimitError } from '../errors.js';
import { durationText } from '../history/duration-text.js';
import type { Traffic } from './traffic.js';
import type { VirtualClock } from './virtual-clock.js';

export interface TimeSkipperOptions {
  readonly autoSkip: boolean;
  /** How many times in a row time may be skipped before a waiter's wait is taken for endless. */
  readonly maxSkips: number;
  /** Real milliseconds after which a wait for which nothing is pending is given up. */
  readonly stallMs: number;
  /** Real milliseconds that an activity or a callback may hold time up. */
  readonly activityMs: number;
  /** Called again and again: names of activities and callbacks that have held time up since so many calls. */
  readonly heldUpSince: (looks: number) => readonly string[];
  /** Takes back timers that nothing waits for any more: time must not stop at them, nor go to them. */
  readonly settleTimers?: () => void;
  /** What is open in the environment, in lines, for the errors. */
  readonly describePending: () => Promise<string>;
}

/**
 * Moves the virtual clock. It owns the waiters: what the test waits for.
 *
 * S1. Time moves only when nothing is under way (`Traffic`), to the next timer and no further.
 * S2. Time moves by itself only while somebody waits for a result; `advanceTo` moves it on order, whatever the
 *     setting, and never past its own target.
 * S3. Whoever waits for a time is woken after everything due by then has happened.
 * S4. A wait ends: by what it waits for, by the bound on skips, when nothing is pending by the stall timeout, or by the
 *     bound on how long an activity may hold time up.
 */
export class TimeSkipper {
  readonly #clock: VirtualClock;
  readonly #traffic: Traffic;
  readonly #options: TimeSkipperOptions;
  readonly #waiters = new Set<Waiter>();
  #held = 0;
  #running = false;
  #skips = 0;
  #hasFailedWaiters = false;

  constructor(clock: VirtualClock, traffic: Traffic, options: TimeSkipperOptions) {
    this.#clock = clock;
    this.#traffic = traffic;
    this.#options = options;
  }

  /** Waits for something that virtual time may have to bring about. */
  async waitFor<T>(result: Promise<T>): Promise<T> {
    return this.#wait({ limitMs: Infinity, forced: false }, result);
  }

  /** Moves time to `toMs`, stopping at every timer on the way; resolves when all of that has settled. */
  async advanceTo(toMs: number): Promise<void> {
    if (toMs <= this.#clock.nowMs()) return this.#traffic.settled();
    await this.#wait({ limitMs: toMs, forced: true }, undefined);
  }

  /** Time does not skip by itself until the returned function is called. */
  hold(): () => void {
    this.#held += 1;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#held -= 1;
      this.#traffic.touch();
    };
  }

  get isAutomatic(): boolean {
    return this.#options.autoSkip && this.#held === 0;
  }

  /** Ends every wait with an error; false when nobody waits. */
  failWaiters(error: unknown): boolean {
    const waiters = [...this.#waiters];
    for (const waiter of waiters) waiter.fail(error);
    this.#hasFailedWaiters ||= waiters.length > 0;
    return waiters.length > 0;
  }

  /** Whether any wait was ended so. */
  get hasFailedWaiters(): boolean {
    return this.#hasFailedWaiters;
  }

  async #wait<T>(kind: Pick<Waiter, 'limitMs' | 'forced'>, result: Promise<T> | undefined): Promise<T> {
    let waiter: Waiter | undefined;
    const wait = new Promise<T>((resolve, reject) => {
      waiter = { ...kind, isTimed: !result, reached: resolve as () => void, fail: reject };
      this.#waiters.add(waiter);
      result?.then(resolve, reject);
    });
    this.#skips = 0;
    this.#traffic.touch();
    void this.#run();
    try {
      return await wait;
    } finally {
      this.#waiters.delete(waiter!);
      this.#traffic.touch();
    }
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    const { activityMs } = this.#options;
    const watch = setInterval(() => void this.#failHeldUp(), Math.max(activityMs / looks, 1));
    try {
      while (this.#waiters.size > 0) {
        await this.#traffic.settled();
        this.#options.settleTimers?.();
        if (this.#wakeTimed()) continue;
        const limitMs = this.#limitMs();
        if (limitMs !== undefined && this.#isEndless(limitMs)) await this.#failEndless();
        else if (limitMs === undefined || !this.#skipTo(limitMs)) await this.#waitForChange();
      }
    } finally {
      clearInterval(watch);
      this.#running = false;
    }
  }

  /** How far time may move now; undefined: not at all. */
  #limitMs(): number | undefined {
    const allowed = [...this.#waiters].filter((waiter) => waiter.forced || this.isAutomatic);
    return allowed.length === 0 ? undefined : Math.max(...allowed.map((waiter) => waiter.limitMs));
  }

  /** Moves to the next timer, or to the next moment that a waiter waits for, whichever is first. */
  #skipTo(limitMs: number): boolean {
    const targetMs = this.#targetMs(limitMs);
    if (this.#clock.fireNext(targetMs)) {
      // A wait for a time ends by itself; only a wait for a result can be endless.
      this.#skips = Number.isFinite(targetMs) ? 0 : this.#skips + 1;
      return true;
    }
    if (!Number.isFinite(targetMs)) return false;
    this.#clock.moveTo(targetMs);
    return true;
  }

  #targetMs(limitMs: number): number {
    const timed = [...this.#waiters].filter((waiter) => waiter.isTimed).map((waiter) => waiter.limitMs);
    return Math.min(limitMs, ...timed);
  }

  /** Asked before a skip, at rest: the error can then show what is pending. */
  #isEndless(limitMs: number): boolean {
    if (this.#skips < this.#options.maxSkips || Number.isFinite(this.#targetMs(limitMs))) return false;
    return this.#clock.nextDueMs() !== undefined;
  }

  #wakeTimed(): boolean {
    const nowMs = this.#clock.nowMs();
    const due = this.#clock.nextDueMs();
    if (due !== undefined && due <= nowMs) return false;
    const reached = [...this.#waiters].filter((waiter) => waiter.isTimed && waiter.limitMs <= nowMs);
    for (const waiter of reached) {
      this.#waiters.delete(waiter);
      waiter.reached();
    }
    return reached.length > 0;
  }

  /** Nothing to do until something changes; after a while without any change, the waits are given up. */
  async #waitForChange(): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = this.#traffic.onChange(() => {
        clearTimeout(stall);
        stop();
        resolve();
      });
      const stall = setTimeout(() => {
        stop();
        void this.#failStalled().then(resolve);
      }, this.#options.stallMs);
    });
  }

  async #failStalled(): Promise<void> {
    const pending = await this.#options.describePending();
    const why = this.isAutomatic
      ? 'No timer, no task and no activity is pending, so time cannot bring it about.'
      : 'Time skipping is off: move time with env.advanceBy().';
    const error = new StalledError(
      `The test waits for something that nothing will bring about (waited ${this.#options.stallMs} ms of real time).\n` +
        `${why} A signal, an update or a cancellation that the test has yet to send can be sent at a virtual ` +
        `time with env.at().\n${pending}`,
    );
    this.failWaiters(error);
  }

  async #failHeldUp(): Promise<void> {
    const { activityMs, heldUpSince } = this.#options;
    const names = heldUpSince(looks);
    if (names.length === 0) return;
    const pending = await this.#options.describePending();
    const error = new HeldUpError(
      `Time stands still while an activity runs, and ${names.join(', ')} has not ended after ${activityMs} ms of real ` +
        'time. An activity that waits for virtual time does so with env.sleep(); one that waits for something real is ' +
        `mocked with env.mock(), or given more time with the option activityMs.\n${pending}`,
    );
    this.failWaiters(error);
  }

  async #failEndless(): Promise<void> {
    const pending = await this.#options.describePending();
    const next = this.#clock.nextDueMs();
    const nextText =
      next === undefined ? 'none' : `due in ${durationText(next - this.#clock.nowMs())} of virtual time`;
    const error = new TimeSkipLimitError(
      `Time was skipped ${this.#options.maxSkips} times in a row and what the test waits for did not come about.\n` +
        `Next timer: ${nextText}. If the workflow really needs more, raise maxSkips.\n${pending}`,
    );
    this.failWaiters(error);
  }
}

/** How often it is looked, in the real time that an activity may hold time up, whether one does. */
const looks = 4;

interface Waiter {
  readonly limitMs: number;
  /** Moves time though automatic skipping is off. */
  readonly forced: boolean;
  /** Waits for a time, not for a result. */
  readonly isTimed: boolean;
  readonly reached: () => void;
  readonly fail: (error: unknown) => void;
}
