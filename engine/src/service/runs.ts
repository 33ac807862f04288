import type { HistoryEvent } from '../history/event.js';
import type { RunWrites, ScheduleWrite, Store, WriteBatch } from './store.js';
import { applyEvent } from './apply-event.js';
import { parseEvents } from './parse-stored.js';
import type { SearchAttributeTypes } from './check-fields.js';
import type { Clock, Random } from './clock.js';
import type { DueTimes } from './due-times.js';
import { hasPendingTasks, nextDueMs } from './due.js';
import { recordOf, searchValuesOf } from './record.js';
import { isRunning, newState } from './state.js';
import { bufferKeysOf, bufferPosition, encodeTransient, restoreTransient } from './transient.js';
import type { Effect, Transition } from './transition.js';
import { newTransition } from './transition.js';
import type { LoadedRun } from './loaded-run.js';
import { isEvictable, newLoadedRun, stageBuffer, stageTransient, trimTail, writesOf } from './loaded-run.js';

export interface RunsOptions {
  readonly namespace: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly searchAttributeTypes: SearchAttributeTypes;
  readonly dueTimes: DueTimes;
  readonly maxLoadedRuns: number;
  carryOut(run: LoadedRun, effect: Effect, t: Transition): void;
  committed(): void;
  grew(run: LoadedRun, t: Transition): void;
  failed(error: unknown): void;
}

/** What waits for a commit. Most of it needs no promise: there are several for each activity. */
interface Commit {
  waiting: WhenDurable[];
  promise: Promise<void> | undefined;
  /** The runs in it, each with the last event that it makes durable. */
  runs: readonly (readonly [LoadedRun, number])[];
}

/** Called once: when all is durable, or with the error for which it is not. Must not throw. */
export type WhenDurable = (failure: { readonly error: unknown } | undefined) => void;

/**
 * Owns the runs in memory and what of them is not durable yet. It does not know what a request means.
 *
 * 1. A transition and the effects it has on other runs are staged within one turn of the event loop and go into
 *    one commit (E2).
 * 2. A run leaves memory only when all of it is durable and nobody waits on it.
 */
