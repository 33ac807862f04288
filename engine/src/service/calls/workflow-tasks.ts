import type {
  PollWorkflowTaskQueueRequest,
  PollWorkflowTaskQueueResponse,
  RespondQueryTaskCompletedRequest,
  RespondWorkflowTaskCompletedRequest,
  RespondWorkflowTaskCompletedResponse,
  RespondWorkflowTaskFailedRequest,
  ShutdownWorkerRequest,
} from '../api/tasks.js';
import { takeEagerActivities } from './activity-tasks.js';
import { whenAborted } from '../abort.js';
import type { CallOptions } from '../api/common.js';
import { completeTask, failTaskOrRun, heartbeatTimeout } from '../complete-task.js';
import type { ServiceContext } from '../context.js';
import { dispatchWorkflowTask, stickyKey } from '../effects.js';
import { ServiceError, invalidArgument, notFound } from '../errors.js';
import { historyPage, pageToken, restOfHistory } from '../history-page.js';
import { answerQueries, takeQueries } from '../queries.js';
import { withinLimit } from '../oversize.js';
import type { LoadedRun } from '../loaded-run.js';
import { isRunning, taskQueueOf } from '../state.js';
import type { WorkflowTaskState } from '../state.js';
import type { PollerIdentity, QueuedTask, ServedQueue, TaskServer } from '../task-queues.js';
import type { PendingUpdate, PendingUpdates } from '../updates.js';
import { updateMessages } from '../updates.js';
import type { TaskFailure } from '../workflow-task.js';
import { startWorkflowTask, timeOutWorkflowTask } from '../workflow-task.js';
import { dispatchQueries, failQueriesOfFailingRun } from './queries.js';

export async function pollWorkflowTaskQueue(
  ctx: ServiceContext,
  request: PollWorkflowTaskQueueRequest,
  options: CallOptions = {},
): Promise<PollWorkflowTaskQueueResponse | undefined> {
  const { name, isSticky, who } = workflowPoll(request);
  const task = await ctx.workflowTasks.poll(name, who, (t) => take(ctx, t, who, isSticky), options);
  // A worker of this process may run code on what is about to be durable: its answer waits for the same commit.
  if (task && !who.embedded) {
    await ctx.runs.durable();
    whenAborted(options.signal, () => takeBack(ctx, task.taskToken));
  }
  return task;
}

/** The same for a worker that is given tasks as they come. */
export function serveWorkflowTasks(
  ctx: ServiceContext,
  request: PollWorkflowTaskQueueRequest,
  { hasRoom, serve }: Pick<TaskServer<PollWorkflowTaskQueueResponse>, 'hasRoom' | 'serve'>,
): ServedQueue {
  const { name, isSticky, who } = workflowPoll(request);
  return ctx.workflowTasks.serve(name, { who, take: (t) => take(ctx, t, who, isSticky), hasRoom, serve });
}

/** The worker hung up before it got the task: another one gets it at once, not after its timeout. */
function takeBack(ctx: ServiceContext, taskToken: string): void {
  ctx.inFlight.delete(taskToken);
  if (taskToken.startsWith('q.')) {
    const { run, pending } = queryNamed(ctx, taskToken);
    if (!run || pending?.sentWith !== -1) return;
    pending.sentWith = undefined;
    dispatchQueries(ctx, run);
    return;
  }
  const run = runWithTask(ctx, taskToken);
  // Its start is in history, and so must be that it came to nothing.
  if (run) ctx.runs.transact(run, (t) => timeOutWorkflowTask(t, 'START_TO_CLOSE'));
}

function workflowPoll(request: PollWorkflowTaskQueueRequest) {
  const { taskQueue, identity = '', embedded = false, workerVersionCapabilities: version } = request;
  if (!taskQueue.name) throw invalidArgument('taskQueue is not set');
  const isSticky = taskQueue.kind === 'STICKY';
  const buildId = version?.useVersioning ? version.buildId : undefined;
  const who: PollerIdentity = { identity, embedded, buildId };
  return { name: isSticky ? stickyKey(taskQueue.name) : taskQueue.name, isSticky, who };
}

function take(
  ctx: ServiceContext,
  queued: QueuedTask,
  who: PollerIdentity,
  isSticky: boolean,
): PollWorkflowTaskQueueResponse | undefined {
  const run = ctx.runs.get(queued.run);
  if (!run) return undefined;
  if (queued.queryId !== undefined) return queryTask(ctx, run, queued.queryId, isSticky);
  const task = run.state.workflowTask;
  if (!task || task.startedEventId !== 0 || !isRunning(run.state)) return undefined;
  ctx.runs.transact(run, (t) => startWorkflowTask(t, task, who));
  const answer = response(ctx, run, run.state.workflowTask!, isSticky);
  ctx.inFlight.add(answer.taskToken);
  return answer;
}

