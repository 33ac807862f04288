import type { Store } from './store.js';
import type { Clock } from './clock.js';

/**
 * Owns the one timer of the service. The due times of all runs are in the store; the earliest of them, and those
 * added since, are in a heap here.
 *
 * 1. Every due time before `#windowEndMs` is in the heap; the others are in the store only.
 * 2. A time in the heap may be stale: the run is then found to have nothing due. It is never missing.
 */
export class DueTimes {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #fire: (run: number) => void;
  readonly #heap: Entry[] = [];
  readonly #earliest = new Map<number, number>();
  #windowEnd: Entry = { dueMs: Infinity, run: Infinity };
  #cancel: (() => void) | undefined;
  #timerMs = Infinity;
  #stopped = false;

  constructor(store: Store, clock: Clock, fire: (run: number) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#fire = fire;
  }

  add(dueMs: number, run: number): void {
    const known = this.#earliest.get(run) ?? Infinity;
    if (dueMs >= known) return;
    if (dueMs === Infinity || dueMs > this.#windowEnd.dueMs) return;
    this.#earliest.set(run, dueMs);
    push(this.#heap, { dueMs, run });
    if (this.#heap.length > longestHeap) this.#shrink();
    if (dueMs < this.#timerMs) this.#arm();
  }

  /** The run has closed. */
  remove(run: number): void {
    this.#earliest.delete(run);
  }

  /** When something is due next; Infinity when nothing is. */
  get nextMs(): number {
    this.#dropStale();
    return Math.min(this.#heap[0]?.dueMs ?? Infinity, this.#windowEnd.dueMs);
  }

  /** Puts what is stale at the front right: `dueMs` says when a run really is due. */
  settle(dueMs: (run: number) => number): void {
    for (;;) {
      this.#dropStale();
      const first = this.#heap[0];
      const exactMs = first ? dueMs(first.run) : Infinity;
      if (!first || exactMs <= first.dueMs) break;
      pop(this.#heap);
      this.#earliest.delete(first.run);
      this.add(exactMs, first.run);
    }
    this.#arm();
  }

  /** Runs whose time has passed and that have not been looked at, of those in the heap. */
  overdue(nowMs: number): number {
    let count = 0;
    for (const dueMs of this.#earliest.values()) if (dueMs <= nowMs) count++;
    return count;
  }

  /** Forgets what it knows; nothing fires until `reload`. */
  clear(): void {
    this.#heap.length = 0;
    this.#earliest.clear();
    this.#windowEnd = { dueMs: Infinity, run: Infinity };
    this.#arm();
  }

  /** Forgets what it knows and reads the store again. */
  reload(): void {
    this.clear();
    this.#loadWindow({ dueMs: -Infinity, run: 0 });
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Leaves the far times to the store. One that is not durable yet is added again when it is. */
  #shrink(): void {
    const live = this.#heap.filter((e) => this.#earliest.get(e.run) === e.dueMs);
    live.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const kept = live.slice(0, windowSize);
    this.#heap.length = 0;
    this.#earliest.clear();
    for (const entry of kept) {
      this.#heap.push(entry);
      this.#earliest.set(entry.run, entry.dueMs);
    }
    if (live.length > windowSize) this.#windowEnd = kept[kept.length - 1]!;
  }

  #loadWindow(after: Entry): void {
    const rows = this.#store.dueRuns(after, windowSize);
    this.#windowEnd = rows.length < windowSize ? { dueMs: Infinity, run: Infinity } : rows[rows.length - 1]!;
    for (const { dueMs, run } of rows) {
      if (dueMs >= (this.#earliest.get(run) ?? Infinity)) continue;
      this.#earliest.set(run, dueMs);
      push(this.#heap, { dueMs, run });
    }
  }

  #arm(): void {
    if (this.#stopped) return;
    const nextMs = this.nextMs;
    if (nextMs === this.#timerMs) return;
    this.#cancel?.();
    this.#timerMs = nextMs;
    this.#cancel = nextMs === Infinity ? undefined : this.#clock.setTimer(nextMs, () => this.#tick());
  }

  #tick(): void {
    this.#timerMs = Infinity;
    this.#cancel = undefined;
    const nowMs = this.#clock.nowMs();
    for (let fired = 0; fired < firedPerTick && !this.#stopped; fired++) {
      this.#dropStale();
      if (this.#heap.length === 0 && this.#windowEnd.dueMs <= nowMs) this.#loadWindow(this.#windowEnd);
      const first = this.#heap[0];
      if (!first || first.dueMs > nowMs) break;
      pop(this.#heap);
      this.#earliest.delete(first.run);
      this.#fire(first.run);
    }
    if (this.#heap.length === 0 && this.#windowEnd.dueMs < Infinity) this.#loadWindow(this.#windowEnd);
    this.#arm();
  }

  #dropStale(): void {
    while (this.#heap.length > 0 && this.#earliest.get(this.#heap[0]!.run) !== this.#heap[0]!.dueMs) {
      pop(this.#heap);
    }
  }
}

interface Entry {
  readonly dueMs: number;
  readonly run: number;
}

const windowSize = 10_000;
const longestHeap = 8 * windowSize;
/** Other work gets its turn between ticks. */
const firedPerTick = 500;

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.run < b.run);
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(entry, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (!isBefore(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
}
