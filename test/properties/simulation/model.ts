/**
 * The semantics in small: what a run has pending, and how time, answers and the death of a process change that.
 * Plain values, which are copied before a change that may turn out not to have been stored.
 */
export interface ModelActivity {
  readonly maximumAttempts: number;
  readonly startToCloseMs: number;
  /** No attempt begins after it. */
  readonly expiresMs: number;
  state: 'SCHEDULED' | 'STARTED';
  attempt: number;
  /** The next attempt is not given out before. */
  nextMs: number;
  /** It was to be given out then, and a worker has to take it within the time that all of it may take. */
  dueMs: number;
  readonly toCloseMs: number;
  startedMs: number;
  /** The store knows that this attempt has begun: it is lost with its process, and counts. */
  isStartStored: boolean;
}

export type ParentClosePolicy = 'TERMINATE' | 'REQUEST_CANCEL' | 'ABANDON';

/** How a chain of runs goes on when one of them ends. */
export type Chain = 'once' | 'retried' | 'cron';

export const mostAttempts = 3;

/** The run that a workflow id has now, or had at last. */
export interface ModelRun {
  status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'TERMINATED';
  readonly parent: string | undefined;
  readonly parentClosePolicy: ParentClosePolicy;
  readonly chain: Chain;
  /** Of its retry policy. */
  readonly attempt: number;
  /** Runs of this workflow id before it. */
  readonly earlier: number;
  /** Its code is not run before. */
  firstTaskMs: number;
  /** When its code was to begin: what its cron schedule counts from. */
  readonly executionMs: number;
  /** Updates that have not ended: in memory, or accepted in history. */
  readonly updates: Map<string, 'waiting' | 'accepted'>;
  readonly endedUpdates: Set<string>;
  /** Updates that a worker has with the task that it took. */
  readonly sentUpdates: Set<string>;
  /** The task that a worker has was made for updates alone, and leaves no trace when it is lost. */
  isTaskForUpdates: boolean;
  readonly activities: Map<string, ModelActivity>;
  readonly timers: Map<string, number>;
  /** How each activity ended. */
  readonly outcomes: Map<string, 'Completed' | 'Failed' | 'TimedOut'>;
  readonly fired: Set<string>;
  readonly signals: number[];
  readonly children: Set<string>;
  cancelRequested: boolean;
  /** Something has come that the code has not seen. */
  hasNews: boolean;
  /** When a worker took the workflow task that it has. */
  taskTakenMs: number | undefined;
}

export interface Model {
  nowMs: number;
  readonly runs: Map<string, ModelRun>;
}

export const backoffMs = (attempt: number) => Math.min(1000 * 2 ** (attempt - 1), 100_000);

export function newRun(how: Partial<ModelRun> = {}): ModelRun {
  return {
    status: 'RUNNING',
    parent: undefined,
    parentClosePolicy: 'TERMINATE',
    chain: 'once',
    attempt: 1,
    earlier: 0,
    firstTaskMs: -Infinity,
    executionMs: -Infinity,
    updates: new Map(),
    endedUpdates: new Set(),
    sentUpdates: new Set(),
    isTaskForUpdates: false,
    activities: new Map(),
    timers: new Map(),
    outcomes: new Map(),
    fired: new Set(),
    signals: [],
    children: new Set(),
    cancelRequested: false,
    hasNews: true,
    taskTakenMs: undefined,
    ...how,
  };
}

export function endActivity(run: ModelRun, id: string, outcome: 'Completed' | 'Failed' | 'TimedOut'): void {
  run.activities.delete(id);
  run.outcomes.set(id, outcome);
  run.hasNews = true;
}

/** An attempt failed or was lost: another one follows, unless the policy or the deadline says no. */
export function retry(run: ModelRun, id: string, nowMs: number, why: 'Failed' | 'TimedOut'): void {
  const activity = run.activities.get(id)!;
  const { attempt, maximumAttempts, expiresMs } = activity;
  const isLast = maximumAttempts > 0 && attempt >= maximumAttempts;
  if (isLast || nowMs + backoffMs(attempt) > expiresMs) return endActivity(run, id, why);
  Object.assign(activity, {
    state: 'SCHEDULED',
    attempt: attempt + 1,
    nextMs: nowMs + backoffMs(attempt),
    dueMs: nowMs + backoffMs(attempt),
    startedMs: 0,
  });
  activity.isStartStored = false;
}

/** Time has come to `nowMs`: what is due by then happens, at the moments that `step` goes through. */
export function passTime(model: Model, nowMs: number): void {
  model.nowMs = nowMs;
  for (const run of model.runs.values()) {
    if (run.status !== 'RUNNING') continue;
    for (const [id, activity] of [...run.activities]) {
      // Given out, and not taken back should the clock jump back.
      if (activity.state === 'SCHEDULED' && activity.nextMs <= nowMs) activity.nextMs = -Infinity;
      const isLate = activity.state === 'SCHEDULED' && activity.dueMs + activity.toCloseMs <= nowMs;
      if (activity.expiresMs <= nowMs || isLate) endActivity(run, id, 'TimedOut');
      else if (activity.state === 'STARTED' && activity.startedMs + activity.startToCloseMs <= nowMs) {
        retry(run, id, nowMs, 'TimedOut');
      }
    }
    if (run.firstTaskMs <= nowMs) run.firstTaskMs = -Infinity;
    for (const [id, atMs] of [...run.timers]) {
      if (atMs > nowMs) continue;
      run.timers.delete(id);
      run.fired.add(id);
      run.hasNews = true;
    }
  }
}