function response(
  ctx: ServiceContext,
  run: LoadedRun,
  task: WorkflowTaskState,
  isSticky: boolean,
): PollWorkflowTaskQueueResponse {
  const { state } = run;
  const from = {
    runId: state.runId,
    fromEventId: isSticky ? state.previousStartedEventId + 1 : 1,
    ofTaskStartedBy: task.startedEventId,
  };
  const { events, next } = task.embedded
    ? { events: restOfHistory(ctx, run, from), next: undefined }
    : historyPage(ctx, run, from);
  return {
    taskToken: tokenOf(ctx, state.run, task),
    workflowExecution: { workflowId: state.workflowId, runId: state.runId },
    workflowType: state.started.workflowType,
    previousStartedEventId: state.previousStartedEventId,
    startedEventId: task.startedEventId,
    attempt: task.attempt,
    backlogCountHint: 0,
    history: { events },
    ...(next && { nextPageToken: pageToken(next) }),
    queries: takeQueries(run.queries, task.startedEventId),
    messages: updateMessages(run.updates, state),
    scheduledTimeMs: task.scheduledTimeMs,
    startedTimeMs: task.startedTimeMs,
    workflowExecutionTaskQueue: { name: taskQueueOf(state), kind: 'NORMAL' },
  };
}

function queryTask(
  ctx: ServiceContext,
  run: LoadedRun,
  queryId: string,
  isSticky: boolean,
): PollWorkflowTaskQueueResponse | undefined {
  const pending = run.queries?.get(queryId);
  if (!pending || pending.sentWith !== -1) return undefined;
  const { state } = run;
  const taskToken = `q.${state.run}.${queryId}`;
  ctx.inFlight.add(taskToken);
  const { runId } = state;
  const whole = isSticky ? undefined : historyPage(ctx, run, { runId, fromEventId: 1 });
  return {
    taskToken,
    workflowExecution: { workflowId: state.workflowId, runId: state.runId },
    workflowType: state.started.workflowType,
    previousStartedEventId: state.previousStartedEventId,
    startedEventId: state.previousStartedEventId,
    attempt: 1,
    backlogCountHint: 0,
    history: { events: whole?.events ?? [] },
    ...(whole?.next && { nextPageToken: pageToken(whole.next) }),
    query: pending.query,
    queries: {},
    messages: [],
    scheduledTimeMs: ctx.clock.nowMs(),
    startedTimeMs: ctx.clock.nowMs(),
    workflowExecutionTaskQueue: { name: taskQueueOf(state), kind: 'NORMAL' },
  };
}

export async function respondWorkflowTaskCompleted(
  ctx: ServiceContext,
  request: RespondWorkflowTaskCompletedRequest,
): Promise<RespondWorkflowTaskCompletedResponse> {
  const run = runOfTask(ctx, request.taskToken);
  const { state } = run;
  const before = state.previousStartedEventId;
  const isEmbedded = state.workflowTask?.embedded === true;
  const failure = completeWorkflowTask(ctx, request);
  const activityTasks = failure ? [] : takeEagerActivities(ctx, run, request, isEmbedded);
  const workflowTask = failure ? undefined : nextTask(ctx, run, request);
  const hasLeftNoTrace = state.previousStartedEventId === before;
  await ctx.runs.durable();
  if (failure) throw refusedAnswer(failure);
  return {
    activityTasks,
    ...(workflowTask && { workflowTask }),
    ...(hasLeftNoTrace && { resetHistoryEventId: before }),
  };
}

/** The task that was started with the answer, for the worker that asked for it; it has the run in its cache. */
function nextTask(
  ctx: ServiceContext,
  run: LoadedRun,
  { returnNewWorkflowTask }: RespondWorkflowTaskCompletedRequest,
): PollWorkflowTaskQueueResponse | undefined {
  const task = run.state.workflowTask;
  if (!returnNewWorkflowTask || !task?.startedEventId || !isRunning(run.state)) return undefined;
  const answer = response(ctx, run, task, true);
  ctx.inFlight.add(answer.taskToken);
  return answer;
}

/** Stages the answer; the caller tells nobody before it is durable. Returns why it was refused, if it was. */
export function completeWorkflowTask(
  ctx: ServiceContext,
  request: RespondWorkflowTaskCompletedRequest,
): TaskFailure | undefined {
  const run = runOfTask(ctx, request.taskToken);
  const { updates } = run;
  // The next task may be taken, with new updates, before this call goes on.
  const sent = updates?.size ? [...updates.values()].filter((update) => update.stage === 'sent') : [];
  const failure = ctx.runs.transact(run, (t) =>
    completeTask(t, { request, updates, types: ctx.searchAttributeTypes, failRunOn: ctx.failRunOn }),
  );
  if (!failure) rejectUnanswered(updates, sent, request);
  if (run.queries?.size) {
    const { queries } = run;
    const { queryResults } = request;
    // A query's answer must not tell of something that a crash can still undo.
    ctx.runs.whenDurable((failed) => {
      if (!failed) answerQueries(queries, queryResults);
    });
    dispatchQueries(ctx, run);
  }
  return failure;
}

