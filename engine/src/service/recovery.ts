import type { ServiceContext } from './context.js';
import { dropRun } from './loaded-run.js';
import { recoverRun } from './recover-run.js';

/**
 * Brings memory in line with the store: when the service opens, and after the store has failed. Then the store is
 * right and memory is not, so all of it is dropped; the tasks are given out again from what is stored. While the
 * store keeps failing, the attempts have a growing delay. A file that another process has taken is left alone.
 */
export interface Recovery {
  run(): void;
  begin(error: unknown): void;
  succeeded(): void;
  stop(): void;
  isStopped(): boolean;
}

/** Runs that are looked at in one turn of the event loop: with very many, the first ones go on at once. */
const pageSize = 500;
const firstDelayMs = 100;
const longestDelayMs = 10_000;

export function newRecovery(ctx: ServiceContext, failed: (error: unknown) => void): Recovery {
  let delayMs = firstDelayMs;
  let cancel: (() => void) | undefined;
  let isStopped = false;
  /** Which time it is that memory is brought in line; what an earlier one has left to do is void. */
  let current = 0;
  const run = () => {
    cancel = undefined;
    giveOutTasks(ctx, 0, goOnLater(++current));
    ctx.dueTimes.reload();
    ctx.schedules.load();
  };
  const goOnLater = (begun: number) => (after: number) =>
    void setImmediate(() => {
      if (isStopped || begun !== current) return;
      try {
        giveOutTasks(ctx, after, goOnLater(begun));
      } catch (error) {
        if (!isStoreFailure(error)) throw error;
        failed(error);
      }
    });
  const tryAgain = () => {
    try {
      run();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      failed(error);
    }
  };
  return {
    run,
    begin(error) {
      current++;
      for (const run of ctx.runs.reset()) dropRun(run, error);
      ctx.workflowTasks.clear();
      ctx.activityTasks.clear();
      ctx.inFlight.clear();
      ctx.dueTimes.clear();
      ctx.schedules.clear();
      if (isStopped || cancel || (error as { code?: string }).code === 'RFN2010') return;
      cancel = ctx.clock.setTimer(ctx.clock.nowMs() + delayMs, tryAgain);
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    },
    succeeded() {
      delayMs = firstDelayMs;
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
    isStopped: () => isStopped,
  };
}

/** The file is another's, damaged, full, or cannot be written or read (RFN2010 to RFN2016). */
export function isStoreFailure(error: unknown): boolean {
  return /^RFN201[0-6]$/.test((error as { readonly code?: string }).code ?? '');
}

/** Gives out what waits or was lost of the runs behind this one; `goOn` is called with the last when there are more. */
function giveOutTasks(ctx: ServiceContext, after: number, goOn: (after: number) => void): void {
  const keys = ctx.store.runsWithTasks(after, pageSize);
  for (const key of keys) {
    const run = ctx.runs.get(key);
    if (run) recoverRun(ctx, run);
  }
  if (keys.length === pageSize) goOn(keys[keys.length - 1]!);
}
