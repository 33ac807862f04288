import type { EventAttributes, HistoryEvent } from '../../history/event.js';
import type { ImportWorkflowExecutionRequest, ResetWorkflowExecutionRequest } from '../api/workflow.js';
import type { ServiceContext } from '../context.js';
import { runOf } from '../context.js';
import { terminate } from '../effects.js';
import { invalidArgument, ServiceError } from '../errors.js';
import type { LoadedRun } from '../loaded-run.js';
import { isRunning } from '../state.js';
import type { Transition } from '../transition.js';
import { append, finish } from '../transition.js';
import { scheduleWorkflowTask } from '../workflow-task.js';
import { recoverRun } from '../recover-run.js';

/**
 * Starts a new run of the workflow with the history up to a workflow task, as if that task had failed. What came
 * after it is not kept, except signals, which the new run gets again. The current run is terminated.
 */
export async function resetWorkflowExecution(
  ctx: ServiceContext,
  request: ResetWorkflowExecutionRequest,
): Promise<{ readonly runId: string }> {
  const base = runOf(ctx, request.workflowExecution);
  const { workflowTaskFinishEventId: finishId, reason = '' } = request;
  const history = ctx.runs.history(base);
  const started = resetPoint(history, finishId);
  const current = ctx.runs.current(base.state.workflowId);
  if (current && isRunning(current.state)) terminate(ctx, current, `reset: ${reason}`);
  const runId = ctx.random.uuid();
  const run = ctx.runs.create(base.state.workflowId, runId, request.requestId);
  ctx.runs.adopt(run, keptEvents(history, started.eventId, runId));
  ctx.runs.transact(run, (t) => {
    append(t, 'WorkflowTaskFailed', {
      scheduledEventId: (started.attributes as EventAttributes<'WorkflowTaskStarted'>).scheduledEventId,
      startedEventId: started.eventId,
      cause: 'RESET_WORKFLOW',
      failure: { message: reason, resetWorkflowFailureInfo: {} },
      baseRunId: base.state.runId,
      newRunId: runId,
    });
    if (!request.resetReapplyExcludeTypes?.includes('SIGNAL')) {
      reapplySignals(t, history.slice(started.eventId));
    }
    scheduleWorkflowTask(t);
    finish(t);
  });
  recoverRun(ctx, run);
  await ctx.runs.durable();
  return { runId };
}

/** The WorkflowTaskStarted event of the task that the reset is to replace. */
function resetPoint(history: readonly HistoryEvent[], finishId: number): HistoryEvent {
  const finish = history[finishId - 1];
  const types = [
    'WorkflowTaskCompleted',
    'WorkflowTaskFailed',
    'WorkflowTaskTimedOut',
    'WorkflowTaskStarted',
  ];
  const started = finish?.type === 'WorkflowTaskStarted' ? finish : history[finishId - 2];
  if (!finish || !types.includes(finish.type) || started?.type !== 'WorkflowTaskStarted') {
    throw invalidArgument(
      `workflowTaskFinishEventId: event ${finishId} (${finish?.type ?? 'none'}) does not end a workflow task that was started`,
    );
  }
  return started;
}

/** The first event names the new run where it names the old one's own id. */
function keptEvents(history: readonly HistoryEvent[], untilId: number, runId: string): HistoryEvent[] {
  return history.slice(0, untilId).map((event) => {
    if (event.type !== 'WorkflowExecutionStarted') return event;
    return {
      ...event,
      attributes: {
        ...event.attributes,
        originalExecutionRunId: event.attributes.originalExecutionRunId ?? runId,
      },
    };
  });
}

function reapplySignals(t: Transition, events: readonly HistoryEvent[]): void {
  for (const event of events) {
    if (event.type === 'WorkflowExecutionSignaled') append(t, 'WorkflowExecutionSignaled', event.attributes);
  }
}

/** Takes in a history that was recorded elsewhere. An open one goes on here. */
export async function importWorkflowExecution(
  ctx: ServiceContext,
  request: ImportWorkflowExecutionRequest,
): Promise<{ readonly workflowId: string; readonly runId: string }> {
  const first = request.events[0];
  if (first?.type !== 'WorkflowExecutionStarted') {
    throw invalidArgument('events: the first one must be WorkflowExecutionStarted');
  }
  for (const [index, event] of request.events.entries()) {
    if (event.eventId !== index + 1) {
      throw invalidArgument(`events: event ${index + 1} is missing, found ${event.eventId} in its place`);
    }
  }
  const workflowId = request.workflowId ?? first.attributes.workflowId;
  if (!workflowId) throw invalidArgument('workflowId is not set, and the history does not name it');
  const current = ctx.runs.current(workflowId);
  if (current && isRunning(current.state)) throw isRunningAlready(current);
  const runId = ctx.random.uuid();
  const run = ctx.runs.create(workflowId, runId, undefined);
  ctx.runs.adopt(run, request.events);
  if (isRunning(run.state)) {
    ctx.runs.transact(run, (t) => {
      const task = t.state.workflowTask;
      if (task?.startedEventId) task.embedded = true;
    });
    recoverRun(ctx, run);
  }
  await ctx.runs.durable();
  return { workflowId, runId };
}

function isRunningAlready(run: LoadedRun): ServiceError {
  const { workflowId, runId } = run.state;
  const message = `workflow ${workflowId} is running already (run ${runId}); terminate it before the import`;
  const details = { workflowId, runId, workflowType: run.state.started.workflowType.name };
  return new ServiceError('RFN2003', 'ALREADY_EXISTS', 'WorkflowExecutionAlreadyStarted', message, details);
}
