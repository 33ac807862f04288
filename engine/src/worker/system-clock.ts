import type { Clock } from '../service/clock.js';

/** Node fires a longer timeout at once, so a later timer is set again on the way. */
const longestTimeoutMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(atMs, callback) {
    let handle: NodeJS.Timeout;
    const arm = (): void => {
      const delayMs = Math.max(0, Math.ceil(atMs - Date.now()));
      handle = delayMs > longestTimeoutMs ? setTimeout(arm, longestTimeoutMs) : setTimeout(callback, delayMs);
    };
    arm();
    return () => clearTimeout(handle);
  },
};
