import type { HistoryEvent } from '../history/event.js';
import type { SearchAttributeTypes } from './check-fields.js';
import { hasPendingTasks } from './due.js';
import { recordOf, searchValuesOf } from './record.js';
import type { RunWrites } from './store.js';
import type { PendingQueries } from './queries.js';
import type { BufferedEvent, ExecutionState } from './state.js';
import { isRunning } from './state.js';
import type { PendingUpdates } from './updates.js';

/** A run in memory. */
export interface LoadedRun {
  readonly state: ExecutionState;
  /** The latest events, without a gap: at least those that no worker has seen, and those not yet durable. */
  tail: HistoryEvent[];
  durableEventId: number;
  writes: RunWrites | undefined;
  storedDueMs: number;
  storedHasTasks: boolean;
  readonly storedKeys: Set<string>;
  readonly bufferKeys: Map<BufferedEvent, string>;
  bufferCount: number;
  /** The row of the run has changed. */
  recordChanged: boolean;
  /** The build in the store's row; undefined when it has none, or since it was loaded. */
  storedBuildId: string | undefined;
  /** The store holds values of search attributes of this run. */
  hasSearchValues: boolean;
  startRequestId: string | undefined;
  /** Limits of which a warning was given; undefined while there is none. */
  warned: Set<string> | undefined;
  /** Called after each change: long polls of the history. */
  readonly watchers: Set<() => void>;
  queries: PendingQueries | undefined;
  updates: PendingUpdates | undefined;
  /** The store has failed: this is not what it holds, and somebody who waits for it has to ask again. */
  isDropped: boolean;
}

export function newLoadedRun(state: ExecutionState): LoadedRun {
  return {
    state,
    tail: [],
    durableEventId: 0,
    writes: undefined,
    storedDueMs: Infinity,
    storedHasTasks: false,
    storedKeys: new Set(),
    bufferKeys: new Map(),
    bufferCount: 0,
    recordChanged: false,
    storedBuildId: undefined,
    hasSearchValues: false,
    startRequestId: undefined,
    warned: undefined,
    watchers: new Set(),
    queries: undefined,
    updates: undefined,
    isDropped: false,
  };
}

/** Tells those who wait for something of a run that is dropped; it lives on only in the store. */
export function dropRun(run: LoadedRun, error: unknown): void {
  run.isDropped = true;
  for (const watch of [...run.watchers]) watch();
  for (const update of run.updates?.values() ?? []) {
    for (const waiter of [...update.waiters]) waiter.reject(error);
  }
  for (const query of [...(run.queries?.values() ?? [])]) query.reject(error);
}

export function writesOf(run: LoadedRun): RunWrites {
  run.writes ??= {
    run: run.state.run,
    deleted: false,
    record: undefined,
    searchAttributes: undefined,
    wake: undefined,
    firstEventId: 0,
    events: [],
    transient: new Map(),
  };
  return run.writes;
}

/** What of the run goes into the next commit. */
export function takeWrites(
  run: LoadedRun,
  types: SearchAttributeTypes,
  nowMs: number,
): RunWrites | undefined {
  const { state } = run;
  const hasTasks = hasPendingTasks(state);
  const dueMs = isRunning(state) ? state.dueMs : Infinity;
  // Lists tell which runs a build still has.
  if (state.buildId !== run.storedBuildId) run.recordChanged = true;
  // A later due time is written only when the stored one has passed: until then the run is looked at too early
  // once, and then finds the right time.
  const isDueChanged = dueMs < run.storedDueMs || (run.storedDueMs <= nowMs && dueMs !== run.storedDueMs);
  if (!run.writes?.deleted && (run.recordChanged || isDueChanged || hasTasks !== run.storedHasTasks)) {
    const writes = writesOf(run);
    writes.wake = { dueMs, hasTasks };
    run.storedDueMs = dueMs;
    run.storedHasTasks = hasTasks;
    if (run.recordChanged) takeRecord(run, writes, types);
  }
  const { writes } = run;
  run.writes = undefined;
  return writes;
}

function takeRecord(run: LoadedRun, writes: RunWrites, types: SearchAttributeTypes): void {
  writes.record = recordOf(run.state);
  const values = searchValuesOf(run.state, types);
  const hasValues = Object.keys(values).length > 0;
  if (hasValues || run.hasSearchValues) writes.searchAttributes = values;
  run.hasSearchValues = hasValues;
  run.recordChanged = false;
  run.storedBuildId = run.state.buildId;
}

export function stageTransient(run: LoadedRun, key: string, text: string | null): void {
  if (text === null && !run.storedKeys.has(key)) return;
  if (text === null) run.storedKeys.delete(key);
  else run.storedKeys.add(key);
  writesOf(run).transient.set(key, text);
}

export function stageBuffer(run: LoadedRun): void {
  const present = new Set(run.state.buffered);
  for (const [event, key] of run.bufferKeys) {
    if (present.has(event)) continue;
    run.bufferKeys.delete(event);
    stageTransient(run, key, null);
  }
  for (const event of run.state.buffered) {
    if (run.bufferKeys.has(event)) continue;
    const key = `b:${run.bufferCount++}`;
    run.bufferKeys.set(event, key);
    stageTransient(run, key, JSON.stringify(event));
  }
}

export function trimTail(run: LoadedRun): void {
  const keepFrom = Math.min(run.state.previousStartedEventId, run.durableEventId) + 1;
  const firstId = run.tail[0]?.eventId ?? keepFrom;
  // The last event stays, whatever comes: the close event is what most readers ask for.
  const drop = Math.min(keepFrom - firstId, run.tail.length - 1);
  if (drop > 0) run.tail.splice(0, drop);
}

export function isEvictable(run: LoadedRun): boolean {
  return (
    !run.writes &&
    run.watchers.size === 0 &&
    !run.queries?.size &&
    !run.updates?.size &&
    run.durableEventId === run.state.nextEventId - 1 &&
    isRestorable(run) &&
    (!isRunning(run.state) || run.state.activities.size === 0)
  );
}

/** A first attempt that waits in its task queue is in the store as it is; a later one, or one that runs, is not. */
function isRestorable({ state, durableEventId }: LoadedRun): boolean {
  const task = state.workflowTask;
  if (!task) return true;
  const waits = task.startedEventId === 0 && task.stickyUntilMs === undefined;
  return waits && task.attempt === 1 && !task.transient && task.scheduledEventId <= durableEventId;
}
