import type { HistoryEvent } from '../../history/event.js';
import type { WorkflowExecution } from '../../history/messages.js';
import type { StartWorkflowExecutionRequest } from '../api/workflow.js';
import type { Clock } from '../clock.js';
import { ServiceError } from '../errors.js';
import type { Store } from '../store.js';
import type { BufferedStart, StoredSchedule } from './machine.js';
import {
  forget,
  keepsTrackOf,
  nextDueMs,
  recordAction,
  recordEnd,
  takeAction,
  takeBackfills,
  takeDueTimes,
  takeFromBuffer,
} from './machine.js';
import type { CompiledSpec } from './spec.js';
import { compileSpec } from './spec.js';

export interface SchedulesOptions {
  readonly store: Store;
  readonly clock: Clock;
  write(scheduleId: string, text: string | null, dueMs: number): void;
  start(request: StartWorkflowExecutionRequest): WorkflowExecution;
  cancel(execution: WorkflowExecution): void;
  terminate(execution: WorkflowExecution): void;
}

interface Loaded {
  readonly stored: StoredSchedule;
  readonly spec: CompiledSpec;
  /** As of its last change: to compute it for all of them at each change of one would cost too much. */
  dueMs: number;
}

/**
 * Owns the schedules and their timer. All schedules are in memory (they are few compared to runs); each change
 * is staged with the starts it makes, in one commit (E2).
 */
export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #byId = new Map<string, Loaded>();
  /** Running workflows by id, to the schedule that started them. */
  readonly #runningIn = new Map<string, string>();
  #cancelTimer: (() => void) | undefined;
  #timerMs = Infinity;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  clear(): void {
    this.#byId.clear();
    this.#runningIn.clear();
    this.#arm();
  }

  /** Reads the store; starts what is due. */
  load(): void {
    this.clear();
    for (let after = ''; ;) {
      const page = this.#options.store.listSchedules(after, 1000);
      for (const { text } of page) {
        const stored = JSON.parse(text) as StoredSchedule;
        const spec = compileSpec(stored.schedule.spec);
        this.#byId.set(stored.scheduleId, { stored, spec, dueMs: nextDueMs(stored, spec) });
        for (const run of stored.running) this.#runningIn.set(run.workflowId ?? '', stored.scheduleId);
      }
      if (page.length < 1000) break;
      after = page[page.length - 1]!.scheduleId;
    }
    this.#arm();
  }

  get(scheduleId: string): Loaded | undefined {
    return this.#byId.get(scheduleId);
  }

  list(afterId: string, limit: number): readonly Loaded[] {
    const ids = [...this.#byId.keys()].filter((id) => id > afterId).sort();
    return ids.slice(0, limit).map((id) => this.#byId.get(id)!);
  }

  /** Adds a schedule, or takes a changed one. */
  put(stored: StoredSchedule): void {
    this.#byId.set(stored.scheduleId, { stored, spec: compileSpec(stored.schedule.spec), dueMs: Infinity });
    this.advance(stored.scheduleId);
  }

  remove(scheduleId: string): void {
    for (const run of this.#byId.get(scheduleId)?.stored.running ?? []) {
      this.#runningIn.delete(run.workflowId ?? '');
    }
    this.#byId.delete(scheduleId);
    this.#options.write(scheduleId, null, Infinity);
    this.#arm();
  }

  /** Takes what is due of a schedule, starts what may start, and stages it. */
  advance(scheduleId: string): void {
    const loaded = this.#byId.get(scheduleId);
    if (!loaded) return;
    const { stored, spec } = loaded;
    takeDueTimes(stored, spec, this.#options.clock.nowMs());
    takeBackfills(stored, spec);
    this.#empty(stored);
    loaded.dueMs = nextDueMs(stored, spec);
    this.#options.write(scheduleId, JSON.stringify(stored), loaded.dueMs);
    this.#arm();
  }

  /** A workflow has ended for good (no further run follows). */
  ended(workflowId: string, event: HistoryEvent): void {
    const scheduleId = this.#runningIn.get(workflowId);
    if (scheduleId === undefined) return;
    this.#runningIn.delete(workflowId);
    const loaded = this.#byId.get(scheduleId);
    if (!loaded) return;
    recordEnd(loaded.stored, workflowId, event);
    this.advance(scheduleId);
  }

  get nextDueMs(): number {
    let least = Infinity;
    for (const { dueMs } of this.#byId.values()) least = Math.min(least, dueMs);
    return least;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#timerMs = -Infinity;
  }

  #empty(stored: StoredSchedule): void {
    for (let again = true; again;) {
      const { starts, runningMust } = takeFromBuffer(stored);
      // What could not run makes room for what waits behind it.
      again = starts.map((start) => takeAction(stored, start) && this.#start(stored, start)).includes(false);
      for (const run of [...stored.running]) {
        if (runningMust === 'cancel') this.#options.cancel(run);
        if (runningMust !== 'terminate') continue;
        // Ending a run comes back through `ended`; the schedule is in the middle of a step, so it is told here.
        this.#runningIn.delete(run.workflowId ?? '');
        forget(stored, run.workflowId ?? '', 'TERMINATED');
        this.#options.terminate(run);
        again = true;
      }
    }
  }

  /** False when the workflow does not start: one of its id runs, or has run for this very time. */
  #start(stored: StoredSchedule, start: BufferedStart): boolean {
    try {
      const run = this.#options.start(startRequestOf(stored, start));
      if (keepsTrackOf(stored, start)) this.#runningIn.set(run.workflowId ?? '', stored.scheduleId);
      recordAction(stored, start, this.#options.clock.nowMs(), run);
      return true;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return false;
    }
  }

  #arm(): void {
    if (this.#timerMs === -Infinity) return;
    const nextMs = this.nextDueMs;
    if (nextMs === this.#timerMs) return;
    this.#cancelTimer?.();
    this.#timerMs = nextMs;
    this.#cancelTimer =
      nextMs === Infinity ? undefined : this.#options.clock.setTimer(nextMs, () => this.#tick());
  }

  #tick(): void {
    this.#timerMs = Infinity;
    this.#cancelTimer = undefined;
    const nowMs = this.#options.clock.nowMs();
    for (const [scheduleId, { dueMs }] of [...this.#byId]) {
      if (dueMs <= nowMs) this.advance(scheduleId);
    }
    this.#arm();
  }
}

function startRequestOf(stored: StoredSchedule, start: BufferedStart): StartWorkflowExecutionRequest {
  const { scheduleId, schedule, lastResult, lastFailure } = stored;
  const { startWorkflow } = schedule.action;
  const time = new Date(start.nominalMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const workflowId = schedule.policies?.keepOriginalWorkflowId
    ? startWorkflow.workflowId
    : `${startWorkflow.workflowId}-${time}`;
  // Workflows that overlap have no last one.
  const follows = keepsTrackOf(stored, start);
  return {
    ...startWorkflow,
    workflowId,
    workflowIdReusePolicy:
      start.manual || schedule.policies?.keepOriginalWorkflowId ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    searchAttributes: {
      indexedFields: {
        ...startWorkflow.searchAttributes?.indexedFields,
        TemporalScheduledById: json(scheduleId, 'Keyword'),
        TemporalScheduledStartTime: json(time, 'Datetime'),
      },
    },
    ...(follows && lastResult && { lastCompletionResult: lastResult }),
    ...(follows && lastFailure && { continuedFailure: lastFailure }),
  };
}

function json(value: string, type: string) {
  return {
    metadata: { encoding: base64('json/plain'), type: base64(type) },
    data: base64(JSON.stringify(value)),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
