import { rewind } from '../core/execution.js';
import type { QueryInput, TaskInput } from '../core/step.js';
import type { HistoryEvent } from '../history/event.js';
import type { PollWorkflowTaskQueueResponse } from '../service/api/tasks.js';
import type { CachedExecution } from './cached-execution.js';
import { updateRequests } from './update-messages.js';

/** Whether the task brings exactly what follows what the execution has seen. */
export function goesOn({ state, isLost }: CachedExecution, task: PollWorkflowTaskQueueResponse): boolean {
  if (isLost) return false;
  const first = task.history.events[0]?.eventId;
  if (first === undefined || first === state.feed.lastEventId + 1) return true;
  // A task that only rejected updates has left no events: the two that announced it, seen last, have not happened.
  if (first > state.feed.lastEventId || state.outgoingHead < state.outgoing.length) return false;
  if (first !== task.previousStartedEventId + 1) return false;
  rewind(state, state.feed.lastEventId - 2);
  return true;
}

/**
 * Stacks are kept only by an execution that is replayed for them: to keep them always would slow down all. So they are
 * told of executions in the cache, of others, and of ended ones.
 */
export function asksForStacks({ query, queries }: PollWorkflowTaskQueueResponse): boolean {
  if (query) return isStackTrace(query.queryType);
  for (const queryId in queries) if (isStackTrace(queries[queryId]!.queryType)) return true;
  return false;
}

function isStackTrace(queryType: string): boolean {
  return queryType === '__stack_trace' || queryType === '__enhanced_stack_trace';
}

/** What the core is told of a workflow task. */
export function inputOf(task: PollWorkflowTaskQueueResponse, events: readonly HistoryEvent[]): TaskInput {
  const { previousStartedEventId, startedEventId, messages } = task;
  const queries: QueryInput[] = [];
  for (const queryId in task.queries) queries.push({ queryId, ...queryOf(task.queries[queryId]!) });
  return {
    events,
    previousStartedEventId,
    startedEventId,
    ...(messages.length > 0 ? { messages: updateRequests(messages) } : {}),
    ...(queries.length > 0 ? { queries } : {}),
  };
}

export function queryOf(
  query: NonNullable<PollWorkflowTaskQueueResponse['query']>,
): Omit<QueryInput, 'queryId'> {
  const { queryType, queryArgs, header } = query;
  return { queryType, arguments: queryArgs ?? [], headers: header?.fields ?? {} };
}
