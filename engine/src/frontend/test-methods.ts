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
export function testMethods(
  clockOf: (namespace: string | undefined) => Promise<TimeSkipping>,
): Readonly<Record<string, Method>> {
  return {
    GetCurrentTime: async (_request, { namespace }) => ({ timeMs: (await clockOf(namespace)).nowMs() }),
    LockTimeSkipping: async (_request, { namespace }) => (await clockOf(namespace)).lock(),
    UnlockTimeSkipping: async (_request, { namespace }) => (await clockOf(namespace)).unlock(),
    Sleep: async ({ durationMs = 0 }: { durationMs?: number }, { signal, namespace }) => {
      const clock = await clockOf(namespace);
      await clock.sleepUntil(clock.nowMs() + durationMs, signal);
    },
    SleepUntil: async ({ timestampMs = 0 }: { timestampMs?: number }, { signal, namespace }) =>
      (await clockOf(namespace)).sleepUntil(timestampMs, signal),
    UnlockTimeSkippingWithSleep: async (
      { durationMs = 0 }: { durationMs?: number },
      { signal, namespace },
    ) => {
      const clock = await clockOf(namespace);
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
