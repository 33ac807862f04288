/**
 * The service's only source of time. The real clock is `realClock`; a test environment passes a virtual one and
 * moves it. Nothing in `service/`, `store/` or `client/` reads the time or sets a timer in another way.
 */
export interface Clock {
  /** Milliseconds since the epoch. May jump back or forth. */
  nowMs(): number;
  /** Calls back once, at or after `atMs`. Returns a function that cancels the call. */
  setTimer(atMs: number, callback: () => void): () => void;
  /**
   * How long a caller outside of the process waits (long polls, queries): a clock that skips time for workflows
   * lets it pass for them at its real pace. Absent: as `setTimer`.
   */
  setWait?(waitMs: number, callback: () => void): () => void;
}

/** Calls back once, when a caller has waited long enough. Returns a function that cancels the call. */
export function setWait(clock: Clock, waitMs: number, callback: () => void): () => void {
  return clock.setWait?.(waitMs, callback) ?? clock.setTimer(clock.nowMs() + waitMs, callback);
}

/**
 * Timeouts follow a clock that no jump moves and that stands while the machine sleeps; so that what is due is seen
 * this soon after a jump, or after the machine has woken up.
 */
const longestSleepMs = 1_000;

export const realClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(atMs, callback) {
    let handle: NodeJS.Timeout;
    const arm = () => {
      const delayMs = Math.max(0, Math.ceil(atMs - Date.now()));
      handle = setTimeout(wake, Math.min(delayMs, longestSleepMs));
    };
    const wake = () => {
      if (Date.now() < atMs) arm();
      else callback();
    };
    arm();
    return () => clearTimeout(handle);
  },
};

/** The service's only source of randomness: run ids, jitter. A simulation passes a seeded one. */
export interface Random {
  uuid(): string;
  /** In [0, 1). */
  number(): number;
}
