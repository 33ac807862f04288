import type {
  CreateScheduleRequest,
  DeleteScheduleRequest,
  DescribeScheduleRequest,
  DescribeScheduleResponse,
  ListScheduleMatchingTimesRequest,
  ListScheduleMatchingTimesResponse,
  ListSchedulesRequest,
  ListSchedulesResponse,
  PatchScheduleRequest,
  Schedule,
  ScheduleOverlapPolicy,
  SchedulePatch,
  UpdateScheduleRequest,
} from '../api/schedules.js';
import { checkSearchAttributes } from '../check-fields.js';
import type { ServiceContext } from '../context.js';
import { invalidArgument, notFound, ServiceError } from '../errors.js';
import { limits } from '../limits.js';
import type { StoredSchedule } from '../schedule/machine.js';
import { applyPatch, catchupWindowMs, policyOf } from '../schedule/machine.js';
import type { CompiledSpec } from '../schedule/spec.js';
import { canonicalSpec, compileSpec, nextTime, withJitter } from '../schedule/spec.js';
import { checkId, checkStart } from '../start.js';

export async function createSchedule(
  ctx: ServiceContext,
  request: CreateScheduleRequest,
): Promise<{ readonly conflictToken: string }> {
  const { scheduleId, schedule, initialPatch, memo, searchAttributes, requestId } = request;
  checkId('scheduleId', scheduleId);
  checkSchedule(ctx, schedule);
  checkSearchAttributes(searchAttributes, ctx.searchAttributeTypes);
  if (initialPatch) checkPatch(initialPatch);
  const existing = ctx.schedules.get(scheduleId)?.stored;
  if (existing) {
    if (requestId !== undefined && existing.requestId === requestId)
      return { conflictToken: tokenOf(existing) };
    const message = `schedule with id '${scheduleId}' is already registered`;
    // Temporal's detail: to its server a schedule is a workflow.
    throw new ServiceError('RFN2003', 'ALREADY_EXISTS', 'WorkflowExecutionAlreadyStarted', message);
  }
  const nowMs = ctx.clock.nowMs();
  const stored: StoredSchedule = {
    scheduleId,
    schedule: canonical(schedule),
    ...(memo && { memo }),
    ...(searchAttributes && { searchAttributes }),
    ...(requestId !== undefined && { requestId }),
    conflictToken: 1,
    processedMs: nowMs,
    buffer: [],
    running: [],
    actionCount: 0,
    missedCatchupWindow: 0,
    overlapSkipped: 0,
    bufferDropped: 0,
    recentActions: [],
    createTimeMs: nowMs,
  };
  if (initialPatch) applyPatch(stored, initialPatch, nowMs);
  ctx.schedules.put(stored);
  await ctx.runs.durable();
  return { conflictToken: tokenOf(stored) };
}

function checkSchedule(ctx: ServiceContext, { action, policies, spec, state }: Schedule): void {
  const { startWorkflow } = action;
  checkStart(startWorkflow, ctx.searchAttributeTypes);
  checkId('workflowId with the time of a start', `${startWorkflow.workflowId}-2009-11-10T23:00:00Z`);
  for (const option of ['cronSchedule', 'workflowStartDelayMs', 'requestId'] as const) {
    if (startWorkflow[option]) throw invalidArgument(`schedule action: ${option} is not allowed`);
  }
  const { workflowIdReusePolicy: reuse, workflowIdConflictPolicy: conflict } = startWorkflow;
  if (![undefined, 'UNSPECIFIED', 'ALLOW_DUPLICATE'].includes(reuse)) {
    throw invalidArgument(`schedule action: workflowIdReusePolicy ${reuse} is not allowed`);
  }
  if (conflict && conflict !== 'UNSPECIFIED') {
    throw invalidArgument(
      'schedule action: workflowIdConflictPolicy is not allowed; choose an overlap policy',
    );
  }
  checkOverlap('schedule policies: overlapPolicy', policies?.overlapPolicy);
  const { catchupWindowMs: catchupMs } = policies ?? {};
  if (catchupMs !== undefined && !(catchupMs >= 0)) {
    throw invalidArgument(`schedule policies: catchupWindow must not be negative, found ${catchupMs} ms`);
  }
  const remaining = state?.remainingActions ?? 0;
  if (!Number.isInteger(remaining) || remaining < 0) {
    throw invalidArgument(
      `schedule state: remainingActions must be a whole number of at least 0, found ${remaining}`,
    );
  }
  checkNotes('schedule state: notes', state?.notes);
  compileSpec(spec);
}

