import type { HistoryEvent } from '../../history/event.js';
import type { Failure, Memo, SearchAttributes, WorkflowExecution } from '../../history/messages.js';
import type { Payload } from '../../history/payload.js';
import type {
  Schedule,
  ScheduleActionResult,
  ScheduleOverlapPolicy,
  SchedulePatch,
} from '../api/schedules.js';
import { limits } from '../limits.js';
import type { CompiledSpec } from './spec.js';
import { nextTime, withJitter } from './spec.js';

/**
 * A schedule as it is stored. Its machine: times come due and go into the buffer as starts; a start leaves the
 * buffer by its overlap policy, when a workflow of the schedule is running:
 *
 * | policy          | while one is running                         |
 * |-----------------|----------------------------------------------|
 * | SKIP            | the start is dropped                         |
 * | BUFFER_ONE      | the first start waits, the others are dropped |
 * | BUFFER_ALL      | all wait, and run one after the other        |
 * | CANCEL_OTHER    | the other is cancelled, the newest start waits |
 * | TERMINATE_OTHER | the other is terminated, the start runs      |
 * | ALLOW_ALL       | the start runs as well                       |
 */
export interface StoredSchedule {
  readonly scheduleId: string;
  schedule: Schedule;
  readonly memo?: Memo;
  readonly searchAttributes?: SearchAttributes;
  readonly requestId?: string;
  conflictToken: number;
  /** Times up to here are done with. */
  processedMs: number;
  buffer: BufferedStart[];
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
  readonly overlapPolicy: ScheduleOverlapPolicy;
  /** Triggered or backfilled: neither pause nor the limit of actions holds it. */
  readonly manual: boolean;
}

const defaultCatchupMs = 365 * 86_400_000;
const leastCatchupMs = 10_000;

/** Buffers the times that have come, and says when to look again. */
export function takeDueTimes(s: StoredSchedule, spec: CompiledSpec, nowMs: number): void {
  const catchupMs = Math.max(s.schedule.policies?.catchupWindowMs ?? defaultCatchupMs, leastCatchupMs);
  for (let count = 0; count < limits.scheduleBuffer; count++) {
    const nominalMs = nextTime(spec, s.processedMs);
    if (nominalMs === undefined || withJitter(spec, s.scheduleId, nominalMs) > nowMs) return;
    s.processedMs = nominalMs;
    if (!mayAct(s)) continue;
    if (nowMs - nominalMs > catchupMs) s.missedCatchupWindow++;
    else buffer(s, { nominalMs, overlapPolicy: policyOf(s), manual: false });
  }
}

export function nextDueMs(s: StoredSchedule, spec: CompiledSpec): number {
  if (!mayAct(s)) return Infinity;
  const next = nextTime(spec, s.processedMs);
  return next === undefined ? Infinity : withJitter(spec, s.scheduleId, next);
}

function mayAct({ schedule }: StoredSchedule): boolean {
  const { paused, limitedActions, remainingActions = 0 } = schedule.state ?? {};
  return !paused && !(limitedActions && remainingActions <= 0);
}

export function policyOf({ schedule }: StoredSchedule, own?: ScheduleOverlapPolicy): ScheduleOverlapPolicy {
  const policy = own && own !== 'UNSPECIFIED' ? own : schedule.policies?.overlapPolicy;
  return policy && policy !== 'UNSPECIFIED' ? policy : 'SKIP';
}

function buffer(s: StoredSchedule, start: BufferedStart): void {
  if (s.buffer.length >= limits.scheduleBuffer) s.bufferDropped++;
  else s.buffer.push(start);
}

export type BufferStep =
  | { readonly type: 'start'; readonly start: BufferedStart }
  | { readonly type: 'cancelRunning' }
  | { readonly type: 'terminateRunning' };

/** What to do with the buffer next; `undefined` when nothing is to be done now. Drops what the policies drop. */
export function nextStep(s: StoredSchedule): BufferStep | undefined {
  for (;;) {
    const [first] = s.buffer;
    if (!first) return undefined;
    if (s.running.length === 0 || first.overlapPolicy === 'ALLOW_ALL') {
      s.buffer.shift();
      if (!first.manual && !mayAct(s)) continue;
      return { type: 'start', start: first };
    }
    switch (first.overlapPolicy) {
      case 'BUFFER_ALL':
        return undefined;
      case 'BUFFER_ONE':
        s.overlapSkipped += s.buffer.length - 1;
        s.buffer = [first];
        return undefined;
      case 'CANCEL_OTHER': {
        const newest = s.buffer[s.buffer.length - 1]!;
        s.overlapSkipped += s.buffer.length - 1;
        s.buffer = [newest];
        return { type: 'cancelRunning' };
      }
      case 'TERMINATE_OTHER':
        return { type: 'terminateRunning' };
      default:
        s.buffer.shift();
        s.overlapSkipped++;
    }
  }
}

export function recordAction(
  s: StoredSchedule,
  start: BufferedStart,
  nowMs: number,
  run: WorkflowExecution,
): void {
  s.actionCount++;
  s.running.push(run);
  const { state } = s.schedule;
  if (state?.limitedActions && !start.manual) {
    s.schedule = {
      ...s.schedule,
      state: { ...state, remainingActions: Math.max(0, (state.remainingActions ?? 0) - 1) },
    };
  }
  const result = { scheduleTimeMs: start.nominalMs, actualTimeMs: nowMs, startWorkflowResult: run };
  s.recentActions = [...s.recentActions, result].slice(-limits.scheduleRecentActions);
}

/** A workflow of the schedule has ended. */
export function recordEnd(s: StoredSchedule, workflowId: string, event: HistoryEvent): void {
  s.running = s.running.filter((run) => run.workflowId !== workflowId);
  if (event.type === 'WorkflowExecutionCompleted') {
    if (event.attributes.result) s.lastResult = event.attributes.result;
    delete s.lastFailure;
    return;
  }
  if (event.type === 'WorkflowExecutionFailed' && event.attributes.failure)
    s.lastFailure = event.attributes.failure;
  const failed = event.type === 'WorkflowExecutionFailed' || event.type === 'WorkflowExecutionTimedOut';
  if (!failed || !s.schedule.policies?.pauseOnFailure) return;
  const notes = `paused due to workflow failure: ${workflowId}`;
  s.schedule = { ...s.schedule, state: { ...s.schedule.state, paused: true, notes } };
}

export function applyPatch(s: StoredSchedule, spec: CompiledSpec, patch: SchedulePatch, nowMs: number): void {
  const { pause, unpause, triggerImmediately, backfillRequest } = patch;
  const paused = pause ? true : unpause ? false : undefined;
  if (paused !== undefined) {
    const notes = pause || unpause || '';
    s.schedule = { ...s.schedule, state: { ...s.schedule.state, paused, notes } };
    // What was missed while paused is not made up for.
    if (!paused) s.processedMs = Math.max(s.processedMs, nowMs);
  }
  if (triggerImmediately) {
    const nominalMs = Math.floor(nowMs / 1000) * 1000;
    buffer(s, { nominalMs, overlapPolicy: policyOf(s, triggerImmediately.overlapPolicy), manual: true });
  }
  for (const { startTimeMs, endTimeMs, overlapPolicy } of backfillRequest ?? []) {
    let at = nextTime(spec, startTimeMs - 1);
    for (let count = 0; at !== undefined && at <= endTimeMs && count < limits.scheduleBuffer; count++) {
      buffer(s, { nominalMs: at, overlapPolicy: policyOf(s, overlapPolicy), manual: true });
      at = nextTime(spec, at);
    }
  }
}
