import type { EventOf, HistoryEvent } from '../history/event.js';
import type { WorkflowExecution } from '../history/messages.js';
import { notFound } from './errors.js';
import type { Histories } from '../history/history-pages.js';
import { historyPages } from '../history/history-pages.js';

/** Where to reset to, by a name instead of an event's id; the names are those of Temporal's API. */
export type ResetTarget =
  | { readonly type: 'FirstWorkflowTask' }
  | { readonly type: 'LastWorkflowTask' }
  /** The last workflow task of the run that this one continues. */
  | { readonly type: 'LastContinuedAsNew' }
  /** The first workflow task that a build has completed; with `currentRunOnly` not in a run before this one. */
  | { readonly type: 'BuildId'; readonly buildId: string; readonly currentRunOnly?: boolean };

/** What `resetWorkflowExecution` needs to know of a point. */
export interface ResetPoint {
  readonly workflowExecution: WorkflowExecution;
  readonly workflowTaskFinishEventId: number;
}

export interface ResetPointRequest {
  readonly namespace?: string;
  readonly execution: WorkflowExecution;
  readonly target: ResetTarget;
}

/** Finds the point in history; throws NOT_FOUND when there is none. */
export async function findResetPoint(service: Histories, request: ResetPointRequest): Promise<ResetPoint> {
  const { execution, target } = request;
  const read = (runId: string | undefined) =>
    readRun(service, request.namespace, { ...execution, ...(runId !== undefined && { runId }) });
  const at = (workflowTaskFinishEventId: number, runId: string | undefined) => ({
    workflowExecution: { ...execution, ...(runId !== undefined && { runId }) },
    workflowTaskFinishEventId,
  });
  if (target.type === 'BuildId') return firstOfBuild(target, execution.runId, read, at);
  let { runId } = execution;
  let tasks = await read(runId);
  if (target.type === 'LastContinuedAsNew') {
    runId = tasks.continuedRunId;
    if (!runId) throw notFound('the run does not continue another one');
    tasks = await read(runId);
  }
  const completed = target.type === 'FirstWorkflowTask' ? tasks.completed[0] : tasks.completed.at(-1);
  const eventId = completed?.eventId ?? (tasks.firstScheduledId && tasks.firstScheduledId + 1);
  if (!eventId) throw notFound('the run has no workflow task that was scheduled or completed');
  return at(eventId, runId);
}

async function firstOfBuild(
  { buildId, currentRunOnly }: Extract<ResetTarget, { type: 'BuildId' }>,
  newestRunId: string | undefined,
  read: (runId: string | undefined) => Promise<TasksOfRun>,
  at: (eventId: number, runId: string | undefined) => ResetPoint,
): Promise<ResetPoint> {
  let found: ResetPoint | undefined;
  let runId = newestRunId;
  do {
    const { completed, continuedRunId } = await read(runId);
    const first = completed.find((event) => buildOf(event) === buildId);
    if (first) found = at(first.eventId, runId);
    runId = continuedRunId;
  } while (runId && !currentRunOnly);
  if (!found) throw notFound(`no workflow task was completed by build id ${buildId}`);
  return found;
}

function buildOf({ attributes }: EventOf<'WorkflowTaskCompleted'>): string | undefined {
  return attributes.deploymentVersion?.buildId || attributes.workerVersion?.buildId;
}

interface TasksOfRun {
  readonly completed: readonly EventOf<'WorkflowTaskCompleted'>[];
  readonly firstScheduledId: number | undefined;
  readonly continuedRunId: string | undefined;
}

async function readRun(
  service: Histories,
  namespace: string | undefined,
  execution: WorkflowExecution,
): Promise<TasksOfRun> {
  const completed: EventOf<'WorkflowTaskCompleted'>[] = [];
  let firstScheduledId: number | undefined;
  let continuedRunId: string | undefined;
  const look = (event: HistoryEvent) => {
    if (event.type === 'WorkflowTaskCompleted') completed.push(event);
    else if (event.type === 'WorkflowTaskScheduled') firstScheduledId ??= event.eventId;
    else if (event.type === 'WorkflowExecutionStarted')
      continuedRunId = event.attributes.continuedExecutionRunId;
  };
  for await (const page of historyPages(service, { namespace, execution })) page.forEach(look);
  return { completed, firstScheduledId, continuedRunId };
}
