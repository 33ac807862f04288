import { whenAborted } from '../abort.js';
import type { CallOptions } from '../api/common.js';
import type {
  ActivityById,
  PollActivityTaskQueueRequest,
  PollActivityTaskQueueResponse,
  RecordActivityTaskHeartbeatRequest,
  RecordActivityTaskHeartbeatResponse,
  RespondActivityTaskCanceledRequest,
  RespondActivityTaskCompletedRequest,
  RespondActivityTaskFailedRequest,
  RespondWorkflowTaskCompletedRequest,
} from '../api/tasks.js';
import {
  cancelActivity,
  completeActivity,
  failActivity,
  giveBackActivity,
  heartbeat,
  isLastAttempt,
  releaseActivity,
  startActivity,
} from '../activity.js';
import { payloadsBytes } from '../check-fields.js';
import type { ServiceContext } from '../context.js';
import { openRunOf } from '../context.js';
import { invalidArgument, notFound } from '../errors.js';
import { limits } from '../limits.js';
import type { Payload } from '../../history/payload.js';
import type { LoadedRun } from '../loaded-run.js';
import { tooLarge, withinLimit } from '../oversize.js';
import type { ActivityState } from '../state.js';
import { isRunning } from '../state.js';
import type { PollerIdentity, QueuedTask, ServedQueue, TaskServer } from '../task-queues.js';

export async function pollActivityTaskQueue(
  ctx: ServiceContext,
  request: PollActivityTaskQueueRequest,
  options: CallOptions = {},
): Promise<PollActivityTaskQueueResponse | undefined> {
  const { name, who, maxTasksPerSecond } = activityPoll(request);
  const task = await ctx.activityTasks.poll(name, who, (t) => take(ctx, t, who), {
    ...options,
    maxTasksPerSecond,
  });
  // An attempt that may not be repeated must not begin before it is durable that it did.
  if (task && (!who.embedded || isOnlyAttempt(task))) await ctx.runs.durable();
  if (task && !who.embedded) whenAborted(options.signal, () => takeBack(ctx, task.taskToken));
  return task;
}

/** The same for a worker that is given tasks as they come. */
export function serveActivityTasks(
  ctx: ServiceContext,
  request: PollActivityTaskQueueRequest,
  { hasRoom, serve }: Pick<TaskServer<PollActivityTaskQueueResponse>, 'hasRoom' | 'serve'>,
): ServedQueue {
  const { name, who, maxTasksPerSecond } = activityPoll(request);
  let waiting = 0;
  const server: TaskServer<PollActivityTaskQueueResponse> = {
    who,
    take: (t) => take(ctx, t, who),
    hasRoom: () => hasRoom(waiting),
    serve: (task) => {
      if (!isOnlyAttempt(task)) return serve(task);
      waiting++;
      ctx.runs.whenDurable((failure) => {
        waiting--;
        if (failure) served.resume();
        else serve(task);
      });
    },
  };
  const served = ctx.activityTasks.serve(name, server, maxTasksPerSecond);
  return served;
}

/** The worker hung up before it got the task: the same attempt goes to another one at once. */
function takeBack(ctx: ServiceContext, taskToken: string): void {
  ctx.inFlight.delete(taskToken);
  const found = attemptNamed(ctx, taskToken);
  if (found) ctx.runs.transact(found.run, (t) => giveBackActivity(t, found.activity));
}

function activityPoll(request: PollActivityTaskQueueRequest) {
  const { taskQueue, identity = '', embedded = false, workerVersionCapabilities: version } = request;
  if (!taskQueue.name) throw invalidArgument('taskQueue is not set');
  const buildId = version?.useVersioning ? version.buildId : undefined;
  const who: PollerIdentity = { identity, embedded, buildId };
  return { name: taskQueue.name, who, maxTasksPerSecond: request.taskQueueMetadata?.maxTasksPerSecond };
}

function isOnlyAttempt(task: PollActivityTaskQueueResponse): boolean {
  const most = task.retryPolicy?.maximumAttempts ?? 0;
  return most > 0 && task.attempt >= most;
}

function take(
  ctx: ServiceContext,
  queued: QueuedTask,
  who: PollerIdentity,
): PollActivityTaskQueueResponse | undefined {
  const run = ctx.runs.get(queued.run);
  const activity = run?.state.activities.get(queued.scheduledEventId);
  if (!run || !activity || activity.startedTimeMs !== 0 || !isRunning(run.state)) return undefined;
  if (isWithheld(ctx, run, activity)) return undefined;
  if (who.embedded && !isLastAttempt(activity)) {
    // Nothing of such a start has to be stored, so that no commit is asked for.
    startWithoutCommit(ctx, run, activity, who);
  } else ctx.runs.transact(run, (t) => startActivity(t, activity, who));
  const answer = response(ctx, run, activity);
  ctx.inFlight.add(answer.taskToken);
  return answer;
}