function checkPatch({ pause, unpause, triggerImmediately, backfillRequest = [] }: SchedulePatch): void {
  checkNotes('pause', pause);
  checkNotes('unpause', unpause);
  checkOverlap('triggerImmediately: overlapPolicy', triggerImmediately?.overlapPolicy);
  for (const { startTimeMs, endTimeMs, overlapPolicy } of backfillRequest) {
    checkOverlap('backfillRequest: overlapPolicy', overlapPolicy);
    if (!(startTimeMs <= endTimeMs)) {
      throw invalidArgument('backfillRequest: endTime must not be before startTime, and both must be times');
    }
  }
}

const overlapPolicies: readonly ScheduleOverlapPolicy[] = [
  'UNSPECIFIED',
  'SKIP',
  'BUFFER_ONE',
  'BUFFER_ALL',
  'CANCEL_OTHER',
  'TERMINATE_OTHER',
  'ALLOW_ALL',
];

function checkOverlap(option: string, policy: ScheduleOverlapPolicy = 'UNSPECIFIED'): void {
  if (!overlapPolicies.includes(policy))
    throw invalidArgument(`${option}: '${policy}' is not an overlap policy`);
}

function checkNotes(option: string, notes = ''): void {
  if (notes.length > limits.scheduleNotesLength) {
    throw invalidArgument(`${option} is longer than ${limits.scheduleNotesLength} characters`);
  }
}

function canonical(schedule: Schedule): Schedule {
  return { ...schedule, spec: canonicalSpec(schedule.spec) };
}

function tokenOf(stored: StoredSchedule): string {
  return Buffer.from(String(stored.conflictToken)).toString('base64');
}

function find(ctx: ServiceContext, scheduleId: string) {
  const loaded = ctx.schedules.get(scheduleId);
  if (!loaded) throw notFound(`schedule '${scheduleId}' not found`);
  return loaded;
}

export async function describeSchedule(
  ctx: ServiceContext,
  { scheduleId }: DescribeScheduleRequest,
): Promise<DescribeScheduleResponse> {
  const { stored, spec } = find(ctx, scheduleId);
  await ctx.runs.durable();
  return {
    schedule: {
      ...stored.schedule,
      policies: {
        ...stored.schedule.policies,
        overlapPolicy: policyOf(stored),
        catchupWindowMs: catchupWindowMs(stored),
      },
    },
    info: {
      actionCount: stored.actionCount,
      missedCatchupWindow: stored.missedCatchupWindow,
      overlapSkipped: stored.overlapSkipped,
      bufferDropped: stored.bufferDropped,
      bufferSize: stored.buffer.length,
      runningWorkflows: stored.running,
      recentActions: stored.recentActions,
      futureActionTimesMs: futureTimes(stored, spec, limits.schedulePreviewActions),
      createTimeMs: stored.createTimeMs,
      ...(stored.updateTimeMs !== undefined && { updateTimeMs: stored.updateTimeMs }),
    },
    ...(stored.memo && { memo: stored.memo }),
    ...(stored.searchAttributes && { searchAttributes: stored.searchAttributes }),
    conflictToken: tokenOf(stored),
  };
}