export function refusedAnswer({ cause, failure }: TaskFailure): Error {
  if (cause === heartbeatTimeout.cause) return notFound(heartbeatTimeout.failure.message);
  return invalidArgument(`${cause}: ${failure?.message ?? ''}`);
}

/**
 * An update that went out with a completed task and was not answered never will be: the code does not know it. It is
 * not left to the run that goes on, either.
 */
function rejectUnanswered(
  updates: PendingUpdates | undefined,
  sent: readonly PendingUpdate[],
  { messages = [] }: RespondWorkflowTaskCompletedRequest,
): void {
  const answered = new Set(messages.map((message) => message.protocolInstanceId));
  for (const update of sent) {
    if (answered.has(update.updateId)) continue;
    updates?.delete(update.updateId);
    const message = 'Workflow Update was not answered by the worker.';
    const outcome = {
      failure: {
        message,
        source: 'Server',
        applicationFailureInfo: { type: 'UnprocessedUpdate', nonRetryable: true },
      },
    };
    for (const waiter of update.waiters) waiter.resolve({ stage: 'COMPLETED', outcome });
  }
}

export async function respondWorkflowTaskFailed(
  ctx: ServiceContext,
  request: RespondWorkflowTaskFailedRequest,
): Promise<void> {
  const run = runOfTask(ctx, request.taskToken);
  const { cause, identity } = request;
  const failure = request.failure && withinLimit(request.failure);
  ctx.runs.transact(run, (t) => failTaskOrRun(t, { cause, failure, identity }, ctx.failRunOn));
  failQueriesOfFailingRun(run);
  await ctx.runs.durable();
}

/**
 * A worker of this process gets its task before that is durable. Should the commit fail, the same task is given out
 * again, perhaps after other events: the answer to the first one must not be taken for it, so that its token names
 * the memory that knew of it.
 */
function tokenOf(ctx: ServiceContext, run: number, task: WorkflowTaskState): string {
  const token = `w.${run}.${task.scheduledEventId}.${task.attempt}`;
  return task.embedded ? `${token}.${ctx.runs.resets}` : token;
}

/** The run whose task the token stands for; throws when that task is no longer in flight. */
function runOfTask(ctx: ServiceContext, taskToken: string): LoadedRun {
  ctx.inFlight.delete(taskToken);
  const run = runWithTask(ctx, taskToken);
  if (!run) throw notFound('Workflow task not found.');
  return run;
}

function runWithTask(ctx: ServiceContext, taskToken: string): LoadedRun | undefined {
  const match = /^w\.(\d+)\./.exec(taskToken);
  if (!match) throw invalidArgument('taskToken is not that of a workflow task');
  const run = ctx.runs.get(Number(match[1]));
  const task = run?.state.workflowTask;
  const isSame = task?.startedEventId && taskToken === tokenOf(ctx, run!.state.run, task);
  return isSame ? run : undefined;
}

/** The worker's sticky queue is gone: its tasks go to the queues of their runs. */
export async function shutdownWorker(ctx: ServiceContext, request: ShutdownWorkerRequest): Promise<void> {
  for (const { run: key, queryId } of ctx.workflowTasks.remove(stickyKey(request.stickyTaskQueue))) {
    const run = ctx.runs.get(key);
    if (!run) continue;
    if (queryId === undefined) {
      dispatchWorkflowTask(ctx, run);
      continue;
    }
    const pending = run.queries?.get(queryId);
    if (pending?.sentWith === -1) pending.sentWith = undefined;
    dispatchQueries(ctx, run);
  }
}

export async function respondQueryTaskCompleted(
  ctx: ServiceContext,
  request: RespondQueryTaskCompletedRequest,
): Promise<void> {
  ctx.inFlight.delete(request.taskToken);
  const { run, pending } = queryNamed(ctx, request.taskToken);
  if (!run || !pending)
    throw new ServiceError('RFN2002', 'NOT_FOUND', 'NotFound', 'query not found: it has timed out');
  run.queries!.delete(pending.queryId);
  const { completedType, queryResult, errorMessage, failure } = request;
  pending.resolve({
    resultType: completedType,
    ...(queryResult && { answer: queryResult }),
    ...(errorMessage !== undefined && { errorMessage }),
    ...(failure && { failure }),
  });
}

function queryNamed(ctx: ServiceContext, taskToken: string) {
  const match = /^q\.(\d+)\.(.+)$/.exec(taskToken);
  if (!match) throw invalidArgument('taskToken is not that of a query');
  const run = ctx.runs.get(Number(match[1]));
  return { run, pending: run?.queries?.get(match[2]!) };
}
