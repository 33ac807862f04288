import type { Method } from './call.js';

/** A clock that skips time by itself while nobody holds a lock on it. */
export interface TimeSkipping {
  nowMs(): number;
  lock(): void;
  unlock(): void;
  /** Resolves when the clock has passed this time. */
  sleepUntil(timeMs: number, signal: AbortSignal): Promise<void>;
}

/** Temporal's TestService: how SDKs' time-skipping test environments control the server's clock. */
export function testMethods(clock: TimeSkipping): Readonly<Record<string, Method>> {
  return {
    GetCurrentTime: async () => ({ timeMs: clock.nowMs() }),
    LockTimeSkipping: async () => clock.lock(),
    UnlockTimeSkipping: async () => clock.unlock(),
    Sleep: ({ durationMs = 0 }: { durationMs?: number }, { signal }) =>
      clock.sleepUntil(clock.nowMs() + durationMs, signal),
    SleepUntil: ({ timestampMs = 0 }: { timestampMs?: number }, { signal }) =>
      clock.sleepUntil(timestampMs, signal),
    UnlockTimeSkippingWithSleep: async ({ durationMs = 0 }: { durationMs?: number }, { signal }) => {
      const until = clock.nowMs() + durationMs;
      clock.unlock();
      try {
        await clock.sleepUntil(until, signal);
      } finally {
        clock.lock();
      }
    },
  };
}
