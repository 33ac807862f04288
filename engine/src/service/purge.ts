import type { Clock } from './clock.js';
import type { RunWrites, Store } from './store.js';

/** Runs, and schedules, deleted in one commit. */
const perTurn = 100;
const betweenTurnsMs = 50;
/** The store did not take a commit. */
const afterFailureMs = 10_000;

/** Deletes all that a namespace holds, a bounded number in each commit; then `done`. Returns how to stop it. */
export function purge(store: Store, clock: Clock, beginMs: number, done: () => Promise<void>): () => void {
  let isStopped = false;
  let cancel = clock.setTimer(beginMs, () => void turn());
  const again = (inMs: number) => {
    if (!isStopped) cancel = clock.setTimer(clock.nowMs() + inMs, () => void turn());
  };
  const turn = async () => {
    try {
      const runs = store.runsAfter(0, perTurn).map(({ run }) => deletion(run));
      const schedules = store
        .listSchedules('', perTurn)
        .map(({ scheduleId }) => ({ scheduleId, text: null, dueMs: Infinity }));
      if (runs.length + schedules.length === 0) return await done();
      await store.requestCommit(() => ({ runs, schedules }));
      again(betweenTurnsMs);
    } catch {
      again(afterFailureMs);
    }
  };
  return () => {
    isStopped = true;
    cancel();
  };
}

function deletion(run: number): RunWrites {
  return {
    ...{ run, deleted: true, firstEventId: 0, events: [], transient: new Map() },
    ...{ record: undefined, searchAttributes: undefined, wake: undefined },
  };
}
