import type { ImportWorkflowExecutionRequest } from '../api/workflow.js';
import type { ServiceContext } from '../context.js';
import { invalidArgument, ServiceError } from '../errors.js';
import type { LoadedRun } from '../loaded-run.js';
import { recoverRun } from '../recover-run.js';
import { unansweredRequests } from '../reset.js';
import { isRunning } from '../state.js';
import { admittedByHistory } from '../updates.js';

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
      t.effects.push(...unansweredRequests(t.state, request.events));
      run.updates = admittedByHistory(t.state);
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