/**
 * An attempt stays withheld: it may be offered again, through its queue after it was asked for with a workflow task's
 * answer, and the second question could be answered differently.
 */
function isWithheld(ctx: ServiceContext, run: LoadedRun, activity: ActivityState): boolean {
  if (!ctx.withholdsActivity) return false;
  if (activity.withheldAttempt === activity.attempt) return true;
  if (!ctx.withholdsActivity(response(ctx, run, activity))) return false;
  activity.withheldAttempt = activity.attempt;
  return true;
}

/**
 * Starts the activities that a worker asked to be given with the answer to its workflow task, before they are offered
 * to anybody else. None when their queue has a rate limit, which counts what is polled. With a worker of this process
 * (`embedded`) they are lost when it ends, and follow at once.
 */
export function takeEagerActivities(
  ctx: ServiceContext,
  run: LoadedRun,
  { commands, identity = '' }: RespondWorkflowTaskCompletedRequest,
  embedded: boolean,
): PollActivityTaskQueueResponse[] {
  const who: PollerIdentity = { identity, embedded, buildId: undefined };
  const taken: PollActivityTaskQueueResponse[] = [];
  for (const command of commands) {
    if (command.type !== 'ScheduleActivityTask' || !command.attributes.requestEagerExecution) continue;
    const scheduledEventId = run.state.activityIds.get(command.attributes.activityId ?? '');
    const activity = run.state.activities.get(scheduledEventId ?? 0);
    if (!activity || ctx.activityTasks.isRateLimited(activity.scheduled.taskQueue?.name ?? '')) continue;
    const task = take(ctx, { run: run.state.run, scheduledEventId: activity.scheduledEventId }, who);
    if (task) taken.push(task);
  }
  return taken;
}

function startWithoutCommit(
  ctx: ServiceContext,
  run: LoadedRun,
  activity: ActivityState,
  who: PollerIdentity,
): void {
  ctx.runs.touch(run, (t) => startActivity(t, activity, who));
}

function response(
  ctx: ServiceContext,
  run: LoadedRun,
  activity: ActivityState,
): PollActivityTaskQueueResponse {
  const { state } = run;
  const { scheduled } = activity;
  return {
    taskToken: tokenOf(run, activity),
    workflowNamespace: ctx.namespace,
    workflowType: state.started.workflowType,
    workflowExecution: { workflowId: state.workflowId, runId: state.runId },
    activityType: scheduled.activityType,
    activityId: scheduled.activityId,
    ...(scheduled.header && { header: scheduled.header }),
    ...(scheduled.input && { input: scheduled.input }),
    ...(activity.heartbeatDetails && { heartbeatDetails: activity.heartbeatDetails }),
    scheduledTimeMs: activity.scheduledTimeMs,
    currentAttemptScheduledTimeMs: activity.attemptScheduledTimeMs,
    startedTimeMs: activity.startedTimeMs,
    attempt: activity.attempt,
    ...(scheduled.scheduleToCloseTimeoutMs && {
      scheduleToCloseTimeoutMs: scheduled.scheduleToCloseTimeoutMs,
    }),
    ...(scheduled.startToCloseTimeoutMs && { startToCloseTimeoutMs: scheduled.startToCloseTimeoutMs }),
    ...(scheduled.heartbeatTimeoutMs && { heartbeatTimeoutMs: scheduled.heartbeatTimeoutMs }),
    ...(scheduled.retryPolicy && { retryPolicy: scheduled.retryPolicy }),
    ...(scheduled.priority && { priority: scheduled.priority }),
  };
}

export async function respondActivityTaskCompleted(
  ctx: ServiceContext,
  request: RespondActivityTaskCompletedRequest,
): Promise<void> {
  completeActivityTask(ctx, request);
  await ctx.runs.durable();
}

/** Stages the result; the caller tells nobody before it is durable. */
export function completeActivityTask(
  ctx: ServiceContext,
  request: RespondActivityTaskCompletedRequest,
): void {
  const { result, identity, taskToken } = request;
  const { run, activity } = attemptOf(ctx, taskToken);
  ctx.runs.transact(run, (t) => {
    if (isTooLarge(result)) failActivity(t, activity, tooLarge('Complete result exceeds'), identity);
    else completeActivity(t, activity, result, identity);
  });
}

