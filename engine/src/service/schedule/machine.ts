import type { HistoryEvent } from '../../history/event.js';
import type { Failure, Memo, SearchAttributes, WorkflowExecution } from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';
import type {
  BackfillRequest,
  Schedule,
  ScheduleActionResult,
  ScheduleOverlapPolicy,
  SchedulePatch,
} from '../api/schedules.js';
import type { WorkflowExecutionStatus } from '../api/common.js';
import { limits } from '../limits.js';
import type { CompiledSpec } from './spec.js';
import { nextTime, withJitter } from './spec.js';

/**
 * A schedule as it is stored. Its machine: times come due and go into the buffer as starts, and backfills fill half of
 * the buffer; a start leaves the buffer by its overlap policy, when a workflow of the schedule is running:
 *
 * | policy          | while one is running                            | when another start is about to run |
 * |-----------------|-------------------------------------------------|------------------------------------|
 * | SKIP            | the start is dropped                            | the start is dropped               |
 * | BUFFER_ONE      | the first start waits, the others are dropped   | as while one is running            |
 * | BUFFER_ALL      | all wait, and run one after the other           | it waits                           |
 * | CANCEL_OTHER    | the other is cancelled, the starts wait         | it takes that one's place          |
 * | TERMINATE_OTHER | the other is terminated, the starts wait        | it takes that one's place          |
 * | ALLOW_ALL       | the start runs as well, and is not kept track of | the same                          |
 */
export interface StoredSchedule {
  readonly scheduleId: string;
  schedule: Schedule;
  readonly memo?: Memo;
  searchAttributes?: SearchAttributes;
  readonly requestId?: string;
  conflictToken: number;
  /** Times up to here are done with. */
  processedMs: number;
  buffer: BufferedStart[];
  /** What is left of the backfills; absent in schedules of older files. */
  backfills?: BackfillRequest[];
  running: WorkflowExecution[];
  lastResult?: readonly Payload[];
  lastFailure?: Failure;
  actionCount: number;
  missedCatchupWindow: number;
  overlapSkipped: number;
  bufferDropped: number;
  recentActions: ScheduleActionResult[];
  readonly createTimeMs: number;
  updateTimeMs?: number;
}

export interface BufferedStart {
  readonly nominalMs: number;
  /** With jitter. */
  readonly actualMs: number;
  /** Unspecified: the schedule's, as it is when the start's turn comes. */
  readonly overlapPolicy: ScheduleOverlapPolicy;
  /** Triggered or backfilled: neither pause nor the limit of actions holds it. */
  readonly manual: boolean;
}

const defaultCatchupMs = 365 * 86_400_000;
const leastCatchupMs = 10_000;

export function catchupWindowMs({ schedule }: StoredSchedule): number {
  return Math.max(schedule.policies?.catchupWindowMs ?? defaultCatchupMs, leastCatchupMs);
}

/** Buffers the times that have come. */
export function takeDueTimes(s: StoredSchedule, spec: CompiledSpec, nowMs: number): void {
  if (!mayAct(s)) {
    // What is missed while nothing may run is not made up for.
    s.processedMs = Math.max(s.processedMs, nowMs);
    return;
  }
  const catchupMs = catchupWindowMs(s);
  for (let count = 0; count < limits.scheduleBuffer; count++) {
    const nominalMs = nextTime(spec, s.processedMs);
    const actualMs = nominalMs === undefined ? Infinity : withJitter(spec, s.scheduleId, nominalMs);
    if (nominalMs === undefined || actualMs > nowMs) return;
    s.processedMs = nominalMs;
    // Of a changed spec only the times after the change count.
    if (actualMs < (s.updateTimeMs ?? 0)) continue;
    if (nowMs - actualMs > catchupMs) s.missedCatchupWindow++;
    else buffer(s, { nominalMs, actualMs, overlapPolicy: 'UNSPECIFIED', manual: false });
  }
}

/** Backfills take half of the buffer, so that times that come due find room. */
const backfillRoom = limits.scheduleBuffer / 2;

/** Buffers what has room of the backfills, as manual starts. */
export function takeBackfills(s: StoredSchedule, spec: CompiledSpec): void {
  for (let first = s.backfills?.[0]; first && s.buffer.length < backfillRoom; first = s.backfills?.[0]) {
    const { overlapPolicy = 'UNSPECIFIED', endTimeMs } = first;
    const at = nextTime(spec, first.startTimeMs - 1);
    if (at === undefined || at > endTimeMs) {
      s.backfills!.shift();
      continue;
    }
    buffer(s, { nominalMs: at, actualMs: withJitter(spec, s.scheduleId, at), overlapPolicy, manual: true });
    s.backfills![0] = { ...first, startTimeMs: at + 1 };
  }
}

/** When to look again; a backfill that has room goes on at once. */
export function nextDueMs(s: StoredSchedule, spec: CompiledSpec): number {
  if (s.backfills?.length && s.buffer.length < backfillRoom) return 0;
  if (!mayAct(s)) return Infinity;
  const next = nextTime(spec, s.processedMs);
  return next === undefined ? Infinity : withJitter(spec, s.scheduleId, next);
}

function mayAct({ schedule }: StoredSchedule): boolean {
  const { paused, limitedActions, remainingActions = 0 } = schedule.state ?? {};
  return !paused && !(limitedActions && remainingActions <= 0);
}

/** Whether the start may run now; one that may counts against the limit of actions. */
export function takeAction(s: StoredSchedule, start: BufferedStart): boolean {
  if (start.manual) return true;
  if (!mayAct(s)) return false;

  const { state } = s.schedule;
  if (state?.limitedActions) {
    s.schedule = { ...s.schedule, state: { ...state, remainingActions: (state.remainingActions ?? 0) - 1 } };
    s.conflictToken++;
  }
  return true;
}