/** When something is due next. */
export function nextDueMs(model: Model): number {
  let dueMs = Infinity;
  for (const run of model.runs.values()) {
    if (run.status !== 'RUNNING') continue;
    for (const {
      expiresMs,
      state,
      startedMs,
      startToCloseMs,
      dueMs: atMs,
      toCloseMs,
    } of run.activities.values()) {
      dueMs = Math.min(dueMs, expiresMs, state === 'STARTED' ? startedMs + startToCloseMs : atMs + toCloseMs);
    }
    for (const atMs of run.timers.values()) dueMs = Math.min(dueMs, atMs);
    if (run.firstTaskMs > model.nowMs) dueMs = Math.min(dueMs, run.firstTaskMs);
  }
  return dueMs;
}

/**
 * The memory of the process is gone, and at `nowMs` the store is looked at again: attempts that the store knew of are
 * lost, the others never began.
 */
export function loseMemory(model: Model, nowMs: number): void {
  model.nowMs = nowMs;
  for (const run of model.runs.values()) {
    if (run.status !== 'RUNNING') continue;
    if (run.taskTakenMs !== undefined) {
      run.taskTakenMs = undefined;
      run.hasNews ||= !run.isTaskForUpdates;
    }
    run.sentUpdates.clear();
    for (const [id, stage] of [...run.updates]) if (stage === 'waiting') run.updates.delete(id);
    for (const [id, activity] of [...run.activities]) {
      if (activity.state !== 'STARTED') continue;
      if (activity.isStartStored) {
        retry(run, id, model.nowMs, 'TimedOut');
        // There is nothing to wait for when the worker is known to be dead.
        const next = run.activities.get(id);
        if (next) Object.assign(next, { nextMs: -Infinity, dueMs: model.nowMs });
      } else Object.assign(activity, { state: 'SCHEDULED', startedMs: 0 });
    }
  }
}

/** Ends a run, and with it the chain: its parent hears of it, its children get what their policies say. */
export function closeRun(model: Model, workflowId: string, status: ModelRun['status']): void {
  const run = model.runs.get(workflowId)!;
  run.status = status;
  run.updates.clear();
  leave(model, run);
  const parent = run.parent === undefined ? undefined : model.runs.get(run.parent);
  if (parent?.status !== 'RUNNING' || !parent.children.delete(workflowId)) return;
  parent.hasNews = true;
}

/** Ends a run; another one goes on with its chain. Updates that the code has not seen go with it. */
export function continueRun(model: Model, workflowId: string, firstTaskMs: number, attempt: number): void {
  const run = model.runs.get(workflowId)!;
  const { parent, parentClosePolicy, chain, earlier } = run;
  const waiting = [...run.updates].filter(([, stage]) => stage === 'waiting');
  const same = { parent, parentClosePolicy, chain };
  const next = {
    attempt,
    earlier: earlier + 1,
    firstTaskMs: firstTaskMs > model.nowMs ? firstTaskMs : -Infinity,
    executionMs: firstTaskMs,
    updates: new Map(waiting),
  };
  run.status = 'COMPLETED';
  model.runs.set(workflowId, newRun({ ...same, ...next }));
  leave(model, run);
}

function leave(model: Model, run: ModelRun): void {
  run.hasNews = false;
  run.taskTakenMs = undefined;
  run.activities.clear();
  run.timers.clear();
  for (const id of run.children) {
    const child = model.runs.get(id);
    if (child?.status !== 'RUNNING') continue;
    if (child.parentClosePolicy === 'TERMINATE') closeRun(model, id, 'TERMINATED');
    else if (child.parentClosePolicy === 'REQUEST_CANCEL' && !child.cancelRequested) {
      child.cancelRequested = true;
      child.hasNews = true;
    }
  }
}

/** The code has ended: completed, or failed, which its retry policy may not leave at that. */
export function endRun(model: Model, workflowId: string, fails: boolean): void {
  const { chain, attempt, executionMs } = model.runs.get(workflowId)!;
  if (chain === 'retried' && fails && attempt < mostAttempts)
    return continueRun(model, workflowId, model.nowMs + backoffMs(attempt), attempt + 1);
  if (chain === 'cron')
    return continueRun(model, workflowId, nextMinuteMs(Math.max(model.nowMs - 1, executionMs)), 1);
  closeRun(model, workflowId, fails ? 'FAILED' : 'COMPLETED');
}

/** When `* * * * *` is due next. */
export function nextMinuteMs(nowMs: number): number {
  return (Math.floor(nowMs / 60_000) + 1) * 60_000;
}