export class Runs {
  readonly #options: RunsOptions;
  readonly #loaded = new Map<number, LoadedRun>();
  readonly #byRunId = new Map<string, number>();
  readonly #current = new Map<string, number>();
  #dirty = new Set<LoadedRun>();
  /** Deleted, and still in the store until the commit. */
  readonly #deleting = new Set<number>();
  #schedules = new Map<string, ScheduleWrite>();
  /** Asked for; it takes what is staged until it begins. */
  #next: Commit | undefined;
  /** The latest that has begun; the one before it may not have been settled yet. */
  #underWay: Commit | undefined;
  #lastKey: number;
  #resets = 0;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#lastKey = options.store.lastRunKey();
  }

  get loadedCount(): number {
    return this.#loaded.size;
  }

  /** By key; `undefined` when there is no such run. */
  get(key: number): LoadedRun | undefined {
    const loaded = this.#loaded.get(key);
    return loaded ?? this.#load(key);
  }

  byRunId(runId: string): LoadedRun | undefined {
    const key = this.#byRunId.get(runId) ?? this.#options.store.runKeyOf(runId);
    return key === undefined ? undefined : this.get(key);
  }

  /** The newest run of a workflow id. */
  current(workflowId: string): LoadedRun | undefined {
    const key = this.#current.get(workflowId) ?? this.#options.store.currentRunKey(workflowId);
    return key === undefined ? undefined : this.get(key);
  }

  create(workflowId: string, runId: string, startRequestId: string | undefined): LoadedRun {
    const run = newLoadedRun(newState(++this.#lastKey, workflowId, runId));
    run.startRequestId = startRequestId;
    run.recordChanged = true;
    if (startRequestId !== undefined) writesOf(run).transient.set('q', startRequestId);
    this.#remember(run);
    this.#current.set(workflowId, run.state.run);
    return run;
  }

  /** Runs a transition and stages what it did. What `body` throws must come before it changes the state. */
  transact<R>(run: LoadedRun, body: (t: Transition) => R): R {
    const t = newTransition(
      this.#options.namespace,
      run.state,
      this.#options.clock.nowMs(),
      this.#options.random,
    );
    const result = body(t);
    this.#stage(run, t);
    for (const effect of t.effects) this.#options.carryOut(run, effect, t);
    if (t.appended.length > 0) {
      for (const watch of [...run.watchers]) watch();
      this.#options.grew(run, t);
    }
    return result;
  }

  /** For a transition that brings nothing to store but a due time, which goes with the next commit of anybody. */
  touch(run: LoadedRun, body: (t: Transition) => void): void {
    body(
      newTransition(this.#options.namespace, run.state, this.#options.clock.nowMs(), this.#options.random),
    );
    if (run.state.dueMs < Infinity) this.#options.dueTimes.add(run.state.dueMs, run.state.run);
    if (run.state.dueMs < run.storedDueMs) this.#dirty.add(run);
  }

  writeSchedule(write: ScheduleWrite): void {
    this.#schedules.set(write.scheduleId, write);
    this.#requestCommit();
  }

  stagedSchedule(scheduleId: string): ScheduleWrite | undefined {
    return this.#schedules.get(scheduleId);
  }

  remove(run: LoadedRun): void {
    const writes = writesOf(run);
    writes.deleted = true;
    this.#deleting.add(run.state.run);
    this.#options.dueTimes.remove(run.state.run);
    this.#markDirty(run);
    this.#forget(run);
  }

  /** Resolves when everything that was staged before is durable. */
  durable(): Promise<void> {
    const commit = this.#next ?? this.#underWay;
    return commit ? (commit.promise ??= promiseOf(commit)) : Promise.resolve();
  }

  /** The same without a promise; calls back at once when everything is durable already. */
  whenDurable(call: WhenDurable): void {
    const commit = this.#next ?? this.#underWay;
    if (commit) commit.waiting.push(call);
    else call(undefined);
  }

  /** Nothing follows at once: a commit need not wait for more. */
  flush(): void {
    if (this.#next) this.#options.store.flush?.();
  }

  get isSettled(): boolean {
    return !this.#next && !this.#underWay;
  }

  /** All events of a run from an id on, durable or not. */
  history(run: LoadedRun, fromEventId = 1): HistoryEvent[] {
    const firstInTail = run.tail[0]?.eventId ?? run.state.nextEventId;
    if (fromEventId >= firstInTail) return run.tail.filter((e) => e.eventId >= fromEventId);
    const stored = this.#options.store.readEvents(run.state.run, fromEventId).flatMap(parseEvents);
    return [
      ...stored.filter((e) => e.eventId >= fromEventId && e.eventId < firstInTail),
      ...run.tail.filter((e) => e.eventId >= fromEventId),
    ];
  }

  /** Stages a run whose state was made from given events (reset, import). */
  adopt(run: LoadedRun, events: readonly HistoryEvent[]): void {
    const writes = writesOf(run);
    if (writes.events.length === 0) writes.firstEventId = run.state.nextEventId;
    for (const event of events) {
      const text = JSON.stringify(event);
      applyEvent(run.state, event);
      run.state.nextEventId = event.eventId + 1;
      run.state.historySizeBytes += text.length;
      writes.events.push(text);
      run.tail.push(event);
    }
    run.recordChanged = true;
    this.#markDirty(run);
  }

  /** How many times it was reset. */
  get resets(): number {
    return this.#resets;
  }

  /** After a commit that failed the store is right: memory is dropped. Nothing is read, which may fail, too. */
  reset(): readonly LoadedRun[] {
    this.#resets++;
    const dropped = [...this.#loaded.values()];
    this.#loaded.clear();
    this.#byRunId.clear();
    this.#current.clear();
    this.#dirty.clear();
    this.#schedules.clear();
    this.#deleting.clear();
    return dropped;
  }

  #stage(run: LoadedRun, t: Transition): void {
    const { state } = run;
    if (t.encoded.length > 0) {
      const writes = writesOf(run);
      if (writes.events.length === 0) writes.firstEventId = t.appended[0]!.eventId;
      writes.events.push(...t.encoded);
      run.tail.push(...t.appended);
      if (t.appended.some((e) => recordTypes.has(e.type))) run.recordChanged = true;
    }
    for (const key of t.touched) stageTransient(run, key, encodeTransient(state, key));
    if (state.buffered.length > 0 || run.bufferKeys.size > 0) stageBuffer(run);
    if (!isRunning(state)) for (const key of run.storedKeys) stageTransient(run, key, null);
    if (state.dueMs < Infinity) this.#options.dueTimes.add(state.dueMs, state.run);
    else if (!isRunning(state)) this.#options.dueTimes.remove(state.run);
    this.#markDirty(run);
  }

  #markDirty(run: LoadedRun): void {
    this.#dirty.add(run);
    this.#requestCommit();
  }

  #requestCommit(): void {
    if (this.#next) return;
    const commit: Commit = { waiting: [], promise: undefined, runs: [] };
    this.#next = commit;
    this.#options.store
      .requestCommit(() => this.#collect(commit))
      .then(
        () => this.#committed(commit),
        (error: unknown) => this.#commitFailed(commit, error),
      );
  }

  #collect(commit: Commit): WriteBatch {
    const dirty = [...this.#dirty];
    this.#dirty = new Set();
    this.#underWay = commit;
    if (this.#next === commit) this.#next = undefined;
    const schedules = [...this.#schedules.values()];
    this.#schedules = new Map();
    commit.runs = dirty.map((run) => [run, run.state.nextEventId - 1] as const);
    const runs = dirty.map((run) => this.#takeWrites(run)).filter((w) => w !== undefined);
    return { runs, schedules };
  }

  #takeWrites(run: LoadedRun): RunWrites | undefined {
    const { state } = run;
    const hasTasks = hasPendingTasks(state);
    const dueMs = isRunning(state) ? state.dueMs : Infinity;
    // A later due time is written only when the stored one has passed: until then the run is looked at too early
    // once, and then finds the right time.
    const hasPassed = run.storedDueMs <= this.#options.clock.nowMs();
    const isDueChanged = dueMs < run.storedDueMs || (hasPassed && dueMs !== run.storedDueMs);
    if (!run.writes?.deleted && (run.recordChanged || isDueChanged || hasTasks !== run.storedHasTasks)) {
      const writes = writesOf(run);
      writes.wake = { dueMs, hasTasks };
      run.storedDueMs = dueMs;
      run.storedHasTasks = hasTasks;
      if (run.recordChanged) {
        writes.record = recordOf(state);
        const values = searchValuesOf(state, this.#options.searchAttributeTypes);
        const hasValues = Object.keys(values).length > 0;
        if (hasValues || run.hasSearchValues) writes.searchAttributes = values;
        run.hasSearchValues = hasValues;
        run.recordChanged = false;
      }
    }
    const writes = run.writes;
    run.writes = undefined;
    return writes;
  }

  #committed(commit: Commit): void {
    for (const [run, eventId] of commit.runs) {
      run.durableEventId = eventId;
      this.#deleting.delete(run.state.run);
      trimTail(run);
      // A closed run is rarely asked for again, and then read from the store; who waits for its end holds it.
      if (!isRunning(run.state) && isEvictable(run) && !this.#dirty.has(run)) this.#forget(run);
      if (run.state.dueMs < Infinity) this.#options.dueTimes.add(run.state.dueMs, run.state.run);
    }
    if (this.#underWay === commit) this.#underWay = undefined;
    this.#options.committed();
    settle(commit, undefined);
    if (this.#loaded.size > this.#options.maxLoadedRuns) this.#evict();
  }

  #commitFailed(commit: Commit, error: unknown): void {
    const next = this.#next;
    this.#underWay = undefined;
    this.#next = undefined;
    for (const failed of [commit, next]) if (failed) settle(failed, { error });
    this.#options.failed(error);
  }

  #evict(): void {
    let excess = this.#loaded.size - this.#options.maxLoadedRuns;
    let looks = excess + 1000;
    for (const run of this.#loaded.values()) {
      if (excess <= 0 || looks-- <= 0) return;
      if (isEvictable(run) && !this.#dirty.has(run)) {
        this.#forget(run);
        excess--;
      } else {
        this.#loaded.delete(run.state.run);
        this.#loaded.set(run.state.run, run);
      }
    }
  }

  #remember(run: LoadedRun): void {
    const { state } = run;
    this.#loaded.set(state.run, run);
    this.#byRunId.set(state.runId, state.run);
  }

  #forget(run: LoadedRun): void {
    const { state } = run;
    this.#loaded.delete(state.run);
    this.#byRunId.delete(state.runId);
    if (this.#current.get(state.workflowId) === state.run) this.#current.delete(state.workflowId);
  }

  #load(key: number): LoadedRun | undefined {
    const { store } = this.#options;
    const stored = this.#deleting.has(key) ? undefined : store.readRun(key);
    if (!stored) return undefined;
    const run = newLoadedRun(newState(key, stored.record.workflowId, stored.record.runId));
    const { state } = run;
    for (const text of store.readEvents(key, 1)) {
      const events = parseEvents(text);
      // Without the brackets and commas of the list that they are stored in.
      state.historySizeBytes += text.length - 1 - events.length;
      for (const event of events) {
        applyEvent(state, event);
        state.nextEventId = event.eventId + 1;
        run.tail.push(event);
      }
    }
    restoreTransient(state, stored.transient);
    // Who started the run is kept when it closes: the same start may be sent again later.
    for (const name of stored.transient.keys()) if (name !== 'q') run.storedKeys.add(name);
    // Under their own keys: what waited before them has gone, and its keys are not used again.
    const bufferKeys = bufferKeysOf(stored.transient);
    for (const [index, event] of state.buffered.entries()) run.bufferKeys.set(event, bufferKeys[index]!);
    run.bufferCount = bufferKeys.length > 0 ? 1 + bufferPosition(bufferKeys[bufferKeys.length - 1]!) : 0;
    run.startRequestId = stored.transient.get('q');
    run.durableEventId = state.nextEventId - 1;
    run.storedDueMs = stored.dueMs;
    run.storedHasTasks = hasPendingTasks(state);
    state.dueMs = nextDueMs(state);
    run.hasSearchValues = Object.keys(state.searchAttributes).length > 0;
    if (!isRunning(state)) run.tail = run.tail.slice(-1);
    trimTail(run);
    this.#remember(run);
    return run;
  }
}

function settle(commit: Commit, failure: { readonly error: unknown } | undefined): void {
  const { waiting } = commit;
  commit.waiting = [];
  for (const call of waiting) call(failure);
}

function promiseOf(commit: Commit): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    commit.waiting.push((failure) => (failure ? reject(failure.error as Error) : resolve()));
  });
  promise.catch(() => undefined);
  return promise;
}

/** After these events the run's row has to be written. */
const recordTypes: ReadonlySet<string> = new Set([
  'WorkflowExecutionStarted',
  'WorkflowExecutionCompleted',
  'WorkflowExecutionFailed',
  'WorkflowExecutionCanceled',
  'WorkflowExecutionTerminated',
  'WorkflowExecutionTimedOut',
  'WorkflowExecutionContinuedAsNew',
  'UpsertWorkflowSearchAttributes',
  'WorkflowPropertiesModified',
]);
