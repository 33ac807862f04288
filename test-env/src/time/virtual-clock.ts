import type { Clock } from '@refrain/engine/internal';

/**
 * The clock of one environment. It owns the virtual time and the timers that wait for it; it never looks at the
 * real time and never moves by itself.
 *
 * V1. Time never goes back.
 * V2. Timers fire in the order of their due times; those of the same time in the order in which they were set.
 * V3. A timer fires at its due time: `nowMs()` inside of the callback is that time, not later (unless it was set
 *     for a time already past).
 */
export class VirtualClock implements Clock {
  #nowMs: number;
  #setCount = 0;
  readonly #heap: VirtualTimer[] = [];

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  setTimer(atMs: number, callback: () => void): () => void {
    const timer: VirtualTimer = { atMs, order: this.#setCount++, callback, cancelled: false };
    push(this.#heap, timer);
    return () => {
      timer.cancelled = true;
    };
  }

  /** When the next timer is due; undefined when none waits. */
  nextDueMs(): number | undefined {
    return this.#next()?.atMs;
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#heap.reduce((count, timer) => count + (timer.cancelled ? 0 : 1), 0);
  }

  /** Moves to the next timer's time, if that is not after `limitMs`, and fires every timer due by then. */
  fireNext(limitMs = Infinity): boolean {
    const next = this.#next();
    if (!next || next.atMs > limitMs) return false;
    this.#nowMs = Math.max(this.#nowMs, next.atMs);
    this.#fireDue();
    return true;
  }

  /** Moves on to `toMs`, before which nothing may be due: the caller fires timers one after the other. */
  moveTo(toMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, toMs);
    this.#fireDue();
  }

  #fireDue(): void {
    // Timers that a callback sets for now wait for the next call: a callback that sets itself again must not spin.
    const setBefore = this.#setCount;
    for (;;) {
      const timer = this.#next();
      if (!timer || timer.atMs > this.#nowMs || timer.order >= setBefore) return;
      pop(this.#heap);
      timer.callback();
    }
  }

  #next(): VirtualTimer | undefined {
    while (this.#heap[0]?.cancelled) pop(this.#heap);
    return this.#heap[0];
  }
}

interface VirtualTimer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

function isBefore(a: VirtualTimer, b: VirtualTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: VirtualTimer[], timer: VirtualTimer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(timer, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = timer;
}

function pop(heap: VirtualTimer[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