export function policyOf({ schedule }: StoredSchedule, own?: ScheduleOverlapPolicy): ScheduleOverlapPolicy {
  const policy = own && own !== 'UNSPECIFIED' ? own : schedule.policies?.overlapPolicy;
  return policy && policy !== 'UNSPECIFIED' ? policy : 'SKIP';
}

function buffer(s: StoredSchedule, start: BufferedStart): void {
  if (s.buffer.length >= limits.scheduleBuffer) s.bufferDropped++;
  else s.buffer.push(start);
}

export interface BufferStep {
  readonly starts: readonly BufferedStart[];
  readonly runningMust?: 'cancel' | 'terminate';
}

/** Takes from the buffer what its policies let run now, or drop, and says what the running workflows have to do. */
export function takeFromBuffer(s: StoredSchedule): BufferStep {
  const isRunning = s.running.length > 0;
  const together: BufferedStart[] = [];
  const waiting: BufferedStart[] = [];
  let alone: BufferedStart | undefined;
  let runningMust: BufferStep['runningMust'];
  for (const start of s.buffer) {
    const policy = policyOf(s, start.overlapPolicy);
    if (policy === 'ALLOW_ALL') together.push(start);
    else if (!isRunning && !alone) alone = start;
    else if (policy === 'BUFFER_ALL' || (policy === 'BUFFER_ONE' && waiting.length === 0))
      waiting.push(start);
    else if (policy === 'SKIP' || policy === 'BUFFER_ONE') s.overlapSkipped++;
    else if (!isRunning) alone = start;
    else {
      waiting.push(start);
      if (runningMust !== 'terminate') runningMust = policy === 'TERMINATE_OTHER' ? 'terminate' : 'cancel';
    }
  }
  s.buffer = waiting;
  // Those that run together would have to end at once, too.
  const starts = [...(runningMust ? [] : together), ...(alone ? [alone] : [])];
  return { starts, ...(runningMust && { runningMust }) };
}

/** Whether the schedule waits for the end of what it starts. */
export function keepsTrackOf(s: StoredSchedule, start: BufferedStart): boolean {
  return policyOf(s, start.overlapPolicy) !== 'ALLOW_ALL';
}

export function recordAction(
  s: StoredSchedule,
  start: BufferedStart,
  nowMs: number,
  run: WorkflowExecution,
): void {
  s.actionCount++;
  if (keepsTrackOf(s, start)) s.running.push(run);
  const result: ScheduleActionResult = {
    scheduleTimeMs: start.actualMs,
    actualTimeMs: nowMs,
    startWorkflowResult: run,
    startWorkflowStatus: 'RUNNING',
  };
  s.recentActions = [...s.recentActions, result].slice(-limits.scheduleRecentActions);
}

const statusOfEnd: Readonly<Partial<Record<HistoryEvent['type'], WorkflowExecutionStatus>>> = {
  WorkflowExecutionCompleted: 'COMPLETED',
  WorkflowExecutionFailed: 'FAILED',
  WorkflowExecutionCanceled: 'CANCELED',
  WorkflowExecutionTerminated: 'TERMINATED',
  WorkflowExecutionTimedOut: 'TIMED_OUT',
};

/** A workflow of the schedule has ended. */
export function recordEnd(s: StoredSchedule, workflowId: string, event: HistoryEvent): void {
  forget(s, workflowId, statusOfEnd[event.type] ?? 'RUNNING');
  if (event.type === 'WorkflowExecutionCompleted') {
    if (event.attributes.result) s.lastResult = event.attributes.result;
    delete s.lastFailure;
  } else if (event.type === 'WorkflowExecutionFailed') {
    if (event.attributes.failure) s.lastFailure = event.attributes.failure;
    pauseOnFailure(s, `failure: ${workflowId}: ${event.attributes.failure?.message ?? ''}`);
  } else if (event.type === 'WorkflowExecutionTimedOut') {
    pauseOnFailure(s, `timeout: ${workflowId}`);
  }
}

/** The workflow runs no longer. */
export function forget(
  s: StoredSchedule,
  workflowId: string,
  startWorkflowStatus: WorkflowExecutionStatus,
): void {
  s.running = s.running.filter((run) => run.workflowId !== workflowId);
  s.recentActions = s.recentActions.map((action) =>
    action.startWorkflowResult.workflowId === workflowId ? { ...action, startWorkflowStatus } : action,
  );
}

function pauseOnFailure(s: StoredSchedule, what: string): void {
  if (!s.schedule.policies?.pauseOnFailure || s.schedule.state?.paused) return;
  const notes = `paused due to workflow ${what}`;
  s.schedule = { ...s.schedule, state: { ...s.schedule.state, paused: true, notes } };
  s.conflictToken++;
}

export function applyPatch(s: StoredSchedule, patch: SchedulePatch, nowMs: number): void {
  const { pause, unpause, triggerImmediately, backfillRequest = [] } = patch;
  if (triggerImmediately) {
    const { overlapPolicy = 'UNSPECIFIED' } = triggerImmediately;
    buffer(s, { nominalMs: nowMs, actualMs: nowMs, overlapPolicy, manual: true });
  }
  const backfills = [...(s.backfills ?? []), ...backfillRequest];
  s.backfills = backfills.slice(0, limits.scheduleBuffer);
  s.bufferDropped += backfills.length - s.backfills.length;
  const paused = unpause ? false : pause ? true : undefined;
  if (paused === undefined) return;
  // What was missed while paused is not made up for.
  if (s.schedule.state?.paused) s.processedMs = Math.max(s.processedMs, nowMs);
  s.schedule = { ...s.schedule, state: { ...s.schedule.state, paused, notes: unpause || pause || '' } };
}
