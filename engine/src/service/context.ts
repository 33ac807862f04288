import type { WorkflowExecution } from '../history/messages.js';
import type { Store } from './store.js';
import type { PollActivityTaskQueueResponse, PollWorkflowTaskQueueResponse } from './api/tasks.js';
import type { SearchAttributeTypes } from './check-fields.js';
import type { Clock, Random } from './clock.js';
import type { DueTimes } from './due-times.js';
import { notFound, ServiceError } from './errors.js';
import type { LoadedRun } from './loaded-run.js';
import type { Runs } from './runs.js';
import type { Schedules } from './schedule/schedules.js';
import { isRunning } from './state.js';
import type { TaskQueues } from './task-queues.js';
import type { TasksWithWorkers } from './tasks-with-workers.js';

/** What the calls work with. One per namespace. */
export interface ServiceContext {
  /** The name of the namespace that this service is for. */
  readonly namespace: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly runs: Runs;
  readonly dueTimes: DueTimes;
  readonly workflowTasks: TaskQueues<PollWorkflowTaskQueueResponse>;
  readonly activityTasks: TaskQueues<PollActivityTaskQueueResponse>;
  readonly schedules: Schedules;
  readonly searchAttributeTypes: SearchAttributeTypes;
  /** Causes of a workflow task's failure that fail the run. */
  readonly failRunOn: ReadonlySet<string>;
  /** With none, nothing but timers is pending. */
  readonly inFlight: TasksWithWorkers;
  readonly withholdsActivity?: (task: PollActivityTaskQueueResponse) => boolean;
}

/** The run that a request names; throws when there is none. */
export function runOf(ctx: ServiceContext, execution: WorkflowExecution | undefined): LoadedRun {
  const { workflowId, runId } = execution ?? {};
  if (!workflowId) throw notFound('workflowId is not set');
  const run = runId ? ctx.runs.byRunId(runId) : ctx.runs.current(workflowId);
  if (!run || run.state.workflowId !== workflowId) {
    throw notFound(`workflow not found for ID: ${workflowId}${runId ? `, RunId: ${runId}` : ''}`);
  }
  return run;
}

/** The same. With `firstExecutionRunId` the run must belong to that chain. */
export function runOfChain(
  ctx: ServiceContext,
  execution: WorkflowExecution | undefined,
  firstExecutionRunId?: string,
): LoadedRun {
  const run = runOf(ctx, execution);
  const first = run.state.started.firstExecutionRunId;
  if (firstExecutionRunId && first !== firstExecutionRunId) {
    throw notFound(`workflow ${run.state.workflowId} has no open run in the chain of ${firstExecutionRunId}`);
  }
  return run;
}

/** The same, and open. */
export function openRunOf(
  ctx: ServiceContext,
  execution: WorkflowExecution | undefined,
  firstExecutionRunId?: string,
): LoadedRun {
  const run = runOfChain(ctx, execution, firstExecutionRunId);
  if (!isRunning(run.state)) throw alreadyCompleted(run);
  return run;
}

export function alreadyCompleted(run: LoadedRun): ServiceError {
  const message = `workflow execution already completed: ${run.state.workflowId}, RunId: ${run.state.runId}`;
  return new ServiceError('RFN2002', 'NOT_FOUND', 'NotFound', message, { completed: true });
}
