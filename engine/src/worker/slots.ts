/** So many at a time; who comes later waits in line. */
export class Slots {
  readonly #limit: number;
  #used = 0;
  readonly #waiting: (() => void)[] = [];
  #idle: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  get available(): number {
    return this.#limit - this.#used;
  }

  /** True when a slot was taken at once. */
  tryTake(): boolean {
    if (this.#used >= this.#limit) return false;
    this.#used += 1;
    return true;
  }

  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  free(): void {
    const next = this.#waiting.shift();
    if (next) return next();
    this.#used -= 1;
    if (this.#used > 0) return;
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }

  /** Resolves when no slot is taken. */
  whenIdle(): Promise<void> {
    if (this.#used === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }
}

/** So many per second, evenly; a short burst of a tenth of a second is allowed. */
export class RateLimit {
  readonly #intervalMs: number;
  readonly #burstMs: number;
  readonly #nowMs: () => number;
  #nextMs = 0;

  constructor(perSecond: number, nowMs: () => number) {
    this.#intervalMs = 1000 / perSecond;
    this.#burstMs = Math.max(this.#intervalMs, 100);
    this.#nowMs = nowMs;
  }

  /** How long to wait before the next one may begin; counts it as begun then. */
  reserve(): number {
    const nowMs = this.#nowMs();
    const earliestMs = Math.max(this.#nextMs, nowMs - this.#burstMs);
    this.#nextMs = earliestMs + this.#intervalMs;
    return Math.max(0, earliestMs - nowMs);
  }
}
