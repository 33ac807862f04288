import type {
  DeleteWorkflowExecutionRequest,
  DescribeWorkflowExecutionRequest,
  DescribeWorkflowExecutionResponse,
  PendingActivityInfo,
  PendingWorkflowTaskInfo,
  RequestCancelWorkflowExecutionRequest,
  TerminateWorkflowExecutionRequest,
} from '../api/workflow.js';
import { terminateRun } from '../close.js';
import type { ServiceContext } from '../context.js';
import { openRunOf, runOf, runOfChain } from '../context.js';
import { terminate } from '../effects.js';
import { requestCancel } from '../from-outside.js';
import { infoOf } from '../info.js';
import { limitWarnings } from '../limit-warnings.js';
import { recordOf } from '../record.js';
import type { ActivityState, ExecutionState } from '../state.js';
import { isRunning, taskQueueOf } from '../state.js';
import { finish } from '../transition.js';

export async function requestCancelWorkflowExecution(
  ctx: ServiceContext,
  request: RequestCancelWorkflowExecutionRequest,
): Promise<void> {
  const run = runOfChain(ctx, request.workflowExecution, request.firstExecutionRunId);
  // As with Temporal: what has ended needs no cancelling, and that is no error.
  if (!isRunning(run.state)) return;
  const { reason, identity } = request;
  ctx.runs.transact(run, (t) => {
    requestCancel(t, { ...(reason && { cause: reason }), identity: identity ?? '' });
  });
  await ctx.runs.durable();
}

export async function terminateWorkflowExecution(
  ctx: ServiceContext,
  request: TerminateWorkflowExecutionRequest,
): Promise<void> {
  const run = openRunOf(ctx, request.workflowExecution, request.firstExecutionRunId);
  const { reason, details, identity } = request;
  ctx.runs.transact(run, (t) => {
    terminateRun(t, {
      ...(reason !== undefined && { reason }),
      ...(details && { details }),
      identity: identity ?? '',
    });
    finish(t);
  });
  await ctx.runs.durable();
}

/** Removes a run and its history; one that is open is terminated first. */
export async function deleteWorkflowExecution(
  ctx: ServiceContext,
  request: DeleteWorkflowExecutionRequest,
): Promise<void> {
  const run = runOf(ctx, request.workflowExecution);
  if (isRunning(run.state)) terminate(ctx, run, 'Delete workflow execution');
  ctx.runs.remove(run);
  await ctx.runs.durable();
}

export async function describeWorkflowExecution(
  ctx: ServiceContext,
  request: DescribeWorkflowExecutionRequest,
): Promise<DescribeWorkflowExecutionResponse> {
  const run = runOf(ctx, request.execution);
  await ctx.runs.durable();
  const { state } = run;
  const { started } = state;
  const open = isRunning(state);
  const pendingWorkflowTask = pendingTask(state);
  return {
    executionConfig: {
      taskQueue: { name: taskQueueOf(state), kind: 'NORMAL' },
      workflowExecutionTimeoutMs: started.workflowExecutionTimeoutMs ?? 0,
      workflowRunTimeoutMs: started.workflowRunTimeoutMs ?? 0,
      defaultWorkflowTaskTimeoutMs: started.workflowTaskTimeoutMs ?? 0,
    },
    workflowExecutionInfo: infoOf(recordOf(state)),
    pendingActivities: open ? [...state.activities.values()].map(pendingActivity) : [],
    pendingChildren: open
      ? [...state.children.values()].map((child) => ({
          workflowId: child.initiated.workflowId ?? '',
          ...(child.runId !== undefined && { runId: child.runId }),
          workflowTypeName: child.initiated.workflowType.name,
          initiatedId: child.initiatedEventId,
          parentClosePolicy: child.initiated.parentClosePolicy ?? 'UNSPECIFIED',
        }))
      : [],
    ...(open && pendingWorkflowTask && { pendingWorkflowTask }),
    pendingTimers: open
      ? [...state.timers].map(([timerId, { fireTimeMs }]) => ({ timerId, fireTimeMs }))
      : [],
    limitWarnings: limitWarnings(state),
  };
}

function pendingTask(state: ExecutionState): PendingWorkflowTaskInfo | undefined {
  const task = state.workflowTask;
  if (!task) return undefined;
  const { failure, cause } = state.lastWorkflowTaskFailure ?? {};
  return {
    state: task.startedEventId ? 'STARTED' : 'SCHEDULED',
    scheduledTimeMs: task.scheduledTimeMs,
    originalScheduledTimeMs: task.originalScheduledTimeMs,
    ...(task.startedEventId && { startedTimeMs: task.startedTimeMs }),
    attempt: task.attempt,
    ...(failure && { lastFailure: failure }),
    ...(cause && { lastFailureCause: cause }),
  };
}

function pendingActivity(activity: ActivityState): PendingActivityInfo {
  const { scheduled, startedTimeMs, lastFailure, heartbeatDetails } = activity;
  const toCloseMs = scheduled.scheduleToCloseTimeoutMs ?? 0;
  const state = startedTimeMs === 0 ? 'SCHEDULED' : 'STARTED';
  return {
    activityId: scheduled.activityId,
    activityType: scheduled.activityType,
    state: activity.cancelRequestedEventId === 0 ? state : 'CANCEL_REQUESTED',
    ...(heartbeatDetails && { heartbeatDetails }),
    ...(activity.lastHeartbeatMs > 0 && { lastHeartbeatTimeMs: activity.lastHeartbeatMs }),
    ...(startedTimeMs > 0 && { lastStartedTimeMs: startedTimeMs }),
    attempt: activity.attempt,
    maximumAttempts: scheduled.retryPolicy?.maximumAttempts ?? 0,
    scheduledTimeMs: activity.scheduledTimeMs,
    ...(toCloseMs > 0 && { expirationTimeMs: activity.scheduledTimeMs + toCloseMs }),
    ...(startedTimeMs === 0 && { nextAttemptScheduleTimeMs: activity.attemptScheduledTimeMs }),
    ...(lastFailure && { lastFailure }),
    ...(activity.identity && { lastWorkerIdentity: activity.identity }),
    taskQueue: scheduled.taskQueue?.name ?? '',
  };
}
