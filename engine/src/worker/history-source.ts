import { isCommandEvent } from '../core/sequence.js';
import type { HistoryEvent } from '../history/event.js';
import type { PollWorkflowTaskQueueResponse } from '../service/api/tasks.js';
import { allEvents } from '../history/history-pages.js';
import type { CompiledOptions } from './options.js';

/** What the task brings, with the pages of it that did not fit into its message. */
export async function broughtEvents(
  { service, namespace }: CompiledOptions,
  { history, nextPageToken, workflowExecution: execution }: PollWorkflowTaskQueueResponse,
): Promise<readonly HistoryEvent[]> {
  if (!nextPageToken) return history.events;
  return [...history.events, ...(await allEvents(service, { namespace, execution, nextPageToken }))];
}

/**
 * The history up to the task, for an execution that is no longer in the cache. What the task itself brought wins:
 * the events of its own attempt may not be recorded yet.
 */
export async function wholeHistory(
  options: CompiledOptions,
  task: PollWorkflowTaskQueueResponse,
): Promise<readonly HistoryEvent[]> {
  const brought = await broughtEvents(options, task);
  const firstBrought = brought[0]?.eventId ?? Infinity;
  if (firstBrought === 1) return brought;
  const { service, namespace } = options;
  const recorded = await allEvents(service, { namespace, execution: task.workflowExecution });
  return [...recorded.filter(({ eventId }) => eventId < firstBrought), ...brought];
}

/** What the code has seen when its last task was over: a query sees this, not what came later. */
export function eventsForQuery(events: readonly HistoryEvent[]): readonly HistoryEvent[] {
  let end = events.length - 1;
  while (end >= 0 && events[end]!.type !== 'WorkflowTaskCompleted') end -= 1;
  if (end < 0) return events;
  end += 1;
  while (end < events.length && isCommandEvent(events[end]!)) end += 1;
  return events.slice(0, end);
}
