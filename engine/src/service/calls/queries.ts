import { offAbort, onAbort } from '../abort.js';
import type { CallOptions, WorkflowQueryResult } from '../api/common.js';
import type { QueryWorkflowRequest, QueryWorkflowResponse } from '../api/workflow.js';
import { setWait } from '../clock.js';
import type { ServiceContext } from '../context.js';
import { runOf } from '../context.js';
import { stickyKey } from '../effects.js';
import { invalidArgument, ServiceError } from '../errors.js';
import { limits } from '../limits.js';
import type { PendingQuery } from '../queries.js';
import type { LoadedRun } from '../loaded-run.js';
import { isRunning, taskQueueOf } from '../state.js';
import { isBeforeFirstTask } from '../workflow-task.js';

export async function queryWorkflow(
  ctx: ServiceContext,
  request: QueryWorkflowRequest,
  options: CallOptions = {},
): Promise<QueryWorkflowResponse> {
  const run = runOf(ctx, request.execution);
  if (!request.query?.queryType) throw invalidArgument('query.queryType is not set');
  const { status } = run.state;
  const rejects = request.queryRejectCondition;
  if (rejects === 'NOT_OPEN' && status !== 'RUNNING') return { queryRejected: { status } };
  if (rejects === 'NOT_COMPLETED_CLEANLY' && status !== 'RUNNING' && status !== 'COMPLETED') {
    return { queryRejected: { status } };
  }
  refuseUnanswerable(run);
  const result = await ask(ctx, run, request, options);
  await ctx.runs.durable();
  if (result.resultType === 'ANSWERED') return { ...(result.answer && { queryResult: result.answer }) };
  const message = result.errorMessage ?? result.failure?.message ?? 'query failed';
  throw new ServiceError('RFN2005', 'INVALID_ARGUMENT', 'QueryFailed', message, { failure: result.failure });
}

function refuseUnanswerable(run: LoadedRun): void {
  const { state } = run;
  if ((run.queries?.size ?? 0) >= limits.bufferedQueries) {
    const message = `workflow ${state.workflowId}: ${limits.bufferedQueries} queries wait already`;
    throw new ServiceError('RFN2004', 'RESOURCE_EXHAUSTED', 'ResourceExhausted', message);
  }
  if (isBeforeFirstTask(state) || (!isRunning(state) && state.previousStartedEventId === 0)) {
    const message = `workflow ${state.workflowId} has not run yet: no worker has completed a workflow task of it`;
    throw new ServiceError('RFN2006', 'FAILED_PRECONDITION', 'WorkflowNotReady', message);
  }
  if ((state.workflowTask?.attempt ?? 1) >= failingAttempts) throw taskFailing(run);
}

const failingAttempts = 3;

function taskFailing(run: LoadedRun): ServiceError {
  const why = run.state.lastWorkflowTaskFailure;
  const message =
    `Cannot query workflow ${run.state.workflowId}: its workflow task keeps failing` +
    ` (${why?.cause ?? 'timeout'}: ${why?.failure?.message ?? ''})`;
  return new ServiceError('RFN2006', 'FAILED_PRECONDITION', 'WorkflowNotReady', message);
}

function ask(
  ctx: ServiceContext,
  run: LoadedRun,
  request: QueryWorkflowRequest,
  options: CallOptions,
): Promise<WorkflowQueryResult> {
  return new Promise((resolve, reject) => {
    const queryId = ctx.random.uuid();
    const settle = () => {
      cancelTimer?.();
      if (options.signal) offAbort(options.signal, abort);
      run.queries?.delete(queryId);
    };
    const pending: PendingQuery = {
      queryId,
      query: request.query,
      sentWith: undefined,
      resolve: (result) => {
        settle();
        resolve(result);
      },
      reject: (error) => {
        settle();
        reject(error as Error);
      },
    };
    const abort = () => pending.reject(options.signal?.reason);
    const late = () =>
      pending.reject(
        new ServiceError(
          'RFN2007',
          'DEADLINE_EXCEEDED',
          'QueryTimedOut',
          `no worker of task queue '${taskQueueOf(run.state)}' answered the query in time; is one running?`,
        ),
      );
    const timeoutMs = options.timeoutMs ?? queryTimeoutMs;
    const cancelTimer = setWait(ctx.clock, timeoutMs, late);
    if (options.signal) onAbort(options.signal, abort);
    run.queries ??= new Map();
    run.queries.set(queryId, pending);
    dispatchQueries(ctx, run);
  });
}

const queryTimeoutMs = 10_000;

/** Gives out queries that wait, unless a workflow task is on its way: they go out with that. */
export function dispatchQueries(ctx: ServiceContext, run: LoadedRun): void {
  const { state } = run;
  if (state.workflowTask) return;
  for (const pending of run.queries?.values() ?? []) {
    if (pending.sentWith !== undefined) continue;
    pending.sentWith = -1;
    const sticky = state.sticky && ctx.workflowTasks.isPolled(stickyKey(state.sticky.name));
    const name = sticky ? stickyKey(state.sticky!.name) : taskQueueOf(state);
    const buildId = !sticky && state.pinned ? state.buildId : undefined;
    ctx.workflowTasks.offer(name, {
      run: state.run,
      scheduledEventId: 0,
      queryId: pending.queryId,
      ...(buildId && { buildId }),
    });
  }
}

export function failQueriesOfFailingRun(run: LoadedRun): void {
  if ((run.state.workflowTask?.attempt ?? 1) < failingAttempts) return;
  for (const pending of [...(run.queries?.values() ?? [])]) pending.reject(taskFailing(run));
}
