// The module's own: a test that fakes the global timers must not stop this.
import { setImmediate } from 'node:timers';
import type { HistoryEvent } from '../history/event.js';
import { WorkflowDeadlineError } from '../sandbox/errors.js';
import { listenForRejections } from '../temporal/rejections.js';
import { EVENT_DEADLINE_MS, failureOf, guarded, HistoryReplay } from './history-replay.js';
import type { Run, RunOptions } from './history-replay.js';
import type { ReplayTarget } from './target.js';

/** Replays one history from zero. */
export async function runHistory(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  options: RunOptions,
): Promise<Run> {
  const replay = new HistoryReplay(target, events, options);
  const stopListening = listenForRejections(
    (promise) => target.owns(promise),
    (error) => replay.reject(error),
  );
  try {
    const last = options.explain ? await replay.goSlowly(turn) : replay.go();
    await turn();
    return replay.result(last);
  } catch (error) {
    if (!(error instanceof WorkflowDeadlineError)) throw error;
    // What the code left behind in the target must not run under another execution.
    target.abandon();
    return replay.stopped({ type: 'stuck', failure: failureOf(error) });
  } finally {
    stopListening();
    replay.dispose();
  }
}

type FastOptions = Omit<RunOptions, 'explain'>;

/** When several run together nothing is lost by a short one: each is then replayed alone. */
const TOGETHER_DEADLINE_MS = 1000;

/**
 * Replays several histories from zero, as `runTogether`; when that does not work out, each is replayed alone.
 */
export async function runHistories(
  target: ReplayTarget,
  histories: readonly (readonly HistoryEvent[])[],
  options: FastOptions,
): Promise<Run[]> {
  if (histories.length > 1) {
    const events = histories.reduce((sum, { length }) => sum + length, 0);
    const runs = await runTogether(target, events, () =>
      histories.flatMap((history) => runInTurn(target, history, options)),
    );
    if (runs) return runs;
  }
  const runs: Run[] = [];
  for (const events of histories) runs.push(await runHistory(target, events, options));
  return runs;
}

/**
 * Does replays, of about so many `events` together, in one go and under one watchdog, whose thread costs as much as a
 * short history. Undefined when the code does not give control back, or nobody handles a rejection: it is not known in
 * which of them.
 */
export async function runTogether<T>(
  target: ReplayTarget,
  events: number,
  work: () => T,
): Promise<T | undefined> {
  let isRejected = false;
  const stopListening = listenForRejections(
    (promise) => target.owns(promise),
    () => (isRejected = true),
  );
  try {
    const done = target.isProven ? work() : guarded(TOGETHER_DEADLINE_MS + events * EVENT_DEADLINE_MS, work);
    await turn();
    return isRejected ? undefined : done;
  } catch (error) {
    if (!(error instanceof WorkflowDeadlineError)) throw error;
    target.abandon();
    return undefined;
  } finally {
    stopListening();
  }
}

/** Replays of one history that take turns: while one does an activation, the others are half-way. For `runTogether`. */
export function runInTurn(
  target: ReplayTarget,
  events: readonly HistoryEvent[],
  ...ways: readonly FastOptions[]
): Run[] {
  const replays = ways.map((options) => new HistoryReplay(target, events, options));
  const ends: ReturnType<HistoryReplay['advance']>[] = replays.map(() => 'more');
  try {
    while (ends.includes('more')) {
      replays.forEach((replay, at) => {
        if (ends[at] === 'more') ends[at] = replay.advance();
      });
    }
    return replays.map((replay, at) => replay.result(ends[at] as Exclude<(typeof ends)[number], 'more'>));
  } finally {
    for (const replay of replays) replay.dispose();
  }
}

/** Lets Node report rejections that nobody handled. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
