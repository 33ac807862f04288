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

export interface ModelRun {
  status: 'RUNNING' | 'COMPLETED' | 'FAILED' | 'TERMINATED';
  readonly parent: string | undefined;
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

export function newRun(parent?: string): ModelRun {
  return {
    status: 'RUNNING',
    parent,
    activities: new Map(),
    timers: new Map(),
    outcomes: new Map(),
    fired: new Set(),
    signals: [],
    children: new Set(),
    cancelRequested: false,
    hasNews: true,
    taskTakenMs: undefined,
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
      run.hasNews = true;
    }
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

/** Ends a run: its parent hears of it, its children are terminated. */
export function closeRun(model: Model, workflowId: string, status: ModelRun['status']): void {
  const run = model.runs.get(workflowId)!;
  run.status = status;
  run.hasNews = false;
  run.taskTakenMs = undefined;
  run.activities.clear();
  run.timers.clear();
  for (const child of run.children) {
    if (model.runs.get(child)?.status === 'RUNNING') closeRun(model, child, 'TERMINATED');
  }
  const parent = run.parent === undefined ? undefined : model.runs.get(run.parent);
  if (parent?.status !== 'RUNNING') return;
  parent.children.delete(workflowId);
  parent.hasNews = true;
}