export async function respondActivityTaskFailed(
  ctx: ServiceContext,
  request: RespondActivityTaskFailedRequest,
): Promise<void> {
  const { run, activity } = attemptOf(ctx, request.taskToken);
  const { failure, identity, lastHeartbeatDetails: details } = request;
  ctx.runs.transact(run, (t) =>
    failActivity(t, activity, withinLimit(failure), identity, isTooLarge(details) ? undefined : details),
  );
  await ctx.runs.durable();
}

export async function respondActivityTaskCanceled(
  ctx: ServiceContext,
  request: RespondActivityTaskCanceledRequest,
): Promise<void> {
  const { run, activity } = attemptOf(ctx, request.taskToken, (found) => {
    if (found.cancelRequestedEventId === 0) {
      throw invalidArgument(`activity ${found.scheduled.activityId}: its cancellation was not requested`);
    }
  });
  const { details, identity } = request;
  ctx.runs.transact(run, (t) => {
    if (isTooLarge(details)) failActivity(t, activity, tooLarge('Cancel details exceed'), identity);
    else cancelActivity(t, activity, details, identity);
  });
  await ctx.runs.durable();
}

export async function recordActivityTaskHeartbeat(
  ctx: ServiceContext,
  request: RecordActivityTaskHeartbeatRequest,
): Promise<RecordActivityTaskHeartbeatResponse> {
  const { details, identity, taskToken } = request;
  const { run, activity } = findAttempt(ctx, taskToken);
  const isRefused = isTooLarge(details);
  ctx.runs.transact(run, (t) => {
    if (isRefused) failActivity(t, activity, tooLarge('Heartbeat details exceed'), identity);
    else heartbeat(t, activity, details);
  });
  await ctx.runs.durable();
  return { cancelRequested: isRefused || activity.cancelRequestedEventId !== 0 };
}

function isTooLarge(payloads: readonly Payload[] | undefined): boolean {
  return payloadsBytes(payloads) > limits.payloadBytesError;
}

/**
 * The worker of this process has handed the attempt to somebody else, who will complete it: the attempt goes on when
 * the process ends.
 */
export async function releaseActivityTask(ctx: ServiceContext, taskToken: string): Promise<void> {
  ctx.inFlight.delete(taskToken);
  const found = attemptNamed(ctx, taskToken);
  if (!found?.activity.embedded) return;
  ctx.runs.transact(found.run, (t) => releaseActivity(t, found.activity));
  await ctx.runs.durable();
}

/** The token of the attempt that runs, for calls that name an activity by its ids. */
export function tokenById(ctx: ServiceContext, request: ActivityById): string {
  const { workflowId, runId, activityId } = request;
  const run = openRunOf(ctx, { workflowId, ...(runId && { runId }) });
  const activity = run.state.activities.get(run.state.activityIds.get(activityId) ?? 0);
  if (!activity) throw notFound(`activity ${activityId} is not pending in workflow ${workflowId}`);
  return tokenOf(run, activity);
}

/** What an attempt is known by to its worker; `findAttempt` reads it. */
function tokenOf({ state }: LoadedRun, { scheduledEventId, attempt }: ActivityState): string {
  return `a.${state.run}.${scheduledEventId}.${attempt}`;
}

/** Like `findAttempt`, for an answer that ends the attempt. */
function attemptOf(ctx: ServiceContext, taskToken: string, check?: (activity: ActivityState) => void) {
  ctx.inFlight.delete(taskToken);
  const found = findAttempt(ctx, taskToken);
  check?.(found.activity);
  return found;
}

/** Refuses an answer whose attempt has ended already: by a timeout, a retry, an outcome, or with its run (E3). */
function findAttempt(ctx: ServiceContext, taskToken: string): { run: LoadedRun; activity: ActivityState } {
  if (!tokenForm.test(taskToken)) throw invalidArgument('taskToken is not that of an activity');
  const run = ctx.runs.get(Number(tokenForm.exec(taskToken)![1]));
  if (!run || !isRunning(run.state)) throw notFound('workflow execution already completed');
  const found = attemptNamed(ctx, taskToken);
  if (!found) throw notFound('activity task not found: it has ended, timed out, or another attempt runs');
  return found;
}

const tokenForm = /^a\.(\d+)\.(\d+)\.(\d+)$/;

function attemptNamed(ctx: ServiceContext, taskToken: string) {
  const [, key, scheduledEventId, attempt] = tokenForm.exec(taskToken) ?? [];
  const run = ctx.runs.get(Number(key));
  const activity = run?.state.activities.get(Number(scheduledEventId));
  const isSame = activity && activity.startedTimeMs !== 0 && activity.attempt === Number(attempt);
  return run && isSame ? { run, activity } : undefined;
}
