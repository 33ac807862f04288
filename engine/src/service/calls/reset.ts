import type { HistoryEvent } from '../../history/event.js';
import type { ResetReapplyExcludeType, ResetWorkflowExecutionRequest } from '../api/workflow.js';
import { resetterIdentity } from '../close.js';
import type { ServiceContext } from '../context.js';
import { runOf } from '../context.js';
import { terminate } from '../effects.js';
import { invalidArgument } from '../errors.js';
import { limits } from '../limits.js';
import type { LoadedRun } from '../loaded-run.js';
import { breakOff, excludedTypes, keptEvents, reapply, unansweredRequests } from '../reset.js';
import { isRunning } from '../state.js';
import { finish } from '../transition.js';
import { admittedByHistory } from '../updates.js';
import { scheduleWorkflowTask } from '../workflow-task.js';

/**
 * Starts a new run of the workflow with the history up to a workflow task, as if that task had failed. Of what came
 * after it, in this run and in those that have followed it, the new run gets the signals, the updates and the
 * outcomes of its children. The current run is terminated.
 */
export async function resetWorkflowExecution(
  ctx: ServiceContext,
  request: ResetWorkflowExecutionRequest,
): Promise<{ readonly runId: string }> {
  if (request.postResetOperations?.length) throw invalidArgument('postResetOperations are not supported');
  const base = runOf(ctx, request.workflowExecution);
  const { workflowId, runId: baseRunId } = base.state;
  const current = ctx.runs.current(workflowId);
  if (request.requestId !== undefined && current?.startRequestId === request.requestId) {
    return { runId: current.state.runId };
  }
  const { reason = '' } = request;
  const history = ctx.runs.history(base);
  const kept = keptEvents(history, request.workflowTaskFinishEventId);
  const excluded = excludedTypes(request);
  const rest = eventsAfter(ctx, base, history.slice(kept.length), excluded);
  if (current && isRunning(current.state)) terminate(ctx, current, reason, resetterIdentity);
  const run = ctx.runs.create(workflowId, ctx.random.uuid(), request.requestId);
  ctx.runs.adopt(run, kept);
  ctx.runs.transact(run, (t) => {
    breakOff(t, kept, { baseRunId, reason });
    reapply(t, rest, excluded);
    t.effects.push(...unansweredRequests(t.state, kept));
    run.updates = admittedByHistory(t.state);
    scheduleWorkflowTask(t);
    finish(t);
  });
  await ctx.runs.durable();
  return { runId: run.state.runId };
}

/**
 * What came after the reset point, also what still waits for a workflow task to end. Of the runs that have followed
 * by continue-as-new only what came from outside: their children are not those of this run.
 */
function eventsAfter(
  ctx: ServiceContext,
  base: LoadedRun,
  after: readonly HistoryEvent[],
  excluded: ReadonlySet<ResetReapplyExcludeType>,
): readonly HistoryEvent[] {
  if (allTypes.every((type) => excluded.has(type))) return [];
  const found = [...after, ...base.state.buffered];
  for (let next = followerOf(ctx, after); next;) {
    const events = ctx.runs.history(next);
    found.push(...[...events, ...next.state.buffered].filter(comesFromOutside));
    checkCount(found.length);
    next = followerOf(ctx, events);
  }
  return found;
}

const allTypes: readonly ResetReapplyExcludeType[] = ['SIGNAL', 'UPDATE', 'NEXUS', 'CANCEL_REQUEST'];

function comesFromOutside({ type }: HistoryEvent): boolean {
  return type === 'WorkflowExecutionSignaled' || type.startsWith('WorkflowExecutionUpdateA');
}

function checkCount(count: number): void {
  if (count <= limits.historyEventsError) return;
  throw invalidArgument(
    `more than ${limits.historyEventsError} events came after the reset point, more than a run can hold; ` +
      'exclude them (resetReapplyExcludeTypes)',
  );
}

function followerOf(ctx: ServiceContext, events: readonly HistoryEvent[]): LoadedRun | undefined {
  const last = events.at(-1);
  if (last?.type !== 'WorkflowExecutionContinuedAsNew') return undefined;
  return ctx.runs.byRunId(last.attributes.newExecutionRunId!);
}
