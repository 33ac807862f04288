import type { Clock } from '@refrain/engine';
import { settled } from '../../engine/service/harness.js';

/** Stands still until it is moved; a process that dies leaves no timers behind. */
export class MovedClock implements Clock {
  #nowMs = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(atMs: number, callback: () => void): () => void {
    const timer = { atMs, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Shows another time, and nothing fires: nobody is there to see it. */
  setTo(ms: number): void {
    this.#nowMs = ms;
  }

  forgetTimers(): void {
    this.#timers.clear();
  }

  /** Moves at once, also back; what is due then fires. */
  async moveTo(ms: number): Promise<void> {
    this.#nowMs = ms;
    for (;;) {
      const due = [...this.#timers].filter((t) => t.atMs <= ms).sort((a, b) => a.atMs - b.atMs);
      if (!due[0]) break;
      this.#timers.delete(due[0]);
      due[0].callback();
      await settled();
    }
    await settled();
  }
}