function futureTimes(stored: StoredSchedule, spec: CompiledSpec, most: number): number[] {
  const { limitedActions, remainingActions = 0 } = stored.schedule.state ?? {};
  const count = limitedActions ? Math.min(most, remainingActions) : most;
  const times: number[] = [];
  let at = nextTime(spec, stored.processedMs);
  while (at !== undefined && times.length < count) {
    const actualMs = withJitter(spec, stored.scheduleId, at);
    if (actualMs >= (stored.updateTimeMs ?? 0)) times.push(actualMs);
    at = nextTime(spec, at);
  }
  return times;
}

export async function updateSchedule(ctx: ServiceContext, request: UpdateScheduleRequest): Promise<void> {
  const { stored } = find(ctx, request.scheduleId);
  checkSchedule(ctx, request.schedule);
  checkSearchAttributes(request.searchAttributes, ctx.searchAttributeTypes);
  if (request.conflictToken && request.conflictToken !== tokenOf(stored)) {
    const message = `schedule '${request.scheduleId}' was changed since it was described; describe it again`;
    throw new ServiceError('RFN2009', 'FAILED_PRECONDITION', 'MismatchedConflictToken', message);
  }
  const nowMs = ctx.clock.nowMs();
  stored.schedule = canonical(request.schedule);
  if (request.searchAttributes) stored.searchAttributes = request.searchAttributes;
  stored.conflictToken++;
  stored.updateTimeMs = nowMs;
  // A time that has passed may still act, when its jitter takes it past the change.
  stored.processedMs = Math.max(stored.processedMs, nowMs - (request.schedule.spec.jitterMs ?? 0) - 1);
  ctx.schedules.put(stored);
  await ctx.runs.durable();
}

export async function patchSchedule(ctx: ServiceContext, request: PatchScheduleRequest): Promise<void> {
  const { stored } = find(ctx, request.scheduleId);
  checkPatch(request.patch);
  applyPatch(stored, request.patch, ctx.clock.nowMs());
  stored.conflictToken++;
  ctx.schedules.advance(request.scheduleId);
  await ctx.runs.durable();
}

export async function deleteSchedule(
  ctx: ServiceContext,
  { scheduleId }: DeleteScheduleRequest,
): Promise<void> {
  find(ctx, scheduleId);
  ctx.schedules.remove(scheduleId);
  await ctx.runs.durable();
}

export async function listSchedules(
  ctx: ServiceContext,
  request: ListSchedulesRequest,
): Promise<ListSchedulesResponse> {
  const pageSize = Math.min(request.maximumPageSize || limits.pageSize, limits.pageSize);
  await ctx.runs.durable();
  const found = ctx.schedules.list(request.nextPageToken ?? '', pageSize);
  const last = found[found.length - 1]?.stored.scheduleId;
  return {
    schedules: found.map(({ stored, spec }) => ({
      scheduleId: stored.scheduleId,
      ...(stored.memo && { memo: stored.memo }),
      ...(stored.searchAttributes && { searchAttributes: stored.searchAttributes }),
      info: {
        spec: stored.schedule.spec,
        workflowType: stored.schedule.action.startWorkflow.workflowType.name,
        ...(stored.schedule.state?.notes !== undefined && { notes: stored.schedule.state.notes }),
        paused: stored.schedule.state?.paused ?? false,
        recentActions: stored.recentActions.slice(-limits.scheduleListedActions),
        futureActionTimesMs: futureTimes(stored, spec, limits.scheduleListedActions),
      },
    })),
    ...(found.length === pageSize && last !== undefined && { nextPageToken: last }),
  };
}

export async function listScheduleMatchingTimes(
  ctx: ServiceContext,
  request: ListScheduleMatchingTimesRequest,
): Promise<ListScheduleMatchingTimesResponse> {
  const { stored, spec } = find(ctx, request.scheduleId);
  const startTimesMs: number[] = [];
  let at = nextTime(spec, request.startTimeMs);
  while (at !== undefined && at <= request.endTimeMs && startTimesMs.length < limits.scheduleBuffer) {
    startTimesMs.push(withJitter(spec, stored.scheduleId, at));
    at = nextTime(spec, at);
  }
  return { startTimesMs };
}
