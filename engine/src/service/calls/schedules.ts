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
  UpdateScheduleRequest,
} from '../api/schedules.js';
import type { ServiceContext } from '../context.js';
import { invalidArgument, notFound, ServiceError } from '../errors.js';
import { limits } from '../limits.js';
import type { StoredSchedule } from '../schedule/machine.js';
import { applyPatch } from '../schedule/machine.js';
import type { CompiledSpec } from '../schedule/spec.js';
import { compileSpec, nextTime, withJitter } from '../schedule/spec.js';
import { checkId, checkStart } from '../start.js';

export async function createSchedule(
  ctx: ServiceContext,
  request: CreateScheduleRequest,
): Promise<{ readonly conflictToken: string }> {
  const { scheduleId, schedule, initialPatch, memo, searchAttributes, requestId } = request;
  checkId('scheduleId', scheduleId);
  const spec = checkSchedule(ctx, schedule);
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
    schedule,
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
  if (initialPatch) applyPatch(stored, spec, initialPatch, nowMs);
  ctx.schedules.put(stored);
  await ctx.runs.durable();
  return { conflictToken: tokenOf(stored) };
}

function checkSchedule(ctx: ServiceContext, schedule: Schedule): CompiledSpec {
  checkStart(schedule.action.startWorkflow, ctx.searchAttributeTypes);
  const { catchupWindowMs } = schedule.policies ?? {};
  if (catchupWindowMs !== undefined && !(catchupWindowMs >= 0)) {
    throw invalidArgument('schedule policies: catchupWindow must not be negative');
  }
  return compileSpec(schedule.spec);
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
    schedule: stored.schedule,
    info: {
      actionCount: stored.actionCount,
      missedCatchupWindow: stored.missedCatchupWindow,
      overlapSkipped: stored.overlapSkipped,
      bufferDropped: stored.bufferDropped,
      bufferSize: stored.buffer.length,
      runningWorkflows: stored.running,
      recentActions: stored.recentActions,
      futureActionTimesMs: futureTimes(stored, spec),
      createTimeMs: stored.createTimeMs,
      ...(stored.updateTimeMs !== undefined && { updateTimeMs: stored.updateTimeMs }),
    },
    ...(stored.memo && { memo: stored.memo }),
    ...(stored.searchAttributes && { searchAttributes: stored.searchAttributes }),
    conflictToken: tokenOf(stored),
  };
}

function futureTimes(stored: StoredSchedule, spec: CompiledSpec): number[] {
  const times: number[] = [];
  let at = nextTime(spec, stored.processedMs);
  while (at !== undefined && times.length < limits.schedulePreviewActions) {
    times.push(withJitter(spec, stored.scheduleId, at));
    at = nextTime(spec, at);
  }
  return times;
}

export async function updateSchedule(ctx: ServiceContext, request: UpdateScheduleRequest): Promise<void> {
  const { stored } = find(ctx, request.scheduleId);
  checkSchedule(ctx, request.schedule);
  if (request.conflictToken && request.conflictToken !== tokenOf(stored)) {
    const message = `schedule '${request.scheduleId}' was changed since it was described; describe it again`;
    throw new ServiceError('RFN2009', 'FAILED_PRECONDITION', 'MismatchedConflictToken', message);
  }
  const nowMs = ctx.clock.nowMs();
  stored.schedule = request.schedule;
  stored.conflictToken++;
  stored.updateTimeMs = nowMs;
  stored.processedMs = Math.max(stored.processedMs, nowMs);
  ctx.schedules.put(stored);
  await ctx.runs.durable();
}

export async function patchSchedule(ctx: ServiceContext, request: PatchScheduleRequest): Promise<void> {
  const { stored, spec } = find(ctx, request.scheduleId);
  applyPatch(stored, spec, request.patch, ctx.clock.nowMs());
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
        recentActions: stored.recentActions,
        futureActionTimesMs: futureTimes(stored, spec),
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
  let at = nextTime(spec, request.startTimeMs - 1);
  while (at !== undefined && at <= request.endTimeMs && startTimesMs.length < limits.scheduleBuffer) {
    startTimesMs.push(withJitter(spec, stored.scheduleId, at));
    at = nextTime(spec, at);
  }
  return { startTimesMs };
}
