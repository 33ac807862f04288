import type { HistoryEvent } from '../history/event.js';
import type { ScheduleWrite, Store } from './store.js';
import { applyEvent } from './apply-event.js';
import { parseEvents } from './parse-stored.js';
import type { SearchAttributeTypes } from './check-fields.js';
import type { Clock, Random } from './clock.js';
import type { Collected, WhenDurable } from './commits.js';
import { Commits } from './commits.js';
import type { DueTimes } from './due-times.js';
import { isRunning, newState } from './state.js';
import { encodeTransient } from './transient.js';
import type { Effect, Transition } from './transition.js';
import { newTransition } from './transition.js';
import { loadRun } from './load-run.js';
import type { LoadedRun } from './loaded-run.js';
import {
  isEvictable,
  newLoadedRun,
  stageBuffer,
  stageTransient,
  takeWrites,
  trimTail,
  writesOf,
} from './loaded-run.js';

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

/**
 * Owns the runs in memory and what of them is not durable yet; when it becomes durable is `Commits`'. It does not
 * know what a request means.
 *
 * 1. A transition and the effects it has on other runs are staged within one turn of the event loop and go into
 *    one commit (E2).
 * 2. A run leaves memory only when all of it is durable and nobody waits on it.
 */
export class Runs {
  readonly #options: RunsOptions;
  readonly #commits: Commits;
  readonly #loaded = new Map<number, LoadedRun>();
  readonly #byRunId = new Map<string, number>();
  readonly #current = new Map<string, number>();
  #dirty = new Set<LoadedRun>();
  /** Deleted, and still in the store until the commit. */
  readonly #deleting = new Set<number>();
  #schedules = new Map<string, ScheduleWrite>();
  #lastKey: number;
  #resets = 0;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#commits = new Commits({
      store: options.store,
      collect: () => this.#collect(),
      settled: () => {
        if (this.#loaded.size > options.maxLoadedRuns) this.#evict();
      },
      failed: options.failed,
    });
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
    this.#carryOut(run, t);
    if (t.appended.length > 0) {
      for (const watch of [...run.watchers]) watch();
      this.#options.grew(run, t);
    }
    return result;
  }

  /** What it does to other runs is in the same commit: when one of those cannot be read, nothing of it is kept. */
  #carryOut(run: LoadedRun, t: Transition): void {
    try {
      for (const effect of t.effects) this.#options.carryOut(run, effect, t);
    } catch (error) {
      this.#commits.spoil(error);
      throw error;
    }
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
    this.#commits.request();
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

  /** Removes a closed run that need not be in memory for it. */
  removeKey(key: number): void {
    this.remove(this.#loaded.get(key) ?? newLoadedRun(newState(key, '', '')));
  }

  durable(): Promise<void> {
    return this.#commits.durable();
  }

  whenDurable(call: WhenDurable): void {
    this.#commits.whenDurable(call);
  }

  flush(): void {
    this.#commits.flush();
  }

  get isSettled(): boolean {
    return this.#commits.isSettled;
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

  /** The same one by one: whoever needs only the first of them does not have the rest decoded. */
  *events(run: LoadedRun, fromEventId: number): Generator<HistoryEvent> {
    const firstInTail = run.tail[0]?.eventId ?? run.state.nextEventId;
    if (fromEventId < firstInTail) {
      for (const text of this.#options.store.readEvents(run.state.run, fromEventId)) {
        for (const event of parseEvents(text)) {
          if (event.eventId >= fromEventId && event.eventId < firstInTail) yield event;
        }
      }
    }
    for (const event of run.tail) if (event.eventId >= fromEventId) yield event;
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
    this.#commits.request();
  }

  #collect(): Collected {
    const dirty = [...this.#dirty];
    this.#dirty = new Set();
    const schedules = [...this.#schedules.values()];
    this.#schedules = new Map();
    // Each with the last event that the commit makes durable.
    const runs = dirty.map((run) => [run, run.state.nextEventId - 1] as const);
    const { clock, searchAttributeTypes: types } = this.#options;
    const nowMs = clock.nowMs();
    const writes = dirty.map((run) => takeWrites(run, types, nowMs)).filter((w) => w !== undefined);
    return { batch: { runs: writes, schedules }, committed: () => this.#committed(runs) };
  }

  #committed(runs: readonly (readonly [LoadedRun, number])[]): void {
    for (const [run, eventId] of runs) {
      run.durableEventId = eventId;
      this.#deleting.delete(run.state.run);
      trimTail(run);
      // A closed run is rarely asked for again, and then read from the store; who waits for its end holds it.
      if (!isRunning(run.state) && isEvictable(run) && !this.#dirty.has(run)) this.#forget(run);
      if (run.state.dueMs < Infinity) this.#options.dueTimes.add(run.state.dueMs, run.state.run);
    }
    this.#options.committed();
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
    const run = this.#deleting.has(key) ? undefined : loadRun(this.#options.store, key);
    if (run) this.#remember(run);
    return run;
  }
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
